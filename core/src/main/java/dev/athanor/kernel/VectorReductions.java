package dev.athanor.kernel;

import static dev.athanor.kernel.Lanes.BY_1;
import static dev.athanor.kernel.Lanes.BY_2;
import static dev.athanor.kernel.Lanes.BY_4;
import static dev.athanor.kernel.Lanes.BY_8;
import static dev.athanor.kernel.Lanes.L;
import static dev.athanor.kernel.Lanes.PARTS;
import static dev.athanor.kernel.Lanes.S;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link ScalarReductions} with the 16 logical lanes held in one, two or four registers; the branches on {@code PARTS}
 * are on constants and vanish. The receiver of every operation is a vector fresh from memory, for the reason given in
 * {@link Lanes}.
 */
final class VectorReductions {
    private VectorReductions() {}

    static float sum(float[] x, int xo, int n) {
        FloatVector a = FloatVector.zero(S);
        FloatVector b = FloatVector.zero(S);
        FloatVector c = FloatVector.zero(S);
        FloatVector d = FloatVector.zero(S);
        int bound = n & -Kernels.LANES;
        for (int i = 0; i < bound; i += Kernels.LANES) {
            a = FloatVector.fromArray(S, x, xo + i).add(a);
            if (PARTS >= 2) {
                b = FloatVector.fromArray(S, x, xo + i + L).add(b);
            }
            if (PARTS == 4) {
                c = FloatVector.fromArray(S, x, xo + i + 2 * L).add(c);
                d = FloatVector.fromArray(S, x, xo + i + 3 * L).add(d);
            }
        }
        FloatVector t = PARTS == 1 ? a : PARTS == 2 ? a.add(b) : a.add(c).add(b.add(d));
        t = L == 16 ? t.add(t.rearrange(BY_8)) : t;
        t = L >= 8 ? t.add(t.rearrange(BY_4)) : t;
        t = t.add(t.rearrange(BY_2));
        float total = t.add(t.rearrange(BY_1)).lane(0);
        for (int i = bound; i < n; i++) {
            total = total + x[xo + i];
        }
        return total;
    }

    static float dot(float[] x, int xo, float[] y, int yo, int n) {
        FloatVector a = FloatVector.zero(S);
        FloatVector b = FloatVector.zero(S);
        FloatVector c = FloatVector.zero(S);
        FloatVector d = FloatVector.zero(S);
        int bound = n & -Kernels.LANES;
        for (int i = 0; i < bound; i += Kernels.LANES) {
            a = FloatVector.fromArray(S, x, xo + i).fma(FloatVector.fromArray(S, y, yo + i), a);
            if (PARTS >= 2) {
                b = FloatVector.fromArray(S, x, xo + i + L).fma(FloatVector.fromArray(S, y, yo + i + L), b);
            }
            if (PARTS == 4) {
                c = FloatVector.fromArray(S, x, xo + i + 2 * L).fma(FloatVector.fromArray(S, y, yo + i + 2 * L), c);
                d = FloatVector.fromArray(S, x, xo + i + 3 * L).fma(FloatVector.fromArray(S, y, yo + i + 3 * L), d);
            }
        }
        FloatVector t = PARTS == 1 ? a : PARTS == 2 ? a.add(b) : a.add(c).add(b.add(d));
        t = L == 16 ? t.add(t.rearrange(BY_8)) : t;
        t = L >= 8 ? t.add(t.rearrange(BY_4)) : t;
        t = t.add(t.rearrange(BY_2));
        float total = t.add(t.rearrange(BY_1)).lane(0);
        for (int i = bound; i < n; i++) {
            total = Math.fma(x[xo + i], y[yo + i], total);
        }
        return total;
    }

    /** Sum of (x - mean)^2. */
    static float squaredDeviations(float[] x, int xo, float mean, int n) {
        FloatVector a = FloatVector.zero(S);
        FloatVector b = FloatVector.zero(S);
        FloatVector c = FloatVector.zero(S);
        FloatVector d = FloatVector.zero(S);
        int bound = n & -Kernels.LANES;
        for (int i = 0; i < bound; i += Kernels.LANES) {
            FloatVector fromA = FloatVector.fromArray(S, x, xo + i).sub(mean);
            a = fromA.fma(fromA, a);
            if (PARTS >= 2) {
                FloatVector fromB = FloatVector.fromArray(S, x, xo + i + L).sub(mean);
                b = fromB.fma(fromB, b);
            }
            if (PARTS == 4) {
                FloatVector fromC = FloatVector.fromArray(S, x, xo + i + 2 * L).sub(mean);
                c = fromC.fma(fromC, c);
                FloatVector fromD = FloatVector.fromArray(S, x, xo + i + 3 * L).sub(mean);
                d = fromD.fma(fromD, d);
            }
        }
        FloatVector t = PARTS == 1 ? a : PARTS == 2 ? a.add(b) : a.add(c).add(b.add(d));
        t = L == 16 ? t.add(t.rearrange(BY_8)) : t;
        t = L >= 8 ? t.add(t.rearrange(BY_4)) : t;
        t = t.add(t.rearrange(BY_2));
        float total = t.add(t.rearrange(BY_1)).lane(0);
        for (int i = bound; i < n; i++) {
            total = Math.fma(x[xo + i] - mean, x[xo + i] - mean, total);
        }
        return total;
    }

