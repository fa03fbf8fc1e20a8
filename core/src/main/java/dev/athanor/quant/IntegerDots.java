package dev.athanor.quant;

import dev.athanor.tensor.DType;

/**
 * Products of {@link Interleaved} rows with vectors of {@link RoundedActivations}, row by row, which defines them; with
 * vectors sixteen rows are computed at once, to the same bits on registers of any width.
 *
 * <p>The stored numbers q of a group times the rounded x are added up in whole numbers, exactly; S is the sum of x:
 *
 * <pre>
 * t = sum of q x                                   groups of 32; of 16 in Q6_K, t = sum of (q - 32) x
 * Q4_0:         y = fma(d, step (t - 8 S), y)                                     w = d (q - 8)
 * Q6_K:         y = fma(d scale, step t, y)                                       w = d scale (q - 32)
 * Q4_K, Q5_K:   y = fma(dmin minimum, -(step S), fma(d scale, step t, y))         w = d scale q - dmin minimum
 * </pre>
 *
 * <p>What is lost is the rounding of x, at most half a step for each number. Products with 16-bit lanes are why: twice
 * as many to an instruction as floats, no conversion, and a sum of sixteen that fits, 16 · 15 · 127 = 30,480 for four
 * bits, 8 · 31 · 127 = 31,496 for five and 8 · 32 · 127 = 32,512 for six, of which 16 columns are added up at a time.
 */
public final class IntegerDots {
    private static final int ROWS = Interleaved.ROWS;

    private IntegerDots() {}

    /** Floats of room that a thread needs for rows of {@code columns}: the sums of sixteen rows. */
    public static int room(int columns) {
        return columns;
    }

    /** Columns whose products are added up in whole numbers at a time. */
    static int summed(DType type) {
        return Interleaved.perWord(type) == 8 ? 32 : 16;
    }

    /**
     * y[yo + i] = the product of row i of sixteen with vector {@code j}.
     *
     * @param vectors whether to use them; the bits are the same
     * @param x what {@link RoundedActivations#round} made for this type
     * @param room {@link #room} floats of this thread's own
     */
    public static void dots(
            boolean vectors, Interleaved m, int group, RoundedActivations x, int j, float[] y, int yo, float[] room) {
        int numbers = j * RoundedActivations.perVector(m.columns);
        int steps = j * (m.columns / RoundedActivations.GROUP);
        if (vectors && VectorChoice.VECTORS && VectorIntegerSums.registersOfSixteen()) {
            if (Interleaved.perWord(m.type) == 8) {
                VectorIntegerFours.dots(m, group, x.numbers, numbers, x.steps, x.sums, steps, y, yo);
            } else {
                VectorIntegerBytes.dots(m, group, x.numbers, numbers, x.steps, x.sums, steps, y, yo);
            }
            return;
        }
        if (vectors && VectorChoice.VECTORS) {
            VectorIntegerSums.sums(m, group, x.numbers, numbers, room);
            VectorIntegerScale.scale(m, group, x.steps, x.sums, steps, room, y, yo);
            return;
        }
        sums(m, group, x.numbers, numbers, room);
        for (int lane = 0; lane < ROWS; lane++) {
            y[yo + lane] = scaled(m, group, lane, x, steps, room);
        }
    }

    /** room[s * 16 + lane] = the {@code s}th sum of products of a row, a whole number. */
    private static void sums(Interleaved m, int group, float[] x, int xo, float[] room) {
        int summed = summed(m.type);
        int words = summed / Interleaved.perWord(m.type);
        int factors = Interleaved.perWord(m.type) / 2;
        int bits = 16 / factors;
        int perGroup = Interleaved.groupOf(m.type) / summed;
        for (int s = 0; s < m.columns / summed; s++) {
            int begin = factors == 2 ? RoundedActivations.factors(x, xo + m.columns / 2 + s) : 0;
            for (int lane = 0; lane < ROWS; lane++) {
                int v = begin;
                int u = begin >> 16;
                for (int w = 0; w < words; w++) {
                    int word = m.wordAt(m.line(group, s % perGroup * words + w, s / perGroup), lane);
                    for (int k = 0; k < factors; k++) {
                        int factor = RoundedActivations.factors(x, xo + (s * words + w) * factors + k);
                        v += ((word & 0xffff) >> k * bits) * factor;
                        u += (word >>> 16 >> k * bits) * (factor >> 16);
                    }
                }
                room[s * ROWS + lane] = (short) v + (short) u;
            }
        }
    }

    private static float scaled(Interleaved m, int group, int lane, RoundedActivations x, int steps, float[] room) {
        int size = Interleaved.groupOf(m.type);
        float y = 0f;
        for (int g = 0; g < m.columns / size; g++) {
            int of32 = steps + g * size / RoundedActivations.GROUP;
            float t = room[g * ROWS + lane];
            if (m.type == DType.Q5_K) {
                t = room[2 * g * ROWS + lane] + room[(2 * g + 1) * ROWS + lane];
            } else if (m.type == DType.Q4_0) {
                t -= Interleaved.bias(m.type) * x.sums[of32];
            }
            y = Math.fma(InterleavedNumbers.scale(m, group, lane, g), x.steps[of32] * t, y);
            if (Interleaved.minima(m.type)) {
                y = Math.fma(InterleavedNumbers.minimum(m, group, lane, g), -(x.steps[of32] * x.sums[of32]), y);
            }
        }
        return y;
    }
}
