package dev.athanor.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** Work that Ctrl-C ends in an orderly way: it is told to stop, and the process waits until it has saved. */
final class CtrlC {
    private CtrlC() {}

    /**
     * Does {@code work}, which asks the supplier it is given whether to stop. The process may be gone as soon as it
     * returns, so whatever has to be said about an early end is said within.
     *
     * @param seconds how long the process waits at most
     * @param late sentence where that was not enough
     */
    static <T> T during(int seconds, String late, Function<BooleanSupplier, T> work) {
        AtomicBoolean stop = new AtomicBoolean();
        CountDownLatch done = new CountDownLatch(1);
        Thread hook = new Thread(() -> interrupted(stop, done, seconds, late));
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            return work.apply(stop::get);
        } finally {
            release(hook, stop, done);
        }
    }

    private static void release(Thread hook, AtomicBoolean stop, CountDownLatch done) {
        done.countDown();
        if (!stop.get()) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // The process began to end in this very moment; the hook finds the work done and returns.
                stop.set(true);
            }
        }
    }

    private static void interrupted(AtomicBoolean stop, CountDownLatch done, int seconds, String late) {
        stop.set(true);
        try {
            if (!done.await(seconds, TimeUnit.SECONDS)) {
                System.err.println("athanor: " + late);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
