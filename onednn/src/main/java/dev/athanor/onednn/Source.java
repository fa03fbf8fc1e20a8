package dev.athanor.onednn;

import dev.athanor.quant.Blocks;
import dev.athanor.tensor.Stored;

/** An operand, read as rows whose numbers are the steps of k. */
sealed interface Source {
    /** Whether memory has steps of k as rows. */
    boolean kMajor();

    /**
     * Rows {@code first … first + count - 1}, steps {@code fromK … fromK + k - 1}, into {@code out}, {@code stride}
     * apart.
     *
     * @param spare room for k · count numbers
     */
    void read(int first, int count, int fromK, int k, float[] out, int stride, float[] spare);

    /** F32 in an array; {@code kMajor} when its rows are steps of k. */
    record Floats(float[] x, int xo, int ld, boolean kMajor) implements Source {
        @Override
        public void read(int first, int count, int fromK, int k, float[] out, int stride, float[] spare) {
            if (kMajor) {
                turn(x, xo + fromK * ld + first, ld, k, count, out, stride);
            } else {
                for (int i = 0; i < count; i++) {
                    System.arraycopy(x, xo + (first + i) * ld + fromK, out, i * stride, k);
                }
            }
        }
    }

    /** As a file stores it. */
    record InFile(Stored stored, boolean kMajor) implements Source {
        @Override
        public void read(int first, int count, int fromK, int k, float[] out, int stride, float[] spare) {
            long columns = stored.shape().dim(-1);
            if (kMajor) {
                for (int step = 0; step < k; step++) {
                    long from = (fromK + step) * columns + first;
                    Blocks.decode(stored.type(), stored.bytes(), from, count, spare, step * count);
                }
                turn(spare, 0, count, k, count, out, stride);
            } else {
                for (int i = 0; i < count; i++) {
                    long from = (first + i) * columns + fromK;
                    Blocks.decode(stored.type(), stored.bytes(), from, k, out, i * stride);
                }
            }
        }
    }

    /** out[i, step] = x[step, i] in squares, whose rows stay in the nearest cache. */
    private static void turn(float[] x, int xo, int ld, int k, int count, float[] out, int stride) {
        int side = 16;
        for (int block = 0; block < k; block += side) {
            int end = Math.min(k, block + side);
            for (int i = 0; i < count; i++) {
                for (int step = block; step < end; step++) {
                    out[i * stride + step] = x[xo + step * ld + i];
                }
            }
        }
    }
}
