package dev.athanor.kernel;

import com.sun.management.ThreadMXBean;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;

/**
 * Prints the speed of the kernels that matter; run by hand, asserts nothing. Arguments: {@code scalar} for the scalar
 * provider.
 */
final class KernelSpeed {
    private static final PrintStream OUT = System.out;

    private KernelSpeed() {}

    /** One measured loop body. */
    interface Body {
        void run();
    }

    public static void main(String[] arguments) {
        KernelChoice choice = arguments.length > 0 ? KernelProvider.scalar() : KernelProvider.choose();
        OUT.println(
                choice.explanation() + choice.remedy().map(text -> "; " + text).orElse(""));
        Kernels k = choice.kernels();
        int many = 1 << 23;
        float[] a = filled(many);
        float[] b = filled(many);
        float[] c = filled(many);
        float[] d = new float[many];
        java.util.Arrays.fill(d, 0.01f);
        float[] stats = new float[2];
        report("add, from memory", many, 12, () -> k.add(a, 0, b, 0, many));
        report("sum, from memory", many, 4, () -> k.sum(a, 0, many));
        report("dot, from memory", many, 8, () -> k.dot(a, 0, b, 0, many));
        report("max, from memory", many, 4, () -> k.max(a, 0, many));
        report("allFinite, from memory", many, 4, () -> k.allFinite(a, 0, many));
        report(
                "adamW, from memory",
                many,
                28,
                () -> k.adamW(a, 0, b, 0, 1f, c, 0, d, 0, many, 1e-3f, 0.9f, 0.999f, 1e-8f, 0.1f, 0.5f, 0.5f));
        report("geluTanh, from memory", many, 8, () -> k.geluTanh(c, 0, b, 0, many));
        report("geluErf, from memory", many, 8, () -> k.geluErf(c, 0, b, 0, many));
        int row = 768;
        report("add, row of 768", row, 12, () -> k.add(a, 0, b, 0, row));
        report("dot, row of 768", row, 8, () -> k.dot(a, 0, b, 0, row));
        report("layerNorm, row of 768", row, 8, () -> k.layerNorm(c, 0, b, 0, a, 0, a, 0, 1e-5f, stats, 0, row));
        report(
                "layerNormBackward, row of 768",
                row,
                12,
                () -> k.layerNormBackward(c, 0, false, d, 0, d, 1024, b, 0, b, 0, a, 0, stats, 0, row));
        report("rmsNorm, row of 768", row, 8, () -> k.rmsNorm(c, 0, b, 0, a, 0, 1e-5f, stats, 0, row));
        report("rotate, 32 pairs", 64, 8, () -> k.rotate(c, 0, b, 0, b, 64, 32, false));
        report("geluTanh, row of 3072", 3072, 8, () -> k.geluTanh(c, 0, b, 0, 3072));
        report("geluTanhBackward, row of 3072", 3072, 12, () -> k.geluTanhBackward(c, 0, b, 0, b, 4096, 3072));
        report("geluErf, row of 3072", 3072, 8, () -> k.geluErf(c, 0, b, 0, 3072));
        report("geluErfBackward, row of 3072", 3072, 12, () -> k.geluErfBackward(c, 0, b, 0, b, 4096, 3072));
        report("siluGate, row of 3072", 3072, 12, () -> k.siluGate(c, 0, b, 0, b, 4096, 3072));
        report(
                "siluGateBackward, row of 3072",
                3072,
                20,
                () -> k.siluGateBackward(c, 0, c, 4096, b, 0, b, 4096, b, 8192, 3072));
        report("max, row of 50257", 50257, 4, () -> k.max(b, 0, 50257));
        report("expShifted, row of 50257", 50257, 8, () -> k.expShifted(c, 0, b, 0, 1f, 50257));
        report("expShifted, row of 64", 64, 8, () -> k.expShifted(c, 0, b, 0, 1f, 64));
        report("expShifted, row of 71", 71, 8, () -> k.expShifted(c, 0, b, 0, 1f, 71));
        report("dot, row of 71", 71, 8, () -> k.dot(a, 0, b, 0, 71));
        report("softmax, row of 50257", 50257, 8, () -> k.softmax(c, 0, 50257));
        report("crossEntropy, row of 50257", 50257, 8, () -> k.crossEntropy(c, 0, 50257, 77, 1f));
    }

    private static float[] filled(int n) {
        java.util.Random random = new java.util.Random(1);
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) random.nextGaussian();
        }
        return x;
    }

    private static void report(String name, int n, int bytesPerElement, Body body) {
        int calls = Math.max(1, (1 << 22) / n);
        long best = Long.MAX_VALUE;
        long allocated = Long.MAX_VALUE;
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int round = 0; round < 25; round++) {
            long bytes = threads.getCurrentThreadAllocatedBytes();
            long start = System.nanoTime();
            for (int i = 0; i < calls; i++) {
                body.run();
            }
            best = Math.min(best, System.nanoTime() - start);
            allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - bytes);
        }
        double elements = (double) calls * n / best;
        OUT.printf(
                "%-32s %8.3f Gelem/s %8.1f GB/s %10.1f ns/call %8d B/op%n",
                name, elements, elements * bytesPerElement, (double) best / calls, allocated / calls);
    }
}
