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
import jdk.incubator.vector.VectorOperators;

/**
 * Reductions over 16 logical lanes held in one, two or four registers. The branches on {@code PARTS} are on constants and vanish.
 * In the tail, lanes past the end keep their total untouched: adding +0 would turn -0 into +0.
 */
final class VectorReductions {
    private VectorReductions() {}

    static float sum(float[] x, int xo, int n) {
        FloatVector a = ZERO;
        FloatVector b = ZERO;
        FloatVector c = ZERO;
        FloatVector d = ZERO;
        int bound = n & -Kernels.LANES;
        int i = 0;
        for (; i < bound; i += Kernels.LANES) {
            a = a.add(load(x, xo + i));
            if (PARTS >= 2) {
                b = b.add(load(x, xo + i + L));
            }
            if (PARTS == 4) {
                c = c.add(load(x, xo + i + 2 * L));
                d = d.add(load(x, xo + i + 3 * L));
            }
        }
        if (i < n) {
            a = sumTail(a, x, xo, i, n);
            if (PARTS >= 2 && i + L < n) {
                b = sumTail(b, x, xo, i + L, n);
            }
            if (PARTS == 4 && i + 2 * L < n) {
                c = sumTail(c, x, xo, i + 2 * L, n);
            }
            if (PARTS == 4 && i + 3 * L < n) {
                d = sumTail(d, x, xo, i + 3 * L, n);
            }
        }
        return fold(a, b, c, d);
    }

    private static FloatVector sumTail(FloatVector total, float[] x, int xo, int i, int n) {
        VectorMask<Float> mask = before(i, n);
        return total.lanewise(VectorOperators.ADD, load(x, xo + i, mask), mask);
    }

    static float dot(float[] x, int xo, float[] y, int yo, int n) {
        FloatVector a = ZERO;
        FloatVector b = ZERO;
        FloatVector c = ZERO;
        FloatVector d = ZERO;
        int bound = n & -Kernels.LANES;
        int i = 0;
        for (; i < bound; i += Kernels.LANES) {
            a = load(x, xo + i).fma(load(y, yo + i), a);
            if (PARTS >= 2) {
                b = load(x, xo + i + L).fma(load(y, yo + i + L), b);
            }
            if (PARTS == 4) {
                c = load(x, xo + i + 2 * L).fma(load(y, yo + i + 2 * L), c);
                d = load(x, xo + i + 3 * L).fma(load(y, yo + i + 3 * L), d);
            }
        }
        if (i < n) {
            a = dotTail(a, x, xo, y, yo, i, n);
            if (PARTS >= 2 && i + L < n) {
                b = dotTail(b, x, xo, y, yo, i + L, n);
            }
            if (PARTS == 4 && i + 2 * L < n) {
                c = dotTail(c, x, xo, y, yo, i + 2 * L, n);
            }
            if (PARTS == 4 && i + 3 * L < n) {
                d = dotTail(d, x, xo, y, yo, i + 3 * L, n);
            }
        }
        return fold(a, b, c, d);
    }

    private static FloatVector dotTail(FloatVector total, float[] x, int xo, float[] y, int yo, int i, int n) {
        VectorMask<Float> mask = before(i, n);
        return total.blend(load(x, xo + i, mask).fma(load(y, yo + i, mask), total), mask);
    }

    static float squaredDeviations(float[] x, int xo, int n, float mean) {
        FloatVector a = ZERO;
        FloatVector b = ZERO;
        FloatVector c = ZERO;
        FloatVector d = ZERO;
        int bound = n & -Kernels.LANES;
        int i = 0;
        for (; i < bound; i += Kernels.LANES) {
            a = addSquare(load(x, xo + i).sub(mean), a);
            if (PARTS >= 2) {
                b = addSquare(load(x, xo + i + L).sub(mean), b);
            }
            if (PARTS == 4) {
                c = addSquare(load(x, xo + i + 2 * L).sub(mean), c);
                d = addSquare(load(x, xo + i + 3 * L).sub(mean), d);
            }
        }
        if (i < n) {
            a = squaredTail(a, x, xo, mean, i, n);
            if (PARTS >= 2 && i + L < n) {
                b = squaredTail(b, x, xo, mean, i + L, n);
            }
            if (PARTS == 4 && i + 2 * L < n) {
                c = squaredTail(c, x, xo, mean, i + 2 * L, n);
            }
            if (PARTS == 4 && i + 3 * L < n) {
                d = squaredTail(d, x, xo, mean, i + 3 * L, n);
            }
        }
        return fold(a, b, c, d);
    }

