package dev.athanor.quant;

import dev.athanor.tensor.DType;

/**
 * Products of {@link Interleaved} rows with a vector of F32, row by row, which defines them;
 * {@link VectorInterleavedDots} computes sixteen rows at once and gives the same bits on registers of any width, since
 * every row stays in its lane.
 *
 * <p>The stored numbers q of a group become floats 1 + q / p, where p is what their place in the mantissa makes of
 * them, and are added up in two chains of fused multiply-adds over even and odd columns, with x times p. What the ones
 * have brought, and the bias, is taken off; then the scale is multiplied once:
 *
 * <pre>
 * t = (t0 + t1) - off        off = sum of p x + bias · sum of x
 * Q4_0, Q8_0: y = fma(d, t, y)                                      w = d (q - bias)
 * Q6_K:       y = fma(d scale, t, y)                                w = d scale (q - bias)
 * Q4_K:       y = fma(dmin minimum, -sum of x, fma(d scale, t, y))  w = d scale q - dmin minimum
 * </pre>
 *
 * <p>That x times p is exact, for p is a power of two; that it is up to 256 costs the chains eight of their 24 bits at
 * most: {@code InterleavedTest} has the bound.
 */
public final class InterleavedDots {
    private static final int ROWS = Interleaved.ROWS;

    /** Where a byte stands in a turned word, and its halves. */
    static final int WHOLE = 0xff << Interleaved.TURNED;

    static final int LOWER = 0xf << Interleaved.TURNED;
    static final int UPPER = 0xf << Interleaved.TURNED + 4;

    /** Vectors multiplied together. */
    static final int FOUR = 4;

    /** 32 columns of sixteen rows as floats, and a sum of each row for each of four vectors. */
    public static final int MANY_ROOM = (32 + FOUR) * ROWS;

    private InterleavedDots() {}

    /** Floats that {@link #prepare} makes of {@code columns}. */
    public static int prepared(DType type, int columns) {
        return columns + columns / Interleaved.groupOf(type) * (type == DType.Q4_K ? 2 : 1);
    }

    /** What p is at an even or odd column. */
    static float place(DType type, int column) {
        return switch (type) {
            case Q4_0, Q4_K -> column % 2 == 0 ? 256f : 16f;
            case Q6_K -> 64f;
            default -> 256f;
        };
    }

    /**
     * x as the products with a type need it: p x of every column, behind them -off of every group, and behind those the
     * sums of x (Q4_K).
     */
    public static void prepare(DType type, float[] x, int xo, int columns, float[] out, int oo) {
        float even = place(type, 0);
        float odd = place(type, 1);
        for (int i = 0; i < columns; i += 2) {
            out[oo + i] = x[xo + i] * even;
            out[oo + i + 1] = x[xo + i + 1] * odd;
        }
        int size = Interleaved.groupOf(type);
        int groups = columns / size;
        for (int g = 0; g < groups; g++) {
            float a = 0f;
            float b = 0f;
            float c = 0f;
            float d = 0f;
            int from = xo + g * size;
            for (int i = from; i < from + size; i += 4) {
                a += x[i];
                b += x[i + 1];
                c += x[i + 2];
                d += x[i + 3];
            }
            float sum = (a + c) + (b + d);
            float off = even * (a + c) + odd * (b + d);
            out[oo + columns + g] = -(off + Interleaved.bias(type) * sum);
            if (type == DType.Q4_K) {
                out[oo + columns + groups + g] = sum;
            }
        }
    }

    /**
     * y[yo + i] = the product of row i of sixteen.
     *
     * @param vectors whether to use them; the bits are the same
     * @param x what {@link #prepare} made for this type, from {@code xo} on
     */
    public static void dots(boolean vectors, Interleaved m, int group, float[] x, int xo, float[] y, int yo) {
        if (vectors && VectorChoice.VECTORS) {
            VectorInterleavedDots.dots(m, group, x, xo, y, yo);
        } else {
            dots(m, group, x, xo, y, yo);
        }
    }

