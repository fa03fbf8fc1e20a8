package dev.athanor.quant;

import dev.athanor.tensor.DType;

/**
 * Products of {@link Interleaved} rows with a vector of F32, row by row, which defines them;
 * {@link VectorInterleavedDots} computes sixteen rows at once and gives the same bits on registers of any width, since
 * every row stays in its lane.
 *
 * <p>The numbers q of 32 columns that share a scale are added up as they are stored, in two chains of fused
 * multiply-adds over even and odd columns; then the scale is multiplied once:
 *
 * <pre>
 * t = t0 + t1
 * Q4_0: y = fma(d, fma(-8, sum of x, t), y)                   x_w = d (q - 8)
 * Q4_K: y = fma(dmin minimum, -sum of x, fma(d scale, t, y))  x_w = d scale q - dmin minimum
 * </pre>
 *
 * <p>A number is not shifted down to be multiplied: bits 4g … 4g + 3 alone are 16^g q, so that x is divided by 16^g
 * beforehand, once for all rows. Both are exact.
 */
public final class InterleavedDots {
    private static final int GROUP = Interleaved.GROUP;
    private static final int ROWS = Interleaved.ROWS;

    /** What x is multiplied by at column k mod 8; the last is shifted by four bits, for the uppermost are the sign. */
    private static final float[] FACTORS = {1f, 0x1p-4f, 0x1p-8f, 0x1p-12f, 0x1p-16f, 0x1p-20f, 0x1p-24f, 0x1p-24f};

    /** Vectors multiplied together. */
    static final int FOUR = 4;

    /** 32 columns of sixteen rows as floats, and a sum of each row for each of four vectors. */
    public static final int MANY_ROOM = (GROUP + FOUR) * ROWS;

    private InterleavedDots() {}

    /** Floats that {@link #prepare} makes of {@code columns}. */
    public static int prepared(int columns) {
        return columns + columns / GROUP;
    }

    /** x as the products need it: every number divided, and the sums of 32 behind them. */
    public static void prepare(float[] x, int xo, int columns, float[] out, int oo) {
        for (int i = 0; i < columns; i++) {
            out[oo + i] = x[xo + i] * FACTORS[i % 8];
        }
        for (int group = 0; group < columns / GROUP; group++) {
            float a = 0f;
            float b = 0f;
            float c = 0f;
            float d = 0f;
            int from = xo + group * GROUP;
            for (int i = from; i < from + GROUP; i += 4) {
                a += x[i];
                b += x[i + 1];
                c += x[i + 2];
                d += x[i + 3];
            }
            out[oo + columns + group] = (a + b) + (c + d);
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
                float t = unscaled(m, group, lane, g, x, xo);
                float sumOfX = x[xo + m.columns + g];
                if (m.type == DType.Q4_0) {
                    float d = half(m.halves[(group * (m.columns / GROUP) + g) * ROWS + lane]);
                    sum = Math.fma(d, Math.fma(sumOfX, -8f, t), sum);
                } else {
                    int halves = (group * (m.columns / 256) + g / 8) * 2 * ROWS + lane;
                    int steps = (group * (m.columns / GROUP) + g) * 2 * ROWS + lane;
                    float scale = half(m.halves[halves]) * m.steps[steps];
                    float minimum = half(m.halves[halves + ROWS]) * m.steps[steps + ROWS];
                    sum = Math.fma(minimum, -sumOfX, Math.fma(scale, t, sum));
                }
            }
            y[yo + lane] = sum;
        }
    }

    private static float unscaled(Interleaved m, int group, int lane, int g, float[] x, int xo) {
        float[] t = new float[2];
        for (int i = 0; i < GROUP; i++) {
            int word = m.words[(group * (m.columns / 8) + (g * GROUP + i) / 8) * ROWS + lane];
            int place = i % 8;
            int q = place == 7 ? word >>> 4 & 0x0f000000 : word & 15 << 4 * place;
            t[i % 2] = Math.fma((float) q, x[xo + g * GROUP + i], t[i % 2]);
        }
        return t[0] + t[1];
    }

    private static float half(short bits) {
        return Float.float16ToFloat(bits);
    }
}
