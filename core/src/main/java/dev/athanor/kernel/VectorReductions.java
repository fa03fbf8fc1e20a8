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
import jdk.incubator.vector.VectorOperators;

/**
 * Reductions over 16 logical lanes held in one, two or four registers. The branches on {@code PARTS} are on constants
 * and vanish. In the tail, lanes past the end keep their total untouched: adding +0 would turn -0 into +0.
 */
final class VectorReductions {
    private VectorReductions() {}

    static float sum(float[] x, int xo, int n) {
        FloatVector a = FloatVector.zero(S);
        FloatVector b = FloatVector.zero(S);
        FloatVector c = FloatVector.zero(S);
        FloatVector d = FloatVector.zero(S);
        int bound = n & -Kernels.LANES;
        int i = 0;
        for (; i < bound; i += Kernels.LANES) {
            a = a.add(FloatVector.fromArray(S, x, xo + i));
            if (PARTS >= 2) {
                b = b.add(FloatVector.fromArray(S, x, xo + i + L));
            }
            if (PARTS == 4) {
                c = c.add(FloatVector.fromArray(S, x, xo + i + 2 * L));
                d = d.add(FloatVector.fromArray(S, x, xo + i + 3 * L));
            }
        }
        if (i < n) {
            VectorMask<Float> mask = S.indexInRange(i, n);
            a = a.lanewise(VectorOperators.ADD, FloatVector.fromArray(S, x, xo + i, mask), mask);
        }
        if (PARTS >= 2 && i + L < n) {
            VectorMask<Float> mask = S.indexInRange(i + L, n);
            b = b.lanewise(VectorOperators.ADD, FloatVector.fromArray(S, x, xo + i + L, mask), mask);
        }
        if (PARTS == 4 && i + 2 * L < n) {
            VectorMask<Float> mask = S.indexInRange(i + 2 * L, n);
            c = c.lanewise(VectorOperators.ADD, FloatVector.fromArray(S, x, xo + i + 2 * L, mask), mask);
        }
        if (PARTS == 4 && i + 3 * L < n) {
            VectorMask<Float> mask = S.indexInRange(i + 3 * L, n);
            d = d.lanewise(VectorOperators.ADD, FloatVector.fromArray(S, x, xo + i + 3 * L, mask), mask);
        }
        FloatVector t = PARTS == 1 ? a : PARTS == 2 ? a.add(b) : a.add(c).add(b.add(d));
        t = L == 16 ? t.add(t.rearrange(BY_8)) : t;
        t = L >= 8 ? t.add(t.rearrange(BY_4)) : t;
        t = t.add(t.rearrange(BY_2));
        return t.add(t.rearrange(BY_1)).lane(0);
    }

    static float dot(float[] x, int xo, float[] y, int yo, int n) {
        FloatVector a = FloatVector.zero(S);
        FloatVector b = FloatVector.zero(S);
        FloatVector c = FloatVector.zero(S);
        FloatVector d = FloatVector.zero(S);
        int bound = n & -Kernels.LANES;
        int i = 0;
        for (; i < bound; i += Kernels.LANES) {
            a = FloatVector.fromArray(S, x, xo + i).fma(FloatVector.fromArray(S, y, yo + i), a);
            if (PARTS >= 2) {
                b = FloatVector.fromArray(S, x, xo + i + L).fma(FloatVector.fromArray(S, y, yo + i + L), b);
            }
            if (PARTS == 4) {
                c = FloatVector.fromArray(S, x, xo + i + 2 * L).fma(FloatVector.fromArray(S, y, yo + i + 2 * L), c);
                d = FloatVector.fromArray(S, x, xo + i + 3 * L).fma(FloatVector.fromArray(S, y, yo + i + 3 * L), d);
            }
        }
        if (i < n) {
            VectorMask<Float> mask = S.indexInRange(i, n);
            a = a.blend(
                    FloatVector.fromArray(S, x, xo + i, mask).fma(FloatVector.fromArray(S, y, yo + i, mask), a), mask);
        }
        if (PARTS >= 2 && i + L < n) {
            VectorMask<Float> mask = S.indexInRange(i + L, n);
            b = b.blend(
                    FloatVector.fromArray(S, x, xo + i + L, mask).fma(FloatVector.fromArray(S, y, yo + i + L, mask), b),
                    mask);
        }
        if (PARTS == 4 && i + 2 * L < n) {
            VectorMask<Float> mask = S.indexInRange(i + 2 * L, n);
            c = c.blend(
                    FloatVector.fromArray(S, x, xo + i + 2 * L, mask)
                            .fma(FloatVector.fromArray(S, y, yo + i + 2 * L, mask), c),
                    mask);
        }
        if (PARTS == 4 && i + 3 * L < n) {
            VectorMask<Float> mask = S.indexInRange(i + 3 * L, n);
            d = d.blend(
                    FloatVector.fromArray(S, x, xo + i + 3 * L, mask)
                            .fma(FloatVector.fromArray(S, y, yo + i + 3 * L, mask), d),
                    mask);
        }
        FloatVector t = PARTS == 1 ? a : PARTS == 2 ? a.add(b) : a.add(c).add(b.add(d));
        t = L == 16 ? t.add(t.rearrange(BY_8)) : t;
        t = L >= 8 ? t.add(t.rearrange(BY_4)) : t;
        t = t.add(t.rearrange(BY_2));
        return t.add(t.rearrange(BY_1)).lane(0);
    }

