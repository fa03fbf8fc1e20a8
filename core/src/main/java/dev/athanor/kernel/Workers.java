package dev.athanor.kernel;

import dev.athanor.tensor.MappedFaults;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
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

    private record Loop(
            Task task,
            int count,
            AtomicInteger next,
            AtomicInteger unfinished,
            AtomicReference<@Nullable Throwable> failure) {}

    private final Thread[] threads;
    private volatile Loop current =
            new Loop((task, worker) -> {}, 0, new AtomicInteger(), new AtomicInteger(), new AtomicReference<>());
    private volatile boolean closed;

    /** 1 where a thread sleeps or is about to. */
    private final AtomicIntegerArray asleep;

    /** Starts {@code threads - 1} daemon threads; they live until {@link #close()}. */
    public Workers(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads: expected at least 1, found " + threads);
        }
        this.threads = new Thread[threads - 1];
        this.asleep = new AtomicIntegerArray(threads - 1);
        Loop first = current;
        for (int i = 0; i < this.threads.length; i++) {
            int worker = i + 1;
            this.threads[i] = Thread.ofPlatform()
                    .daemon()
                    .name("athanor-worker-" + worker)
                    .start(() -> serve(worker, first));
        }
    }

    public int threads() {
        return threads.length + 1;
    }

    /** Runs tasks 0 … count-1 and returns when all are done. The first exception a task throws is thrown here. */
    public void run(int count, Task task) {
        if (count <= 0) {
            return;
        }
        if (threads.length == 0 || count == 1) {
            for (int i = 0; i < count; i++) {
                task.run(i, 0);
            }
            return;
        }
        Loop loop = new Loop(task, count, new AtomicInteger(), new AtomicInteger(count), new AtomicReference<>());
        current = loop;
        for (int i = 0; i < threads.length; i++) {
            if (asleep.get(i) == 1) { // a call into the system even for a thread that is awake
                LockSupport.unpark(threads[i]);
            }
        }
        work(loop, 0);
        while (loop.unfinished.get() > 0) {
            Thread.onSpinWait();
        }
        Throwable failure = loop.failure.get();
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
    }

    private void serve(int worker, Loop first) {
        Loop seen = first;
        while (!closed) {
            Loop loop = current;
            for (int spin = 0; loop == seen && spin < SPINS; spin++) {
                Thread.onSpinWait();
                loop = current;
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
    private void sleep(int index, Loop seen) {
        asleep.set(index, 1);
        if (current == seen && !closed) {
            LockSupport.park(this);
        }
        asleep.set(index, 0);
    }

    private static void work(Loop loop, int worker) {
        for (int i = loop.next.getAndIncrement(); i < loop.count; i = loop.next.getAndIncrement()) {
            try {
                loop.task.run(i, worker);
                MappedFaults.deliver(); // outside this try it would end the thread, not the task
            } catch (RuntimeException | Error e) {
                loop.failure.compareAndSet(null, e);
            } finally {
                loop.unfinished.decrementAndGet();
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
