package dev.athanor.quant;

import dev.athanor.tensor.DType;

/**
 * Products of {@link Interleaved} rows of Q8_0 with a vector of F32, row by row, which defines them;
 * {@link VectorInterleavedDots} computes sixteen rows at once and gives the same bits on registers of any width, since
 * every row stays in its lane.
 *
 * <p>The stored numbers b of a group become floats 1 + b / 256 and are added up in two chains of fused multiply-adds
 * over even and odd columns, with 256 x. What the ones have brought, and the bias, is taken off; then the scale is
 * multiplied once:
 *
 * <pre>
 * t = (t0 + t1) - off        off = 256 · sum of x + 128 · sum of x
 * y = fma(d, t, y)                                          w = d (b - 128)
 * </pre>
 *
 * <p>That 256 x is exact; that it is so large costs the chains eight of their 24 bits at most: {@code InterleavedTest}
 * has the bound. Eight bits meet x as it is, since memory is what limits them; fewer bits go through
 * {@link IntegerDots}.
 */
public final class InterleavedDots {
    private static final int ROWS = Interleaved.ROWS;

    /** Columns that share a scale. */
    static final int GROUP = 32;

    /** What a stored number is divided by as a mantissa. */
    static final float PLACE = 256f;

    /** Where a byte stands in a turned word. */
    static final int WHOLE = 0xff << Interleaved.TURNED;

    /** Vectors multiplied together. */
    static final int FOUR = 4;

    /** 32 columns of sixteen rows as floats, and a sum of each row for each of four vectors. */
    public static final int MANY_ROOM = (GROUP + FOUR) * ROWS;

    private InterleavedDots() {}

    /** Floats that {@link #prepare} makes of {@code columns}. */
    public static int prepared(int columns) {
        return columns + columns / GROUP;
    }

    /** x as the products need it: 256 x of every column, behind them -off of every group. */
    public static void prepare(float[] x, int xo, int columns, float[] out, int oo) {
        for (int i = 0; i < columns; i++) {
            out[oo + i] = x[xo + i] * PLACE;
        }
        for (int g = 0; g < columns / GROUP; g++) {
            float a = 0f;
            float b = 0f;
            float c = 0f;
            float d = 0f;
            int from = xo + g * GROUP;
            for (int i = from; i < from + GROUP; i += 4) {
                a += x[i];
                b += x[i + 1];
                c += x[i + 2];
                d += x[i + 3];
            }
            float sum = (a + c) + (b + d);
            float off = PLACE * (a + c) + PLACE * (b + d);
            out[oo + columns + g] = -(off + Interleaved.bias(DType.Q8_0) * sum);
        }
    }

    /**
     * y[yo + i] = the product of row i of sixteen.
     *
     * @param vectors whether to use them; the bits are the same
     * @param x what {@link #prepare} made, from {@code xo} on
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
        for (int lane = 0; lane < ROWS; lane++) {
            float sum = 0f;
            for (int g = 0; g < m.columns / GROUP; g++) {
                float t0 = 0f;
                float t1 = 0f;
                for (int i = 0; i < GROUP; i += 2) {
                    t0 = Math.fma(InterleavedNumbers.mantissa(m, group, lane, g, i), x[xo + g * GROUP + i], t0);
                    t1 = Math.fma(InterleavedNumbers.mantissa(m, group, lane, g, i + 1), x[xo + g * GROUP + i + 1], t1);
                }
                sum = Math.fma(InterleavedNumbers.scale(m, group, lane, g), t0 + t1 + x[xo + m.columns + g], sum);
            }
            y[yo + lane] = sum;
        }
    }
}
