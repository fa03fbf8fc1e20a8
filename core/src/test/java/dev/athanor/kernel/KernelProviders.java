package dev.athanor.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The providers that can be linked in this virtual machine, whatever {@link KernelProvider} would choose. */
final class KernelProviders {
    /** Sizes where blocks, registers and tails begin and end. */
    static final int[] LARGE_SIZES = {207, 256, 300, 512, 702, 1024, 1536, 2046, 2048, 4096, 4098};

    private KernelProviders() {}

    static boolean vectorModule() {
        return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    }

    static Optional<Kernels> vector() {
        return vectorModule() ? Optional.of(Linked.vector()) : Optional.empty();
    }

    static List<Kernels> all() {
        List<Kernels> all = new ArrayList<>();
        all.add(new ScalarKernels());
        vector().ifPresent(all::add);
        return all;
    }

    /** Apart, so that the outer class links without the module. */
    private static final class Linked {
        static Kernels vector() {
            return new VectorKernels();
        }
    }
}
