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
 * Q8_0:         y = fma(d, step t, y)              t = sum of (q - 128) x         w = d (q - 128)
 * Q4_0:         y = fma(d, step (t - 8 S), y)                                     w = d (q - 8)
 * Q6_K:         y = fma(d scale, step t, y)                                       w = d scale (q - 32)
 * Q4_K, Q5_K:   y = fma(dmin minimum, -(step S), fma(d scale, step t, y))         w = d scale q - dmin minimum
 * </pre>
 *
 * <p>What is lost is the rounding of x, at most half a step for each number. Products with 16-bit lanes are why: twice
 * as many to an instruction as floats, no conversion, and a sum of sixteen that fits, 16 · 15 · 127 = 30,480 for four
 * bits, 8 · 31 · 127 = 31,496 for five and 8 · 32 · 127 = 32,512 for six, of which 16 columns are added up at a time.
 * Of eight bits two products fit, 2 · 128 · 127 = 32,512: those of every word are made numbers without a sign by adding
 * {@link #ABOVE}, and added up in 32 bits. There a whole word, upper half and lower, is added as it is, and the upper
 * half by itself: what remains of the first sum without 2^16 times the second is that of the lower halves.
 */
public final class IntegerDots {
    private static final int ROWS = Interleaved.ROWS;

    /** What is added to the two products of half a word of Q8_0, so that they are no negative number. */
    static final int ABOVE = 1 << 15;

    /** What that comes to in the 16 halves of a group. */
    static final int OFF = 16 * ABOVE;

    private IntegerDots() {}

    /** Floats of room that a thread needs for rows of {@code columns}: the sums of sixteen rows. */
    public static int room(int columns) {
        return columns;
    }

    /** Columns whose products are added up in 16 bits. */
    static int summed(DType type) {
        return switch (type) {
            case Q4_0, Q4_K -> 32;
            case Q8_0 -> 4;
            default -> 16;
        };
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
        int numbers = j * RoundedActivations.perVector(m.type, m.columns);
        int steps = j * (m.columns / RoundedActivations.GROUP);
        if (vectors && VectorChoice.VECTORS) {
            vectors(m, group, x, numbers, steps, y, yo, room);
            return;
        }
        sums(m, group, x.numbers, numbers, room);
        for (int lane = 0; lane < ROWS; lane++) {
            y[yo + lane] = scaled(m, group, lane, x, steps, room);
        }
    }

    private static void vectors(
            Interleaved m, int group, RoundedActivations x, int numbers, int steps, float[] y, int yo, float[] room) {
        boolean fours = Interleaved.perWord(m.type) == 8;
        if (Wide.L == ROWS) {
            if (fours) {
                VectorIntegerFours.dots(m, group, x.numbers, numbers, x.steps, x.sums, steps, y, yo);
            } else {
                VectorIntegerBytes.dots(m, group, x.numbers, numbers, x.steps, x.sums, steps, y, yo);
            }
        } else if (m.type == DType.Q8_0) {
            VectorIntegerWords.dots(m, group, x.numbers, numbers, x.steps, steps, y, yo);
        } else {
            VectorIntegerSums.sums(m, group, x.numbers, numbers, room);
            VectorIntegerScale.scale(m, group, x.steps, x.sums, steps, room, y, yo);
        }
    }

    /** room[g * 16 + lane] = the sum of products of a row over the {@code g}th group of columns, a whole number. */
    private static void sums(Interleaved m, int group, float[] x, int xo, float[] room) {
        int perGroup = Interleaved.groupOf(m.type) / summed(m.type);
        for (int g = 0; g < m.columns / Interleaved.groupOf(m.type); g++) {
            for (int lane = 0; lane < ROWS; lane++) {
                int sum = 0;
                for (int part = 0; part < perGroup; part++) {
                    sum += sum(m, group, g, part, lane, x, xo);
                }
                room[g * ROWS + lane] = sum;
            }
        }
    }

    /** The sum that is computed in 16 bits over part {@code part} of a group of columns. */
    private static int sum(Interleaved m, int group, int g, int part, int lane, float[] x, int xo) {
        int words = summed(m.type) / Interleaved.perWord(m.type);
        int factors = Interleaved.perWord(m.type) / 2;
        int bits = 16 / factors;
        int s = g * (Interleaved.groupOf(m.type) / summed(m.type)) + part;
        int begin = factors == 2 ? RoundedActivations.factors(x, xo + m.columns / 2 + s) : 0;
        int v = begin;
        int u = begin >> 16;
        for (int w = 0; w < words; w++) {
            int word = m.wordAt(m.line(group, part * words + w, g), lane);
            for (int k = 0; k < factors; k++) {
                int factor = RoundedActivations.factors(x, xo + (s * words + w) * factors + k);
                v += ((word & 0xffff) >> k * bits) * factor;
                u += (word >>> 16 >> k * bits) * (factor >> 16);
            }
        }
        int above = m.type == DType.Q8_0 ? ABOVE : 0;
        return (short) (v - above) + (short) (u - above);
    }

    private static float scaled(Interleaved m, int group, int lane, RoundedActivations x, int steps, float[] room) {
        int size = Interleaved.groupOf(m.type);
        float y = 0f;
        for (int g = 0; g < m.columns / size; g++) {
            int of32 = steps + g * size / RoundedActivations.GROUP;
            float t = room[g * ROWS + lane];
            if (m.type == DType.Q4_0) {
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