    /** Sum of (dy weight) ((x - mean) rstd): how much of the gradient lies along the normalised input of a norm. */
    static float alongInput(
            float[] dy, int dyo, float[] weight, int wo, float[] x, int xo, float mean, float rstd, int n) {
        FloatVector a = FloatVector.zero(S);
        FloatVector b = FloatVector.zero(S);
        FloatVector c = FloatVector.zero(S);
        FloatVector d = FloatVector.zero(S);
        int bound = n & -Kernels.LANES;
        for (int i = 0; i < bound; i += Kernels.LANES) {
            a = FloatVector.fromArray(S, dy, dyo + i)
                    .mul(FloatVector.fromArray(S, weight, wo + i))
                    .fma(FloatVector.fromArray(S, x, xo + i).sub(mean).mul(rstd), a);
            if (PARTS >= 2) {
                b = FloatVector.fromArray(S, dy, dyo + i + L)
                        .mul(FloatVector.fromArray(S, weight, wo + i + L))
                        .fma(FloatVector.fromArray(S, x, xo + i + L).sub(mean).mul(rstd), b);
            }
            if (PARTS == 4) {
                c = FloatVector.fromArray(S, dy, dyo + i + 2 * L)
                        .mul(FloatVector.fromArray(S, weight, wo + i + 2 * L))
                        .fma(
                                FloatVector.fromArray(S, x, xo + i + 2 * L)
                                        .sub(mean)
                                        .mul(rstd),
                                c);
                d = FloatVector.fromArray(S, dy, dyo + i + 3 * L)
                        .mul(FloatVector.fromArray(S, weight, wo + i + 3 * L))
                        .fma(
                                FloatVector.fromArray(S, x, xo + i + 3 * L)
                                        .sub(mean)
                                        .mul(rstd),
                                d);
            }
        }
        FloatVector t = PARTS == 1 ? a : PARTS == 2 ? a.add(b) : a.add(c).add(b.add(d));
        t = L == 16 ? t.add(t.rearrange(BY_8)) : t;
        t = L >= 8 ? t.add(t.rearrange(BY_4)) : t;
        t = t.add(t.rearrange(BY_2));
        float total = t.add(t.rearrange(BY_1)).lane(0);
        for (int i = bound; i < n; i++) {
            total = Math.fma(dy[dyo + i] * weight[wo + i], (x[xo + i] - mean) * rstd, total);
        }
        return total;
    }

    /** out = exp(x - shift), returning the sum of out. */
    static float expShifted(float[] out, int oo, float[] x, int xo, float shift, int n) {
        int i = 0;
        for (; i < S.loopBound(n); i += L) {
            VectorMath.exp(FloatVector.fromArray(S, x, xo + i).sub(shift)).intoArray(out, oo + i);
        }
        ScalarKernels.exponentials(out, oo + i, x, xo + i, shift, n - i);
        return sum(out, oo, n);
    }

    /** The largest; max gives the same bits in every order, so four registers run side by side. */
    static float max(float[] x, int xo, int n) {
        FloatVector a = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
        FloatVector b = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
        FloatVector c = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
        FloatVector d = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
        int bound = n & -(4 * L);
        int i = 0;
        for (; i < bound; i += 4 * L) {
            a = FloatVector.fromArray(S, x, xo + i).max(a);
            b = FloatVector.fromArray(S, x, xo + i + L).max(b);
            c = FloatVector.fromArray(S, x, xo + i + 2 * L).max(c);
            d = FloatVector.fromArray(S, x, xo + i + 3 * L).max(d);
        }
        for (; i < S.loopBound(n); i += L) {
            a = FloatVector.fromArray(S, x, xo + i).max(a);
        }
        float largest = a.max(b).max(c.max(d)).reduceLanes(VectorOperators.MAX);
        for (; i < n; i++) {
            largest = Math.max(largest, x[xo + i]);
        }
        return largest;
    }

    /** NaN or infinity times 0 is NaN, and NaN stays in the total. */
    static boolean allFinite(float[] x, int xo, int n) {
        FloatVector a = FloatVector.zero(S);
        FloatVector b = FloatVector.zero(S);
        int bound = n & -(2 * L);
        int i = 0;
        for (; i < bound; i += 2 * L) {
            a = FloatVector.fromArray(S, x, xo + i).fma(FloatVector.zero(S), a);
            b = FloatVector.fromArray(S, x, xo + i + L).fma(FloatVector.zero(S), b);
        }
        for (; i < S.loopBound(n); i += L) {
            a = FloatVector.fromArray(S, x, xo + i).fma(FloatVector.zero(S), a);
        }
        float zero = 0f;
        for (; i < n; i++) {
            zero = Math.fma(x[xo + i], 0f, zero);
        }
        return zero == 0f && a.add(b).compare(VectorOperators.EQ, 0f).allTrue();
    }
}