    private static FloatVector addSquare(FloatVector deviation, FloatVector total) {
        return deviation.fma(deviation, total);
    }

    private static FloatVector squaredTail(FloatVector total, float[] x, int xo, float mean, int i, int n) {
        VectorMask<Float> mask = before(i, n);
        return total.blend(addSquare(load(x, xo + i, mask).sub(mean), total), mask);
    }

    /** out = exp(x - shift), returning the sum of out. */
    static float expShifted(float[] out, int oo, float[] x, int xo, float shift, int n) {
        FloatVector a = ZERO;
        FloatVector b = ZERO;
        FloatVector c = ZERO;
        FloatVector d = ZERO;
        int bound = n & -Kernels.LANES;
        int i = 0;
        for (; i < bound; i += Kernels.LANES) {
            FloatVector e = VectorMath.exp(load(x, xo + i).sub(shift));
            e.intoArray(out, oo + i);
            a = a.add(e);
            if (PARTS >= 2) {
                FloatVector f = VectorMath.exp(load(x, xo + i + L).sub(shift));
                f.intoArray(out, oo + i + L);
                b = b.add(f);
            }
            if (PARTS == 4) {
                FloatVector g = VectorMath.exp(load(x, xo + i + 2 * L).sub(shift));
                g.intoArray(out, oo + i + 2 * L);
                c = c.add(g);
                FloatVector h = VectorMath.exp(load(x, xo + i + 3 * L).sub(shift));
                h.intoArray(out, oo + i + 3 * L);
                d = d.add(h);
            }
        }
        if (i < n) {
            a = expTail(a, out, oo, x, xo, shift, i, n);
            if (PARTS >= 2 && i + L < n) {
                b = expTail(b, out, oo, x, xo, shift, i + L, n);
            }
            if (PARTS == 4 && i + 2 * L < n) {
                c = expTail(c, out, oo, x, xo, shift, i + 2 * L, n);
            }
            if (PARTS == 4 && i + 3 * L < n) {
                d = expTail(d, out, oo, x, xo, shift, i + 3 * L, n);
            }
        }
        return fold(a, b, c, d);
    }

    private static FloatVector expTail(FloatVector total, float[] out, int oo, float[] x, int xo, float shift, int i, int n) {
        VectorMask<Float> mask = before(i, n);
        FloatVector e = VectorMath.exp(load(x, xo + i, mask).sub(shift));
        e.intoArray(out, oo + i, mask);
        return total.lanewise(VectorOperators.ADD, e, mask);
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
            a = a.max(load(x, xo + i));
            b = b.max(load(x, xo + i + L));
            c = c.max(load(x, xo + i + 2 * L));
            d = d.max(load(x, xo + i + 3 * L));
        }
        for (; i < S.loopBound(n); i += L) {
            a = a.max(load(x, xo + i));
        }
        if (i < n) {
            VectorMask<Float> mask = before(i, n);
            b = b.lanewise(VectorOperators.MAX, load(x, xo + i, mask), mask);
        }
        return a.max(b).max(c.max(d)).reduceLanes(VectorOperators.MAX);
    }

    /** NaN or infinity times 0 is NaN, and NaN stays in the total. */
    static boolean allFinite(float[] x, int xo, int n) {
        FloatVector a = ZERO;
        FloatVector b = ZERO;
        int bound = n & -(2 * L);
        int i = 0;
        for (; i < bound; i += 2 * L) {
            a = load(x, xo + i).fma(ZERO, a);
            b = load(x, xo + i + L).fma(ZERO, b);
        }
        for (; i < S.loopBound(n); i += L) {
            a = load(x, xo + i).fma(ZERO, a);
        }
        if (i < n) {
            b = load(x, xo + i, before(i, n)).fma(ZERO, b);
        }
        return a.add(b).compare(VectorOperators.EQ, 0f).allTrue();
    }
}