    static float squaredDeviations(float[] x, int xo, int n, float mean) {
        FloatVector a = FloatVector.zero(S);
        FloatVector b = FloatVector.zero(S);
        FloatVector c = FloatVector.zero(S);
        FloatVector d = FloatVector.zero(S);
        int bound = n & -Kernels.LANES;
        int i = 0;
        for (; i < bound; i += Kernels.LANES) {
            a = addSquare(FloatVector.fromArray(S, x, xo + i).sub(mean), a);
            if (PARTS >= 2) {
                b = addSquare(FloatVector.fromArray(S, x, xo + i + L).sub(mean), b);
            }
            if (PARTS == 4) {
                c = addSquare(FloatVector.fromArray(S, x, xo + i + 2 * L).sub(mean), c);
                d = addSquare(FloatVector.fromArray(S, x, xo + i + 3 * L).sub(mean), d);
            }
        }
        if (i < n) {
            VectorMask<Float> mask = S.indexInRange(i, n);
            FloatVector deviation = FloatVector.fromArray(S, x, xo + i, mask).sub(mean);
            a = a.blend(deviation.fma(deviation, a), mask);
        }
        if (PARTS >= 2 && i + L < n) {
            VectorMask<Float> mask = S.indexInRange(i + L, n);
            FloatVector deviation =
                    FloatVector.fromArray(S, x, xo + i + L, mask).sub(mean);
            b = b.blend(deviation.fma(deviation, b), mask);
        }
        if (PARTS == 4 && i + 2 * L < n) {
            VectorMask<Float> mask = S.indexInRange(i + 2 * L, n);
            FloatVector deviation =
                    FloatVector.fromArray(S, x, xo + i + 2 * L, mask).sub(mean);
            c = c.blend(deviation.fma(deviation, c), mask);
        }
        if (PARTS == 4 && i + 3 * L < n) {
            VectorMask<Float> mask = S.indexInRange(i + 3 * L, n);
            FloatVector deviation =
                    FloatVector.fromArray(S, x, xo + i + 3 * L, mask).sub(mean);
            d = d.blend(deviation.fma(deviation, d), mask);
        }
        FloatVector t = PARTS == 1 ? a : PARTS == 2 ? a.add(b) : a.add(c).add(b.add(d));
        t = L == 16 ? t.add(t.rearrange(BY_8)) : t;
        t = L >= 8 ? t.add(t.rearrange(BY_4)) : t;
        t = t.add(t.rearrange(BY_2));
        return t.add(t.rearrange(BY_1)).lane(0);
    }

    private static FloatVector addSquare(FloatVector deviation, FloatVector total) {
        return deviation.fma(deviation, total);
    }

    /** out = exp(x - shift), returning the sum of out. */
    static float expShifted(float[] out, int oo, float[] x, int xo, float shift, int n) {
        if (PARTS > 1) { // two or four copies of exp in one loop would pass the compiler's limit on nodes and be boxed
            exponentials(out, oo, x, xo, shift, n);
            return sum(out, oo, n);
        }
        FloatVector t = FloatVector.zero(S);
        int i = 0;
        for (; i < S.loopBound(n); i += L) {
            FloatVector e = VectorMath.exp(FloatVector.fromArray(S, x, xo + i).sub(shift));
            e.intoArray(out, oo + i);
            t = t.add(e);
        }
        if (i < n) {
            ScalarKernels.exponentials(out, oo + i, x, xo + i, shift, n - i);
            VectorMask<Float> mask = S.indexInRange(i, n);
            t = t.lanewise(VectorOperators.ADD, FloatVector.fromArray(S, out, oo + i, mask), mask);
        }
        t = t.add(t.rearrange(BY_8));
        t = t.add(t.rearrange(BY_4));
        t = t.add(t.rearrange(BY_2));
        return t.add(t.rearrange(BY_1)).lane(0);
    }

    private static void exponentials(float[] out, int oo, float[] x, int xo, float shift, int n) {
        int i = 0;
        for (; i < S.loopBound(n); i += L) {
            VectorMath.exp(FloatVector.fromArray(S, x, xo + i).sub(shift)).intoArray(out, oo + i);
        }
        ScalarKernels.exponentials(out, oo + i, x, xo + i, shift, n - i);
    }

    /** The largest of any order: max gives the same bits in every order, so four registers may run side by side. */
    static float max(float[] x, int xo, int n) {
        FloatVector a = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        int bound = n & -(4 * L);
        int i = 0;
        for (; i < bound; i += 4 * L) {
            a = a.max(FloatVector.fromArray(S, x, xo + i));
            b = b.max(FloatVector.fromArray(S, x, xo + i + L));
            c = c.max(FloatVector.fromArray(S, x, xo + i + 2 * L));
            d = d.max(FloatVector.fromArray(S, x, xo + i + 3 * L));
        }
        for (; i < S.loopBound(n); i += L) {
            a = a.max(FloatVector.fromArray(S, x, xo + i));
        }
        if (i < n) {
            VectorMask<Float> mask = S.indexInRange(i, n);
            b = b.lanewise(VectorOperators.MAX, FloatVector.fromArray(S, x, xo + i, mask), mask);
        }
        return a.max(b).max(c.max(d)).reduceLanes(VectorOperators.MAX);
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
        if (i < n) {
            b = FloatVector.fromArray(S, x, xo + i, S.indexInRange(i, n)).fma(FloatVector.zero(S), b);
        }
        return a.add(b).compare(VectorOperators.EQ, 0f).allTrue();
    }
}
