package dev.athanor.kernel;

import dev.athanor.tensor.MappedFaults;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Persistent threads that share the tasks of one parallel loop. The caller works too, so {@code threads} counts it.
 *
 * <p>Which thread runs which task is left to chance; results never depend on it because tasks write disjoint outputs
 * and every split follows from shapes, never from the number of threads. Workers spin for a moment between loops, since
 * a training step has hundreds of them some microseconds apart, and park after that.
 *
 * <p>One loop at a time: {@link #run} must not be called from inside a task, nor from two threads at once.
 */
public final class Workers implements AutoCloseable {
    /** Rounds of spinning before a worker parks: about 50 microseconds on current machines. */
    private static final int SPINS = 20_000;

    /** The body of a parallel loop. */
    @FunctionalInterface
    public interface Task {
        /** Does task {@code task}; {@code worker} in [0, threads) names the scratch memory this call may use. */
        void run(int task, int worker);
    }

    private final Thread[] threads;

    /**
     * Which loop this is, counted from 0, in the upper half, and how many of its tasks nobody has taken yet. Whoever
     * takes one holds the loop open, so what it reads of the loop afterwards is that loop's.
     */
    private final AtomicLong state = new AtomicLong();

    private final AtomicInteger unfinished = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private Task task = (task, worker) -> {};
    private int count;
    private volatile boolean closed;

    /** Where the loops of the calling thread are written down. */
    private @Nullable Routine writing;

    /** 1 where a thread sleeps or is about to. */
    private final AtomicIntegerArray asleep;

    /** Starts {@code threads - 1} daemon threads; they live until {@link #close()}. */
    public Workers(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads: expected at least 1, found " + threads);
        }
        this.threads = new Thread[threads - 1];
        this.asleep = new AtomicIntegerArray(threads - 1);
        for (int i = 0; i < this.threads.length; i++) {
            int worker = i + 1;
            this.threads[i] = Thread.ofPlatform()
                    .daemon()
                    .name("athanor-worker-" + worker)
                    .start(() -> serve(worker));
        }
    }

    public int threads() {
        return threads.length + 1;
    }

    /** Runs tasks 0 … count-1 and returns when all are done. The first exception a task throws is thrown here. */
    public void run(int count, Task task) {
        Routine routine = writing;
        if (routine != null) {
            routine.add(count, task);
        }
        once(count, task);
    }

    /** As {@link #run}, for a loop that is not to be done again with the pass it belongs to. */
    public void once(int count, Task task) {
        if (count <= 0) {
            return;
        }
        if (threads.length == 0 || count == 1) {
            for (int i = 0; i < count; i++) {
                task.run(i, 0);
            }
            return;
        }
        this.task = task;
        this.count = count;
        failure.set(null);
        unfinished.set(count);
        int loop = loop(state.get()) + 1;
        state.set((long) loop << 32 | count);
        for (int i = 0; i < threads.length; i++) {
            if (asleep.get(i) == 1) { // a call into the system even for a thread that is awake
                LockSupport.unpark(threads[i]);
            }
        }
        work(loop, 0);
        while (unfinished.get() > 0) {
            Thread.onSpinWait();
        }
        Throwable thrown = failure.get();
        if (thrown instanceof RuntimeException e) {
            throw e;
        }
        if (thrown instanceof Error e) {
            throw e;
        }
    }

    /** Does something between loops, now and whenever the pass it belongs to is done again; it may run loops itself. */
    public void step(Runnable body) {
        Routine routine = writing;
        if (routine == null) {
            body.run();
            return;
        }
        routine.add(body);
        writing = null;
        try {
            body.run();
        } finally {
            writing = routine;
        }
    }

    /**
     * Runs {@code pass} and writes down its loops and steps. Whatever it computes outside of them is computed now only.
     */
    public Routine write(Runnable pass) {
        Routine routine = new Routine();
        writing = routine;
        try {
            pass.run();
        } finally {
            writing = null;
        }
        return routine;
    }

    private static int loop(long state) {
        return (int) (state >>> 32);
    }

    private void serve(int worker) {
        int seen = 0;
        while (!closed) {
            int loop = loop(state.get());
            for (int spin = 0; loop == seen && spin < SPINS; spin++) {
                Thread.onSpinWait();
                loop = loop(state.get());
            }
            if (loop == seen) {
                sleep(worker - 1, seen);
                continue;
            }
            seen = loop;
            work(loop, worker);
        }
    }

    /**
     * Sleeps until woken. Whoever has a new loop publishes it before looking at {@link #asleep}; here it is reverse.
     */
    private void sleep(int index, int seen) {
        asleep.set(index, 1);
        if (loop(state.get()) == seen && !closed) {
            LockSupport.park(this);
        }
        asleep.set(index, 0);
    }

    private void work(int loop, int worker) {
        for (long now = state.get(); loop(now) == loop && (int) now > 0; now = state.get()) {
            if (!state.compareAndSet(now, now - 1)) {
                continue;
            }
            try {
                task.run(count - (int) now, worker);
                MappedFaults.deliver(); // outside this try it would end the thread, not the task
            } catch (RuntimeException | Error e) {
                failure.compareAndSet(null, e);
            } finally {
                unfinished.decrementAndGet();
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        for (Thread thread : threads) {
            LockSupport.unpark(thread);
        }
    }
}
