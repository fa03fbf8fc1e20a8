package dev.athanor.kernel;

import static dev.athanor.kernel.Lanes.L;
import static dev.athanor.kernel.Lanes.S;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Activation functions over one row, each beside its backward pass. Tails are left to the scalar kernels: a second
 * vector copy of such a long expression would pass the compiler's limit on nodes, and what is then not inlined is
 * boxed. And no helper calls {@link VectorMath#exp}: the outer one of two, compiled by itself before its loop, is too
 * long to be inlined afterwards.
 */
final class VectorActivations {
    private static final ScalarKernels TAIL = new ScalarKernels();

    private VectorActivations() {}

    static void geluTanh(float[] out, int oo, float[] x, int xo, int n) {
        int i = 0;
        for (; i < S.loopBound(n); i += L) {
            VectorMath.geluTanh(FloatVector.fromArray(S, x, xo + i)).intoArray(out, oo + i);
        }
        TAIL.geluTanh(out, oo + i, x, xo + i, n - i);
    }

    static void geluTanhBackward(float[] dx, int dxo, float[] dy, int dyo, float[] x, int xo, int n) {
        int i = 0;
        for (; i < S.loopBound(n); i += L) {
            FloatVector.fromArray(S, dy, dyo + i)
                    .mul(VectorMath.geluTanhSlope(FloatVector.fromArray(S, x, xo + i)))
                    .intoArray(dx, dxo + i);
        }
        TAIL.geluTanhBackward(dx, dxo + i, dy, dyo + i, x, xo + i, n - i);
    }

    static void geluErf(float[] out, int oo, float[] x, int xo, int n) {
        int i = 0;
        for (; i < S.loopBound(n); i += L) {
            VectorMath.geluErf(FloatVector.fromArray(S, x, xo + i)).intoArray(out, oo + i);
        }
        TAIL.geluErf(out, oo + i, x, xo + i, n - i);
    }

    static void geluErfBackward(float[] dx, int dxo, float[] dy, int dyo, float[] x, int xo, int n) {
        int i = 0;
        for (; i < S.loopBound(n); i += L) {
            FloatVector.fromArray(S, dy, dyo + i)
                    .mul(VectorMath.geluErfSlope(FloatVector.fromArray(S, x, xo + i)))
                    .intoArray(dx, dxo + i);
        }
        TAIL.geluErfBackward(dx, dxo + i, dy, dyo + i, x, xo + i, n - i);
    }

    static void siluGate(float[] out, int oo, float[] gate, int go, float[] up, int uo, int n) {
        int i = 0;
        for (; i < S.loopBound(n); i += L) {
            FloatVector g = FloatVector.fromArray(S, gate, go + i);
            FloatVector x = g.neg();
            FloatVector e = x.add(Float.POSITIVE_INFINITY)
                    .blend(VectorMath.expBelow(x), x.compare(VectorOperators.LE, ScalarMath.EXP_HIGHEST));
            g.div(e.add(1f)).mul(FloatVector.fromArray(S, up, uo + i)).intoArray(out, oo + i);
        }
        TAIL.siluGate(out, oo + i, gate, go + i, up, uo + i, n - i);
    }

    static void siluGateBackward(
            float[] dgate,
            int dgo,
            float[] dup,
            int duo,
            float[] dy,
            int dyo,
            float[] gate,
            int go,
            float[] up,
            int uo,
            int n) {
        int i = 0;
        for (; i < S.loopBound(n); i += L) {
            FloatVector gradient = FloatVector.fromArray(S, dy, dyo + i);
            FloatVector g = FloatVector.fromArray(S, gate, go + i);
            FloatVector u = FloatVector.fromArray(S, up, uo + i);
            FloatVector e = VectorMath.expBelow(g.abs().neg());
            FloatVector large = VectorMath.reciprocal(e.add(1f));
            FloatVector small = e.mul(large);
            FloatVector sigmoid = large.blend(small, g.compare(VectorOperators.LT, 0f));
            gradient.mul(u).mul(g.fma(small.mul(large), sigmoid)).intoArray(dgate, dgo + i);
            gradient.mul(g.mul(sigmoid)).intoArray(dup, duo + i);
        }
        TAIL.siluGateBackward(dgate, dgo + i, dup, duo + i, dy, dyo + i, gate, go + i, up, uo + i, n - i);
    }
}
