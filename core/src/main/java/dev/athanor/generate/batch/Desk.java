package dev.athanor.generate.batch;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Who waits, whose prompt is being read, and which texts are being written. Anybody may ask for a seat; one thread, the
 * engine's, moves texts from one list to the next.
 */
final class Desk {
    private final EngineLimits limits;
    private final Counts counts;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Written> waiting = new ArrayDeque<>();
    private final Deque<Runnable> jobs = new ArrayDeque<>();
    private final List<Written> reading = new ArrayList<>();
    private final List<Written> writing = new ArrayList<>();

    /** Set without the lock: whoever ends the server has no time to wait for anybody. */
    private volatile boolean closing;

    private boolean closed;

    Desk(EngineLimits limits, Counts counts) {
        this.limits = limits;
        this.counts = counts;
    }

    /** Lets a text wait for its turn. */
    void take(Written text) {
        lock.lock();
        try {
            requireOpen();
            requireRoom(waiting.size(), limits.queued() + freeSeats());
            counts.requests++;
            waiting.add(text);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Lets work that is no text wait for its turn. */
    void take(Runnable job) {
        lock.lock();
        try {
            requireOpen();
            requireRoom(jobs.size(), limits.queued() + limits.active());
            jobs.add(job);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void requireOpen() {
        if (closing) {
            counts.refused++;
            throw new EngineFullException("the server is closing and takes no more requests");
        }
    }

    private void requireRoom(int there, int most) {
        if (there >= most) {
            counts.refused++;
            throw new EngineFullException(
                    "the queue is full: " + limits.queued() + " requests wait already; ask again later");
        }
    }

    private int freeSeats() {
        return Math.max(0, limits.active() - reading.size() - writing.size());
    }

    /** Gives free seats to those who wait; waits itself while there is nothing to do. Whether to go on. */
    boolean admit() {
        lock.lock();
        try {
            while (!closed && idle()) {
                changed.signalAll(); // who waits for the end of all texts
                changed.awaitUninterruptibly();
            }
            while (!waiting.isEmpty() && freeSeats() > 0) {
                reading.add(waiting.getFirst());
                waiting.removeFirst();
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    private boolean idle() {
        return waiting.isEmpty() && jobs.isEmpty() && reading.isEmpty() && writing.isEmpty();
    }

    /** Takes away the texts nobody wants any more. */
    List<Written> cancelled() {
        lock.lock();
        try {
            List<Written> gone = new ArrayList<>();
            for (Collection<Written> texts : List.of(waiting, reading, writing)) {
                for (Iterator<Written> all = texts.iterator(); all.hasNext(); ) {
                    Written text = all.next();
                    if (text.cancelled()) {
                        gone.add(text);
                        all.remove();
                    }
                }
            }
            return gone;
        } finally {
            lock.unlock();
        }
    }

    Optional<Runnable> job() {
        lock.lock();
        try {
            return Optional.ofNullable(jobs.poll());
        } finally {
            lock.unlock();
        }
    }

    /** Whose prompts are being read, in order of arrival. */
    List<Written> reading() {
        lock.lock();
        try {
            return List.copyOf(reading);
        } finally {
            lock.unlock();
        }
    }

    /** Texts that get a token in the next pass. */
    List<Written> writing() {
        lock.lock();
        try {
            return List.copyOf(writing);
        } finally {
            lock.unlock();
        }
    }

    /** A prompt is read. */
    void read(Written text) {
        lock.lock();
        try {
            reading.remove(text);
            writing.add(text);
        } finally {
            lock.unlock();
        }
    }

    /** Frees the seats of texts that have ended. */
    void free(Collection<Written> texts) {
        lock.lock();
        try {
            reading.removeAll(texts);
            writing.removeAll(texts);
        } finally {
            lock.unlock();
        }
    }

    EngineStats stats() {
        lock.lock();
        try {
            return counts.stats(reading.size() + writing.size(), waiting.size());
        } finally {
            lock.unlock();
        }
    }

    /** Takes no more requests from now on. */
    void refuseMore() {
        closing = true;
    }

    /** Takes no more requests and waits for those there; whether all ended in time. */
    boolean drain(Duration patience) {
        refuseMore();
        lock.lock();
        try {
            changed.signalAll();
            long end = System.nanoTime() + patience.toNanos();
            while (!idle()) {
                long left = end - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                // The engine says when it has nothing to do; between two requests it may not come to that.
                changed.awaitNanos(Math.min(left, TimeUnit.MILLISECONDS.toNanos(20)));
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** The engine stops after the pass it is in. */
    void close() {
        lock.lock();
        try {
            closed = true;
            closing = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Takes away all texts that are not complete. */
    List<Written> clear() {
        lock.lock();
        try {
            List<Written> all = new ArrayList<>(reading);
            all.addAll(writing);
            all.addAll(waiting);
            reading.clear();
            writing.clear();
            waiting.clear();
            return all;
        } finally {
            lock.unlock();
        }
    }
}
