package dev.athanor.kernel;

/**
 * Sums over 16 logical lanes, then the up to 15 numbers that are left over, one after the other. Folding the lanes by
 * halves (8, 4, 2, 1) is a tree, so it can be climbed a quarter at a time: the lanes q, q + 4, q + 8 and q + 12 meet
 * first, then quarters 0 and 2, 1 and 3, then the two halves. Four local accumulators are enough and no array is
 * needed.
 */
final class ScalarReductions {
    private ScalarReductions() {}

    static float sum(float[] x, int xo, int n) {
        int bound = n & -Kernels.LANES;
        float even = sumQuarter(x, xo, bound, 0) + sumQuarter(x, xo, bound, 2);
        float odd = sumQuarter(x, xo, bound, 1) + sumQuarter(x, xo, bound, 3);
        float total = even + odd;
        for (int i = bound; i < n; i++) {
            total = total + x[xo + i];
        }
        return total;
    }

    private static float sumQuarter(float[] x, int xo, int bound, int quarter) {
        float a = 0f;
        float b = 0f;
        float c = 0f;
        float d = 0f;
        for (int i = quarter; i < bound; i += Kernels.LANES) {
            a = a + x[xo + i];
            b = b + x[xo + i + 4];
            c = c + x[xo + i + 8];
            d = d + x[xo + i + 12];
        }
        return (a + c) + (b + d);
    }

    static float dot(float[] x, int xo, float[] y, int yo, int n) {
        int bound = n & -Kernels.LANES;
        float even = dotQuarter(x, xo, y, yo, bound, 0) + dotQuarter(x, xo, y, yo, bound, 2);
        float odd = dotQuarter(x, xo, y, yo, bound, 1) + dotQuarter(x, xo, y, yo, bound, 3);
        float total = even + odd;
        for (int i = bound; i < n; i++) {
            total = Math.fma(x[xo + i], y[yo + i], total);
        }
        return total;
    }

    private static float dotQuarter(float[] x, int xo, float[] y, int yo, int bound, int quarter) {
        float a = 0f;
        float b = 0f;
        float c = 0f;
        float d = 0f;
        for (int i = quarter; i < bound; i += Kernels.LANES) {
            a = Math.fma(x[xo + i], y[yo + i], a);
            b = Math.fma(x[xo + i + 4], y[yo + i + 4], b);
            c = Math.fma(x[xo + i + 8], y[yo + i + 8], c);
            d = Math.fma(x[xo + i + 12], y[yo + i + 12], d);
        }
        return (a + c) + (b + d);
    }

    /** Sum of (x - mean)^2. */
    static float squaredDeviations(float[] x, int xo, float mean, int n) {
        int bound = n & -Kernels.LANES;
        float even = squaredDeviationsQuarter(x, xo, mean, bound, 0) + squaredDeviationsQuarter(x, xo, mean, bound, 2);
        float odd = squaredDeviationsQuarter(x, xo, mean, bound, 1) + squaredDeviationsQuarter(x, xo, mean, bound, 3);
        float total = even + odd;
        for (int i = bound; i < n; i++) {
            total = addSquare(x[xo + i] - mean, total);
        }
        return total;
    }

    private static float squaredDeviationsQuarter(float[] x, int xo, float mean, int bound, int quarter) {
        float a = 0f;
        float b = 0f;
        float c = 0f;
        float d = 0f;
        for (int i = quarter; i < bound; i += Kernels.LANES) {
            a = addSquare(x[xo + i] - mean, a);
            b = addSquare(x[xo + i + 4] - mean, b);
            c = addSquare(x[xo + i + 8] - mean, c);
            d = addSquare(x[xo + i + 12] - mean, d);
        }
        return (a + c) + (b + d);
    }

    private static float addSquare(float deviation, float total) {
        return Math.fma(deviation, deviation, total);
    }

    /** Sum of (dy weight) ((x - mean) rstd): how much of the gradient lies along the normalised input. */
    static float alongInput(
            float[] dy, int dyo, float[] weight, int wo, float[] x, int xo, float mean, float rstd, int n) {
        int bound = n & -Kernels.LANES;
        float even = alongInputQuarter(dy, dyo, weight, wo, x, xo, mean, rstd, bound, 0)
                + alongInputQuarter(dy, dyo, weight, wo, x, xo, mean, rstd, bound, 2);
        float odd = alongInputQuarter(dy, dyo, weight, wo, x, xo, mean, rstd, bound, 1)
                + alongInputQuarter(dy, dyo, weight, wo, x, xo, mean, rstd, bound, 3);
        float total = even + odd;
        for (int i = bound; i < n; i++) {
            total = Math.fma(dy[dyo + i] * weight[wo + i], (x[xo + i] - mean) * rstd, total);
        }
        return total;
    }

    private static float alongInputQuarter(
            float[] dy,
            int dyo,
            float[] weight,
            int wo,
            float[] x,
            int xo,
            float mean,
            float rstd,
            int bound,
            int quarter) {
        float a = 0f;
        float b = 0f;
        float c = 0f;
        float d = 0f;
        for (int i = quarter; i < bound; i += Kernels.LANES) {
            a = Math.fma(dy[dyo + i] * weight[wo + i], (x[xo + i] - mean) * rstd, a);
            b = Math.fma(dy[dyo + i + 4] * weight[wo + i + 4], (x[xo + i + 4] - mean) * rstd, b);
            c = Math.fma(dy[dyo + i + 8] * weight[wo + i + 8], (x[xo + i + 8] - mean) * rstd, c);
            d = Math.fma(dy[dyo + i + 12] * weight[wo + i + 12], (x[xo + i + 12] - mean) * rstd, d);
        }
        return (a + c) + (b + d);
    }
}
