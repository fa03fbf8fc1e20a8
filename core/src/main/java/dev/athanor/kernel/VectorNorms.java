package dev.athanor.kernel;

import static dev.athanor.kernel.Lanes.L;
import static dev.athanor.kernel.Lanes.PARTS;
import static dev.athanor.kernel.Lanes.S;
import static dev.athanor.kernel.Lanes.ZERO;
import static dev.athanor.kernel.Lanes.before;
import static dev.athanor.kernel.Lanes.fold;
import static dev.athanor.kernel.Lanes.load;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** The passes of both norms over one row; a root-mean-square norm is a layer norm with mean 0 and no bias. */
final class VectorNorms {
    private VectorNorms() {}

    /** out = (x - mean) * rstd * weight. */
    static void normalise(float[] out, int oo, float[] x, int xo, float[] weight, int wo, float mean, float rstd, int n) {
        int i = 0;
        for (; i < S.loopBound(n); i += L) {
            load(x, xo + i).sub(mean).mul(rstd).mul(load(weight, wo + i)).intoArray(out, oo + i);
        }
        if (i < n) {
            VectorMask<Float> mask = before(i, n);
            load(x, xo + i, mask).sub(mean).mul(rstd).mul(load(weight, wo + i, mask)).intoArray(out, oo + i, mask);
        }
    }

    /** out = (x - mean) * rstd * weight + bias. */
    static void normaliseWithBias(
            float[] out, int oo, float[] x, int xo, float[] weight, int wo, float[] bias, int boff, float mean, float rstd, int n) {
        int i = 0;
        for (; i < S.loopBound(n); i += L) {
            FloatVector normalised = load(x, xo + i).sub(mean).mul(rstd);
            normalised.fma(load(weight, wo + i), load(bias, boff + i)).intoArray(out, oo + i);
        }
        if (i < n) {
            VectorMask<Float> mask = before(i, n);
            FloatVector normalised = load(x, xo + i, mask).sub(mean).mul(rstd);
            normalised.fma(load(weight, wo + i, mask), load(bias, boff + i, mask)).intoArray(out, oo + i, mask);
        }
    }

    /** Sum of (dy weight) ((x - mean) rstd): how much of the gradient lies along the normalised input. */
    static float alongInput(
            float[] dy, int dyo, float[] weight, int wo, float[] x, int xo, float mean, float rstd, int n) {
        FloatVector a = ZERO;
        FloatVector b = ZERO;
        FloatVector c = ZERO;
        FloatVector d = ZERO;
        int bound = n & -Kernels.LANES;
        int i = 0;
        for (; i < bound; i += Kernels.LANES) {
            a = along(a, dy, dyo + i, weight, wo + i, x, xo + i, mean, rstd);
            if (PARTS >= 2) {
                b = along(b, dy, dyo + i + L, weight, wo + i + L, x, xo + i + L, mean, rstd);
            }
            if (PARTS == 4) {
                c = along(c, dy, dyo + i + 2 * L, weight, wo + i + 2 * L, x, xo + i + 2 * L, mean, rstd);
                d = along(d, dy, dyo + i + 3 * L, weight, wo + i + 3 * L, x, xo + i + 3 * L, mean, rstd);
            }
        }
        if (i < n) {
            a = alongTail(a, dy, dyo, weight, wo, x, xo, mean, rstd, i, n);
            if (PARTS >= 2 && i + L < n) {
                b = alongTail(b, dy, dyo, weight, wo, x, xo, mean, rstd, i + L, n);
            }
            if (PARTS == 4 && i + 2 * L < n) {
                c = alongTail(c, dy, dyo, weight, wo, x, xo, mean, rstd, i + 2 * L, n);
            }
            if (PARTS == 4 && i + 3 * L < n) {
                d = alongTail(d, dy, dyo, weight, wo, x, xo, mean, rstd, i + 3 * L, n);
            }
        }
        return fold(a, b, c, d);
    }

    private static FloatVector along(
            FloatVector total, float[] dy, int dyi, float[] weight, int wi, float[] x, int xi, float mean, float rstd) {
        return load(dy, dyi).mul(load(weight, wi)).fma(load(x, xi).sub(mean).mul(rstd), total);
    }

    private static FloatVector alongTail(
            FloatVector total, float[] dy, int dyo, float[] weight, int wo, float[] x, int xo, float mean, float rstd, int i, int n) {
        VectorMask<Float> mask = before(i, n);
        FloatVector gradient = load(dy, dyo + i, mask).mul(load(weight, wo + i, mask));
        return total.blend(gradient.fma(load(x, xo + i, mask).sub(mean).mul(rstd), total), mask);
    }

    /** Writes dweight and dx of both norms. */
    static void backward(
            float[] dx, int dxo, boolean accumulate, float[] dweight, int dwo, float[] dy, int dyo, float[] x, int xo, float[] weight, int wo,
            float mean, float rstd, float gradientMean, float along, int n) {
        int i = 0;
        for (; i < S.loopBound(n); i += L) {
            FloatVector gradient = load(dy, dyo + i);
            FloatVector normalised = load(x, xo + i).sub(mean).mul(rstd);
            gradient.fma(normalised, load(dweight, dwo + i)).intoArray(dweight, dwo + i);
            FloatVector centred = centred(gradient.mul(load(weight, wo + i)), normalised, gradientMean, along);
            if (accumulate) {
                centred.fma(FloatVector.broadcast(S, rstd), load(dx, dxo + i)).intoArray(dx, dxo + i);
            } else {
                centred.mul(rstd).intoArray(dx, dxo + i);
            }
        }
        if (i < n) {
            VectorMask<Float> mask = before(i, n);
            FloatVector gradient = load(dy, dyo + i, mask);
            FloatVector normalised = load(x, xo + i, mask).sub(mean).mul(rstd);
            gradient.fma(normalised, load(dweight, dwo + i, mask)).intoArray(dweight, dwo + i, mask);
            FloatVector centred = centred(gradient.mul(load(weight, wo + i, mask)), normalised, gradientMean, along);
            if (accumulate) {
                centred.fma(FloatVector.broadcast(S, rstd), load(dx, dxo + i, mask)).intoArray(dx, dxo + i, mask);
            } else {
                centred.mul(rstd).intoArray(dx, dxo + i, mask);
            }
        }
    }

    private static FloatVector centred(FloatVector weighted, FloatVector normalised, float gradientMean, float along) {
        return normalised.fma(FloatVector.broadcast(S, -along), weighted.sub(gradientMean));
    }
}
