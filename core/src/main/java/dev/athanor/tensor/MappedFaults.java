package dev.athanor.tensor;

import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Reads of mapped files whose pages may be gone because someone cut the file short. The JVM reports such a read with an
 * {@link InternalError} that arrives some instructions after the read: at the latest when the thread calls into native
 * code, which may be long after the method that read has returned.
 */
public final class MappedFaults {
    private MappedFaults() {}

    /** Lets a fault of an earlier read of this thread arrive here and not later. Takes about 15 nanoseconds. */
    public static boolean deliver() {
        return Thread.holdsLock(MappedFaults.class); // the cheapest native call without an effect
    }

    /** Runs {@code work}; a fault in it becomes the exception that {@code sentence} makes of it. */
    public static <T> T guard(Supplier<T> work, Function<InternalError, RuntimeException> sentence) {
        try {
            T result = work.get();
            deliver();
            return result;
        } catch (InternalError fault) {
            try {
                deliver();
            } catch (InternalError second) {
                fault.addSuppressed(second);
            }
            throw sentence.apply(fault);
        }
    }
}
