package dev.athanor.quant;

import dev.athanor.tensor.DType;

/**
 * Products of {@link Interleaved} rows with a vector of F32, row by row, which defines them;
 * {@link VectorInterleavedDots} computes sixteen rows at once and gives the same bits on registers of any width, since
 * every row stays in its lane.
 *
 * <p>The stored numbers q of a group are added up as they are, in two chains of fused multiply-adds over even and odd
 * columns; then the scale is multiplied once:
 *
 * <pre>
 * t = t0 + t1
 * Q4_0, Q8_0: y = fma(d, fma(-bias, sum of x, t), y)                w = d (q - bias)
 * Q6_K:       y = fma(d scale, fma(-bias, sum of x, t), y)          w = d scale (q - bias)
 * Q4_K:       y = fma(dmin minimum, -sum of x, fma(d scale, t, y))  w = d scale q - dmin minimum
 * </pre>
 *
 * <p>A number is not shifted down to be multiplied: bits 4g … 4g + 3 alone are 16^g q, so that x is divided by 16^g
 * beforehand, once for all rows. Both are exact.
 */
public final class InterleavedDots {
    private static final int ROWS = Interleaved.ROWS;

    /** What x is multiplied by at column k mod 8; the last number is shifted by four bits, for it has the sign's. */
    private static final float[] OF_EIGHT = {1f, 0x1p-4f, 0x1p-8f, 0x1p-12f, 0x1p-16f, 0x1p-20f, 0x1p-24f, 0x1p-24f};

    /** The same at column k mod 4; the last number is shifted all the way. */
    private static final float[] OF_FOUR = {1f, 0x1p-8f, 0x1p-16f, 1f};

    /** Vectors multiplied together. */
    static final int FOUR = 4;

    /** 32 columns of sixteen rows as floats, and a sum of each row for each of four vectors. */
    public static final int MANY_ROOM = (32 + FOUR) * ROWS;

    private InterleavedDots() {}

    /** Floats that {@link #prepare} makes of {@code columns}. */
    public static int prepared(DType type, int columns) {
        return columns + columns / Interleaved.groupOf(type);
    }

    /** x as the products with a type need it: every number divided, and the sums of groups behind them. */
    public static void prepare(DType type, float[] x, int xo, int columns, float[] out, int oo) {
        float[] factors = Interleaved.perWord(type) == 8 ? OF_EIGHT : OF_FOUR;
        for (int i = 0; i < columns; i++) {
            out[oo + i] = x[xo + i] * factors[i & factors.length - 1];
        }
        int group = Interleaved.groupOf(type);
        for (int g = 0; g < columns / group; g++) {
            float a = 0f;
            float b = 0f;
            float c = 0f;
            float d = 0f;
            int from = xo + g * group;
            for (int i = from; i < from + group; i += 4) {
                a += x[i];
                b += x[i + 1];
                c += x[i + 2];
                d += x[i + 3];
            }
            out[oo + columns + g] = (a + b) + (c + d);
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
        int blocks = m.columns / m.type.blockElements();
        for (int lane = 0; lane < ROWS; lane++) {
            float sum = 0f;
            for (int g = 0; g < groups; g++) {
                float t = unscaled(m, group, lane, g, x, xo);
                float sumOfX = x[xo + m.columns + g];
                int block = group * blocks + g * size / m.type.blockElements();
                if (m.type == DType.Q4_K) {
                    int steps = (group * groups + g) * 2 * ROWS + lane;
                    float scale = m.scales[block * 2 * ROWS + lane] * m.steps[steps];
                    float minimum = m.scales[(block * 2 + 1) * ROWS + lane] * m.steps[steps + ROWS];
                    sum = Math.fma(minimum, -sumOfX, Math.fma(scale, t, sum));
                } else {
                    float scale = m.scales[block * ROWS + lane];
                    if (m.type == DType.Q6_K) {
                        scale *= m.steps[(group * groups + g) * ROWS + lane];
                    }
                    sum = Math.fma(scale, Math.fma(sumOfX, -Interleaved.bias(m.type), t), sum);
                }
            }
            y[yo + lane] = sum;
        }
    }

    private static float unscaled(Interleaved m, int group, int lane, int g, float[] x, int xo) {
        int size = Interleaved.groupOf(m.type);
        int perWord = Interleaved.perWord(m.type);
        float[] t = new float[2];
        for (int i = 0; i < size; i++) {
            int word = m.words[(group * (m.columns / perWord) + (g * size + i) / perWord) * ROWS + lane];
            int q = perWord == 8 ? ofEight(word, i % 8) : ofFour(word, i % 4);
            t[i % 2] = Math.fma((float) q, x[xo + g * size + i], t[i % 2]);
        }
        return t[0] + t[1];
    }

    private static int ofEight(int word, int place) {
        return place == 7 ? word >>> 4 & 0x0f000000 : word & 15 << 4 * place;
    }

    private static int ofFour(int word, int place) {
        return place == 3 ? word >>> 24 : word & 255 << 8 * place;
    }
}
