package dev.athanor.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Rows of F32 that lie in a mapped file, little-endian at any address; the reference. */
final class ScalarMapped {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private ScalarMapped() {}

    private static float get(MemorySegment w, long at, int i) {
        return w.get(FLOAT, at + (long) i * Float.BYTES);
    }

    static float dot(MemorySegment w, long at, float[] x, int xo, int n) {
        int bound = n & -Kernels.LANES;
        float even = quarter(w, at, x, xo, bound, 0) + quarter(w, at, x, xo, bound, 2);
        float odd = quarter(w, at, x, xo, bound, 1) + quarter(w, at, x, xo, bound, 3);
        return tail(even + odd, w, at, x, xo, bound, n);
    }

    /** Adds the elements past the last full block, in order. */
    static float tail(float total, MemorySegment w, long at, float[] x, int xo, int from, int n) {
        float sum = total;
        for (int i = from; i < n; i++) {
            sum = Math.fma(get(w, at, i), x[xo + i], sum);
        }
        return sum;
    }

    private static float quarter(MemorySegment w, long at, float[] x, int xo, int bound, int quarter) {
        float a = 0f;
        float b = 0f;
        float c = 0f;
        float d = 0f;
        for (int i = quarter; i < bound; i += Kernels.LANES) {
            a = Math.fma(get(w, at, i), x[xo + i], a);
            b = Math.fma(get(w, at, i + 4), x[xo + i + 4], b);
            c = Math.fma(get(w, at, i + 8), x[xo + i + 8], c);
            d = Math.fma(get(w, at, i + 12), x[xo + i + 12], d);
        }
        return (a + c) + (b + d);
    }

    static void addScaled(float[] out, int oo, float scale, MemorySegment w, long at, int from, int n) {
        for (int i = from; i < n; i++) {
            out[oo + i] = Math.fma(scale, get(w, at, i), out[oo + i]);
        }
    }
}
