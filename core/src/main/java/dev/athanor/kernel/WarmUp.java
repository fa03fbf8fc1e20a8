package dev.athanor.kernel;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Runs the kernels of generation on small arrays until the JVM has compiled them, beside whoever computes meanwhile.
 */
final class WarmUp {
    /** Elements of a row. */
    private static final int N = 64;

    /** HotSpot compiles with C2 after 15,000 calls and rounds of loops, of which a call has at least four here. */
    private static final int CALLS = 4000;

    private WarmUp() {}

    /** The fastest kernels on {@code workers}, ready to run at full speed. */
    static Compute of(Workers workers, MatrixChoice choice) {
        Kernels kernels = KernelProvider.choose().kernels();
        if (!(kernels instanceof ScalarKernels)) {
            rows(kernels);
            products(Compute.of(kernels, new Workers(1), MatrixChoice.VECTOR));
        }
        return Compute.of(kernels, workers, choice);
    }

    private static void rows(Kernels k) {
        float[] x = new float[N];
        float[] y = new float[N];
        float[] w = new float[N];
        float[] stats = new float[2];
        MemorySegment stored = MemorySegment.ofArray(new byte[N * Float.BYTES]);
        for (int i = 0; i < CALLS; i++) {
            Arrays.fill(x, 1f / N); // so that no number grows out of bounds
            k.dot(w, 0, x, 0, N);
            k.dot(stored, 0, x, 0, N);
            k.addScaled(y, 0, 0.5f, x, 0, N);
            k.addScaled(y, 0, 0.5f, stored, 0, N);
            k.add(y, 0, x, 0, N);
            k.layerNorm(y, 0, x, 0, w, 0, w, 0, 1e-5f, stats, 0, N);
            k.rmsNorm(y, 0, x, 0, w, 0, 1e-5f, stats, 0, N);
            k.geluTanh(y, 0, x, 0, N);
            k.siluGate(y, 0, x, 0, w, 0, N);
            k.rotate(x, 0, w, 0, w, 0, N / 2, false);
            k.softmax(x, 0, N);
        }
    }

    private static void products(Compute c) {
        float[] a = new float[N * N];
        float[] b = new float[N * N];
        float[] out = new float[N * N];
        for (int i = 0; i < CALLS / N; i++) {
            c.gemm().multiply(N, N, N, a, 0, N, false, b, 0, N, false, out, 0, N, false);
            c.gemm().multiply(N, N, N, a, 0, N, false, b, 0, N, true, out, 0, N, false);
        }
    }
}
