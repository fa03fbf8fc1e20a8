package dev.athanor.kernel;

/** The passes of both norms over one row; a root-mean-square norm is a layer norm with mean 0 and no bias. */
final class ScalarNorms {
    private ScalarNorms() {}

    /** out = (x - mean) * rstd * weight + bias, without the bias where {@code boff} is negative. */
    static void normalise(
            float[] out,
            int oo,
            float[] x,
            int xo,
            float[] weight,
            int wo,
            float[] bias,
            int boff,
            float mean,
            float rstd,
            int n) {
        for (int i = 0; i < n; i++) {
            float normalised = (x[xo + i] - mean) * rstd;
            out[oo + i] =
                    boff >= 0 ? Math.fma(normalised, weight[wo + i], bias[boff + i]) : normalised * weight[wo + i];
        }
    }

    /** Adds to dweight; writes or adds to dx. */
    static void backward(
            float[] dx,
            int dxo,
            boolean accumulate,
            float[] dweight,
            int dwo,
            float[] dy,
            int dyo,
            float[] x,
            int xo,
            float[] weight,
            int wo,
            float mean,
            float rstd,
            float gradientMean,
            float along,
            int n) {
        for (int i = 0; i < n; i++) {
            float gradient = dy[dyo + i];
            float normalised = (x[xo + i] - mean) * rstd;
            dweight[dwo + i] = Math.fma(gradient, normalised, dweight[dwo + i]);
            float centred = Math.fma(normalised, -along, gradient * weight[wo + i] - gradientMean);
            dx[dxo + i] = accumulate ? Math.fma(centred, rstd, dx[dxo + i]) : centred * rstd;
        }
    }
}
