package dev.athanor.onednn;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;

/** The plain Java reference. */
final class ScalarNumbers implements Numbers {
    static final float STEPS = 127;

    /** Added to a number below 2^22 in size, it leaves the nearest integer in the low bits. */
    static final float ROUNDING = 0x1.8p23f;

    /** Below it the reciprocal of a step could be infinite. */
    static final float SMALLEST = 0x1p-100f;

    static final int BF16_NAN = 0x7fc0;

    @Override
    public float quantise(float[] x, int xo, int count, int zero, MemorySegment out, long to, int[] sums, int at) {
        float largest = 0;
        for (int i = 0; i < count; i++) {
            largest = Math.max(largest, Math.abs(x[xo + i]));
        }
        float inverse = inverse(largest);
        int sum = 0;
        for (int i = 0; i < count; i++) {
            byte step = (byte) Float.floatToRawIntBits(x[xo + i] * inverse + ROUNDING);
            sum += step;
            out.set(JAVA_BYTE, to + i, (byte) (step + zero));
        }
        sums[at] = sum << 7;
        return scale(largest);
    }

    /** Steps per unit. */
    static float inverse(float largest) {
        return largest < SMALLEST ? 0 : STEPS / largest;
    }

    static float scale(float largest) {
        return largest < SMALLEST ? 0 : largest / STEPS;
    }

    @Override
    public void toBf16(float[] x, int xo, int count, short[] out, int to) {
        for (int i = 0; i < count; i++) {
            int bits = Float.floatToRawIntBits(x[xo + i]);
            int rounded = bits + 0x7fff + (bits >>> 16 & 1) >>> 16;
            out[to + i] = (short) (Float.isNaN(x[xo + i]) ? BF16_NAN : rounded);
        }
    }

    @Override
    public void addScaled(
            float[] total,
            MemorySegment tile,
            int rows,
            int columns,
            int[] offsets,
            float[] columnScales,
            int fo,
            float[] rowScales,
            int so) {
        for (int r = 0; r < rows; r++) {
            float rowScale = rowScales[so + r];
            for (int j = 0; j < columns; j++) {
                int i = r * columns + j;
                float sum = tile.getAtIndex(JAVA_INT, i) - offsets[fo + j];
                total[i] = Math.fma(sum * columnScales[fo + j], rowScale, total[i]);
            }
        }
    }

    @Override
    public void write(MemorySegment tile, int rows, int columns, float[] c, int co, int ldc, boolean accumulate) {
        for (int r = 0; r < rows; r++) {
            write(tile, r, 0, columns, c, co + r * ldc, accumulate);
        }
    }

    static void write(MemorySegment tile, int row, int first, int end, float[] c, int co, boolean accumulate) {
        for (int j = first; j < end; j++) {
            float sum = tile.getAtIndex(JAVA_FLOAT, (long) row * TilePlan.COLUMNS + j);
            c[co + j] = accumulate ? c[co + j] + sum : sum;
        }
    }
}
