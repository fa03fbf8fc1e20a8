package dev.athanor.kernel;

import static dev.athanor.kernel.Lanes.BY_1;
import static dev.athanor.kernel.Lanes.BY_2;
import static dev.athanor.kernel.Lanes.BY_4;
import static dev.athanor.kernel.Lanes.BY_8;
import static dev.athanor.kernel.Lanes.L;
import static dev.athanor.kernel.Lanes.PARTS;
import static dev.athanor.kernel.Lanes.S;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** The passes of both norms over one row; a root-mean-square norm is a layer norm with mean 0 and no bias. */
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
        if (i < n) {
            VectorMask<Float> mask = S.indexInRange(i, n);
            FloatVector.fromArray(S, x, xo + i, mask)
                    .sub(mean)
                    .mul(rstd)
                    .mul(FloatVector.fromArray(S, weight, wo + i, mask))
                    .intoArray(out, oo + i, mask);
        }
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
        if (i < n) {
            VectorMask<Float> mask = S.indexInRange(i, n);
            FloatVector normalised =
                    FloatVector.fromArray(S, x, xo + i, mask).sub(mean).mul(rstd);
            normalised
                    .fma(FloatVector.fromArray(S, weight, wo + i, mask), FloatVector.fromArray(S, bias, boff + i, mask))
                    .intoArray(out, oo + i, mask);
        }
    }

    /** Sum of (dy weight) ((x - mean) rstd): how much of the gradient lies along the normalised input. */
    static float alongInput(
            float[] dy, int dyo, float[] weight, int wo, float[] x, int xo, float mean, float rstd, int n) {
        FloatVector a = FloatVector.zero(S);
        FloatVector b = FloatVector.zero(S);
        FloatVector c = FloatVector.zero(S);
        FloatVector d = FloatVector.zero(S);
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
            VectorMask<Float> mask = S.indexInRange(i, n);
            FloatVector gradient =
                    FloatVector.fromArray(S, dy, dyo + i, mask).mul(FloatVector.fromArray(S, weight, wo + i, mask));
            a = a.blend(
                    gradient.fma(
                            FloatVector.fromArray(S, x, xo + i, mask).sub(mean).mul(rstd), a),
                    mask);
        }
        if (PARTS >= 2 && i + L < n) {
            VectorMask<Float> mask = S.indexInRange(i + L, n);
            FloatVector gradient = FloatVector.fromArray(S, dy, dyo + i + L, mask)
                    .mul(FloatVector.fromArray(S, weight, wo + i + L, mask));
            b = b.blend(
                    gradient.fma(
                            FloatVector.fromArray(S, x, xo + i + L, mask)
                                    .sub(mean)
                                    .mul(rstd),
                            b),
                    mask);
        }
        if (PARTS == 4 && i + 2 * L < n) {
            VectorMask<Float> mask = S.indexInRange(i + 2 * L, n);
            FloatVector gradient = FloatVector.fromArray(S, dy, dyo + i + 2 * L, mask)
                    .mul(FloatVector.fromArray(S, weight, wo + i + 2 * L, mask));
            c = c.blend(
                    gradient.fma(
                            FloatVector.fromArray(S, x, xo + i + 2 * L, mask)
                                    .sub(mean)
                                    .mul(rstd),
                            c),
                    mask);
        }
        if (PARTS == 4 && i + 3 * L < n) {
            VectorMask<Float> mask = S.indexInRange(i + 3 * L, n);
            FloatVector gradient = FloatVector.fromArray(S, dy, dyo + i + 3 * L, mask)
                    .mul(FloatVector.fromArray(S, weight, wo + i + 3 * L, mask));
            d = d.blend(
                    gradient.fma(
                            FloatVector.fromArray(S, x, xo + i + 3 * L, mask)
                                    .sub(mean)
                                    .mul(rstd),
                            d),
                    mask);
        }
        FloatVector t = PARTS == 1 ? a : PARTS == 2 ? a.add(b) : a.add(c).add(b.add(d));
        t = L == 16 ? t.add(t.rearrange(BY_8)) : t;
        t = L >= 8 ? t.add(t.rearrange(BY_4)) : t;
        t = t.add(t.rearrange(BY_2));
        return t.add(t.rearrange(BY_1)).lane(0);
    }

    private static FloatVector along(
            FloatVector total, float[] dy, int dyi, float[] weight, int wi, float[] x, int xi, float mean, float rstd) {
        return FloatVector.fromArray(S, dy, dyi)
                .mul(FloatVector.fromArray(S, weight, wi))
                .fma(FloatVector.fromArray(S, x, xi).sub(mean).mul(rstd), total);
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
            FloatVector centred =
                    centred(gradient.mul(FloatVector.fromArray(S, weight, wo + i)), normalised, gradientMean, along);
            if (accumulate) {
                centred.fma(FloatVector.broadcast(S, rstd), FloatVector.fromArray(S, dx, dxo + i))
                        .intoArray(dx, dxo + i);
            } else {
                centred.mul(rstd).intoArray(dx, dxo + i);
            }
        }
        if (i < n) {
            VectorMask<Float> mask = S.indexInRange(i, n);
            FloatVector gradient = FloatVector.fromArray(S, dy, dyo + i, mask);
            FloatVector normalised =
                    FloatVector.fromArray(S, x, xo + i, mask).sub(mean).mul(rstd);
            gradient.fma(normalised, FloatVector.fromArray(S, dweight, dwo + i, mask))
                    .intoArray(dweight, dwo + i, mask);
            FloatVector centred = centred(
                    gradient.mul(FloatVector.fromArray(S, weight, wo + i, mask)), normalised, gradientMean, along);
            if (accumulate) {
                centred.fma(FloatVector.broadcast(S, rstd), FloatVector.fromArray(S, dx, dxo + i, mask))
                        .intoArray(dx, dxo + i, mask);
            } else {
                centred.mul(rstd).intoArray(dx, dxo + i, mask);
            }
        }
    }

    private static FloatVector centred(FloatVector weighted, FloatVector normalised, float gradientMean, float along) {
        return normalised.fma(FloatVector.broadcast(S, -along), weighted.sub(gradientMean));
    }
}
