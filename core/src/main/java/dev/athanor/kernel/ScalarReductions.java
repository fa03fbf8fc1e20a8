package dev.athanor.kernel;

/**
 * Sums over 16 logical lanes. Folding by halves (8, 4, 2, 1) is a tree, so it can be climbed a quarter at a time: the
 * lanes q, q + 4, q + 8 and q + 12 meet first, then quarters 0 and 2, 1 and 3, then the two halves. Four local
 * accumulators are enough and no array is needed.
 */
final class ScalarReductions {
    private ScalarReductions() {}

    static float sum(float[] x, int xo, int n) {
        float even = sumQuarter(x, xo, n, 0) + sumQuarter(x, xo, n, 2);
        float odd = sumQuarter(x, xo, n, 1) + sumQuarter(x, xo, n, 3);
        return even + odd;
    }

    private static float sumQuarter(float[] x, int xo, int n, int quarter) {
        float a = 0f;
        float b = 0f;
        float c = 0f;
        float d = 0f;
        int i = quarter;
        for (; i < n - 12; i += Kernels.LANES) {
            a += x[xo + i];
            b += x[xo + i + 4];
            c += x[xo + i + 8];
            d += x[xo + i + 12];
        }
        a = i < n ? a + x[xo + i] : a;
        b = i < n - 4 ? b + x[xo + i + 4] : b;
        c = i < n - 8 ? c + x[xo + i + 8] : c;
        return (a + c) + (b + d);
    }

    static float dot(float[] x, int xo, float[] y, int yo, int n) {
        float even = dotQuarter(x, xo, y, yo, n, 0) + dotQuarter(x, xo, y, yo, n, 2);
        float odd = dotQuarter(x, xo, y, yo, n, 1) + dotQuarter(x, xo, y, yo, n, 3);
        return even + odd;
    }

    private static float dotQuarter(float[] x, int xo, float[] y, int yo, int n, int quarter) {
        float a = 0f;
        float b = 0f;
        float c = 0f;
        float d = 0f;
        int i = quarter;
        for (; i < n - 12; i += Kernels.LANES) {
            a = Math.fma(x[xo + i], y[yo + i], a);
            b = Math.fma(x[xo + i + 4], y[yo + i + 4], b);
            c = Math.fma(x[xo + i + 8], y[yo + i + 8], c);
            d = Math.fma(x[xo + i + 12], y[yo + i + 12], d);
        }
        a = i < n ? Math.fma(x[xo + i], y[yo + i], a) : a;
        b = i < n - 4 ? Math.fma(x[xo + i + 4], y[yo + i + 4], b) : b;
        c = i < n - 8 ? Math.fma(x[xo + i + 8], y[yo + i + 8], c) : c;
        return (a + c) + (b + d);
    }

    /** Sum of (x - mean)^2. */
    static float squaredDeviations(float[] x, int xo, int n, float mean) {
        float even = squaredQuarter(x, xo, n, mean, 0) + squaredQuarter(x, xo, n, mean, 2);
        float odd = squaredQuarter(x, xo, n, mean, 1) + squaredQuarter(x, xo, n, mean, 3);
        return even + odd;
    }

    private static float squaredQuarter(float[] x, int xo, int n, float mean, int quarter) {
        float a = 0f;
        float b = 0f;
        float c = 0f;
        float d = 0f;
        int i = quarter;
        for (; i < n - 12; i += Kernels.LANES) {
            a = addSquare(x[xo + i] - mean, a);
            b = addSquare(x[xo + i + 4] - mean, b);
            c = addSquare(x[xo + i + 8] - mean, c);
            d = addSquare(x[xo + i + 12] - mean, d);
        }
        a = i < n ? addSquare(x[xo + i] - mean, a) : a;
        b = i < n - 4 ? addSquare(x[xo + i + 4] - mean, b) : b;
        c = i < n - 8 ? addSquare(x[xo + i + 8] - mean, c) : c;
        return (a + c) + (b + d);
    }

    private static float addSquare(float deviation, float total) {
        return Math.fma(deviation, deviation, total);
    }

    /** Sum of (dy weight) ((x - mean) rstd): how much of the gradient lies along the normalised input. */
    static float alongInput(
            float[] dy, int dyo, float[] weight, int wo, float[] x, int xo, float mean, float rstd, int n) {
        float even = alongQuarter(dy, dyo, weight, wo, x, xo, mean, rstd, n, 0)
                + alongQuarter(dy, dyo, weight, wo, x, xo, mean, rstd, n, 2);
        float odd = alongQuarter(dy, dyo, weight, wo, x, xo, mean, rstd, n, 1)
                + alongQuarter(dy, dyo, weight, wo, x, xo, mean, rstd, n, 3);
        return even + odd;
    }

    private static float alongQuarter(
            float[] dy,
            int dyo,
            float[] weight,
            int wo,
            float[] x,
            int xo,
            float mean,
            float rstd,
            int n,
            int quarter) {
        float a = 0f;
        float b = 0f;
        float c = 0f;
        float d = 0f;
        int i = quarter;
        for (; i < n - 12; i += Kernels.LANES) {
            a = Math.fma(dy[dyo + i] * weight[wo + i], (x[xo + i] - mean) * rstd, a);
            b = Math.fma(dy[dyo + i + 4] * weight[wo + i + 4], (x[xo + i + 4] - mean) * rstd, b);
            c = Math.fma(dy[dyo + i + 8] * weight[wo + i + 8], (x[xo + i + 8] - mean) * rstd, c);
            d = Math.fma(dy[dyo + i + 12] * weight[wo + i + 12], (x[xo + i + 12] - mean) * rstd, d);
        }
        a = i < n ? Math.fma(dy[dyo + i] * weight[wo + i], (x[xo + i] - mean) * rstd, a) : a;
        b = i < n - 4 ? Math.fma(dy[dyo + i + 4] * weight[wo + i + 4], (x[xo + i + 4] - mean) * rstd, b) : b;
        c = i < n - 8 ? Math.fma(dy[dyo + i + 8] * weight[wo + i + 8], (x[xo + i + 8] - mean) * rstd, c) : c;
        return (a + c) + (b + d);
    }
}
