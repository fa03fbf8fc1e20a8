package dev.athanor.kernel;

import static dev.athanor.kernel.Lanes.L;
import static dev.athanor.kernel.Lanes.S;

import jdk.incubator.vector.FloatVector;

/** {@link ScalarNorms} in whole registers. */
final class VectorNorms {
    private VectorNorms() {}

    /** out = (x - mean) * rstd * weight. */
    static void normalise(
            float[] out, int oo, float[] x, int xo, float[] weight, int wo, float mean, float rstd, int n) {
        int i = 0;
        for (; i < S.loopBound(n); i += L) {
            FloatVector.fromArray(S, x, xo + i)
                    .sub(mean)
                    .mul(rstd)
                    .mul(FloatVector.fromArray(S, weight, wo + i))
                    .intoArray(out, oo + i);
        }
        ScalarNorms.normalise(out, oo + i, x, xo + i, weight, wo + i, x, -1, mean, rstd, n - i);
    }

    /** out = (x - mean) * rstd * weight + bias. */
    static void normaliseWithBias(
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
        int i = 0;
        for (; i < S.loopBound(n); i += L) {
            FloatVector normalised =
                    FloatVector.fromArray(S, x, xo + i).sub(mean).mul(rstd);
            normalised
                    .fma(FloatVector.fromArray(S, weight, wo + i), FloatVector.fromArray(S, bias, boff + i))
                    .intoArray(out, oo + i);
        }
        ScalarNorms.normalise(out, oo + i, x, xo + i, weight, wo + i, bias, boff + i, mean, rstd, n - i);
    }

    /** Writes dweight and dx of both norms. */
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
        int i = 0;
        for (; i < S.loopBound(n); i += L) {
            FloatVector gradient = FloatVector.fromArray(S, dy, dyo + i);
            FloatVector normalised =
                    FloatVector.fromArray(S, x, xo + i).sub(mean).mul(rstd);
            gradient.fma(normalised, FloatVector.fromArray(S, dweight, dwo + i)).intoArray(dweight, dwo + i);
            FloatVector centred = normalised.fma(
                    FloatVector.broadcast(S, -along),
                    FloatVector.fromArray(S, weight, wo + i).mul(gradient).sub(gradientMean));
            if (accumulate) {
                centred.fma(FloatVector.broadcast(S, rstd), FloatVector.fromArray(S, dx, dxo + i))
                        .intoArray(dx, dxo + i);
            } else {
                centred.mul(rstd).intoArray(dx, dxo + i);
            }
        }
        ScalarNorms.backward(
                dx,
                dxo + i,
                accumulate,
                dweight,
                dwo + i,
                dy,
                dyo + i,
                x,
                xo + i,
                weight,
                wo + i,
                mean,
                rstd,
                gradientMean,
                along,
                n - i);
    }
}
