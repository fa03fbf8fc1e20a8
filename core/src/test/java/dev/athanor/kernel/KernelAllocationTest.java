package dev.athanor.kernel;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A vector that becomes an object is slow by a factor of ten or more, and shows as allocation. */
@Tag("kernel")
class KernelAllocationTest {
    private static final int CALLS = 2000;

    /** Enough for the compilers to be done with a method that has seen hardly anything but short rows. */
    private static final int SHORT_CALLS = 20_000;

    @ParameterizedTest
    @EnumSource(KernelCall.class)
    void compiledKernelsAllocateNothingWhateverRowsCameBefore(KernelCall call) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (Kernels kernels : KernelProviders.all()) {
            KernelRoom whole = new KernelRoom(256, 0, 0, 1);
            KernelRoom tailed = new KernelRoom(203, 3, 0, 2);
            KernelRoom shorter = new KernelRoom(3, 0, 0, 3);
            for (int i = 0; i < SHORT_CALLS; i++) {
                call.run(kernels, shorter);
                if (i % 200 == 0) {
                    call.run(kernels, tailed);
                }
            }
            long least = Long.MAX_VALUE;
            for (int round = 0; round < 200 && least > 0; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < CALLS; i++) {
                    call.run(kernels, whole);
                    call.run(kernels, tailed);
                }
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
            assertTrue(
                    least < 2 * CALLS,
                    kernels.name() + " " + call + ": " + least + " bytes in " + 2 * CALLS + " calls");
        }
    }
}