    /**
     * y[yo + j * ys + i] = the product of row i of sixteen with vector j, for {@code count} vectors {@code xs} floats
     * apart, each with the bits it has alone.
     *
     * @param room {@link #MANY_ROOM} floats of this thread's own
     */
    public static void dots(
            boolean vectors,
            Interleaved m,
            int group,
            float[] x,
            int xo,
            int xs,
            int count,
            float[] y,
            int yo,
            int ys,
            float[] room) {
        int many = vectors && VectorChoice.VECTORS ? count / FOUR * FOUR : 0;
        for (int j = 0; j < many; j += FOUR) {
            VectorInterleavedMany.dots(m, group, x, xo + j * xs, xs, y, yo + j * ys, ys, room);
        }
        for (int j = many; j < count; j++) {
            dots(vectors, m, group, x, xo + j * xs, y, yo + j * ys);
        }
    }

    private static void dots(Interleaved m, int group, float[] x, int xo, float[] y, int yo) {
        int size = Interleaved.groupOf(m.type);
        int groups = m.columns / size;
        for (int lane = 0; lane < ROWS; lane++) {
            float sum = 0f;
            for (int g = 0; g < groups; g++) {
                float t = unscaled(m, group, lane, g, x, xo);
                sum = Math.fma(scale(m, group, lane, g), t, sum);
                if (m.type == DType.Q4_K) {
                    sum = Math.fma(minimum(m, group, lane, g), -x[xo + m.columns + groups + g], sum);
                }
            }
            y[yo + lane] = sum;
        }
    }

    /** What the numbers of the {@code g}th group of columns are multiplied by. */
    static float scale(Interleaved m, int group, int lane, int g) {
        int size = Interleaved.groupOf(m.type);
        int groups = m.columns / size;
        int block = group * (m.columns / m.type.blockElements()) + g * size / m.type.blockElements();
        return switch (m.type) {
            case Q4_K -> m.scales[block * 2 * ROWS + lane] * m.steps[(group * groups + g) * 2 * ROWS + lane];
            case Q6_K -> m.scales[block * ROWS + lane] * m.steps[(group * groups + g) * ROWS + lane];
            default -> m.scales[block * ROWS + lane];
        };
    }

    /** What is taken off the numbers of the {@code g}th group of columns (Q4_K). */
    static float minimum(Interleaved m, int group, int lane, int g) {
        int groups = m.columns / 32;
        int block = group * (m.columns / 256) + g / 8;
        return m.scales[(block * 2 + 1) * ROWS + lane] * m.steps[((group * groups + g) * 2 + 1) * ROWS + lane];
    }

    private static float unscaled(Interleaved m, int group, int lane, int g, float[] x, int xo) {
        int size = Interleaved.groupOf(m.type);
        float[] t = new float[2];
        for (int i = 0; i < size; i++) {
            t[i % 2] = Math.fma(number(m, group, lane, g, i), x[xo + g * size + i], t[i % 2]);
        }
        return t[0] + t[1] + x[xo + m.columns + g];
    }

    /** 1 + q / p of the number at {@code place} of the {@code g}th group of columns. */
    static float number(Interleaved m, int group, int lane, int g, int place) {
        int perWord = Interleaved.perWord(m.type);
        int word = m.words[m.line(group, place / perWord, g) + lane];
        return perWord == 8 ? ofEight(word, place % 8) : ofFour(word, place % 4);
    }

    /** 1 + q / 256 at even places, 1 + q / 16 at odd ones. */
    private static float ofEight(int word, int place) {
        int turned = Integer.rotateRight(word, place / 2 * 8);
        return Float.intBitsToFloat(turned & (place % 2 == 0 ? LOWER : UPPER) | Interleaved.ONE);
    }

    /** 1 + b / 256. */
    private static float ofFour(int word, int place) {
        return Float.intBitsToFloat(Integer.rotateRight(word, place * 8) & WHOLE | Interleaved.ONE);
    }
}
