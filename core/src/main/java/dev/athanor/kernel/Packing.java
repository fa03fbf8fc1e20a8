package dev.athanor.kernel;

/**
 * Copies parts of matrices into the panels a {@link MicroKernel} reads: k by rows for A, k by columns for B, so that
 * the innermost loop walks memory in order whatever the transposition. Only this class knows how operands are stored.
 *
 * <p>Element (i, p) of an operand is {@code x[xo + i * ld + p]} when its rows hold k, and {@code x[xo + p * ld + i]}
 * when its columns do ({@code kMajor}).
 */
final class Packing {
    /** How many k steps are transposed at a time: one cache line of floats. */
    private static final int LINE = 16;

    private Packing() {}

    /**
     * Packs {@code count} indices i from {@code first} on, k steps {@code fromK … fromK + k - 1}, into a panel
     * {@code width} wide; places past {@code count} become zero.
     */
    static void panel(
            float[] out,
            int oo,
            int width,
            float[] x,
            int xo,
            int ld,
            boolean kMajor,
            int first,
            int count,
            int fromK,
            int k) {
        if (kMajor) {
            int source = xo + fromK * ld + first;
            for (int p = 0; p < k; p++) {
                System.arraycopy(x, source + p * ld, out, oo + p * width, count);
            }
        } else {
            transpose(out, oo, width, x, xo + first * ld + fromK, ld, count, k);
        }
        if (count < width) {
            for (int p = 0; p < k; p++) {
                java.util.Arrays.fill(out, oo + p * width + count, oo + (p + 1) * width, 0f);
            }
        }
    }

    private static void transpose(float[] out, int oo, int width, float[] x, int xo, int ld, int count, int k) {
        int p = 0;
        for (; p + LINE <= k; p += LINE) {
            for (int i = 0; i < count; i++) {
                int from = xo + i * ld + p;
                int to = oo + p * width + i;
                for (int q = 0; q < LINE; q++) {
                    out[to + q * width] = x[from + q];
                }
            }
        }
        for (; p < k; p++) {
            for (int i = 0; i < count; i++) {
                out[oo + p * width + i] = x[xo + i * ld + p];
            }
        }
    }
}
