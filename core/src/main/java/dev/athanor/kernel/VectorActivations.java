package dev.athanor.kernel;

import static dev.athanor.kernel.Lanes.L;
import static dev.athanor.kernel.Lanes.S;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Activation functions over one row, each beside its backward pass. Tails are methods of their own: both halves in one would pass the
 * compiler's limit on nodes, and what is then not inlined is boxed.
 */
final class VectorActivations {
    private VectorActivations() {}

    static void geluTanh(float[] out, int oo, float[] x, int xo, int n) {
        int i = 0;
        for (; i < S.loopBound(n); i += L) {
            VectorMath.geluTanh(FloatVector.fromArray(S, x, xo + i)).intoArray(out, oo + i);
        }
        if (i < n) {
            geluTanhTail(out, oo + i, x, xo + i, n - i);
        }
    }

    private static void geluTanhTail(float[] out, int oo, float[] x, int xo, int n) {
        VectorMask<Float> mask = S.indexInRange(0, n);
        VectorMath.geluTanh(FloatVector.fromArray(S, x, xo, mask)).intoArray(out, oo, mask);
    }

    static void geluTanhBackward(float[] dx, int dxo, float[] dy, int dyo, float[] x, int xo, int n) {
        int i = 0;
        for (; i < S.loopBound(n); i += L) {
            FloatVector.fromArray(S, dy, dyo + i).mul(VectorMath.geluTanhSlope(FloatVector.fromArray(S, x, xo + i))).intoArray(dx, dxo + i);
        }
        if (i < n) {
            geluTanhBackwardTail(dx, dxo + i, dy, dyo + i, x, xo + i, n - i);
        }
    }

    private static void geluTanhBackwardTail(float[] dx, int dxo, float[] dy, int dyo, float[] x, int xo, int n) {
        VectorMask<Float> mask = S.indexInRange(0, n);
        FloatVector.fromArray(S, dy, dyo, mask).mul(VectorMath.geluTanhSlope(FloatVector.fromArray(S, x, xo, mask))).intoArray(dx, dxo, mask);
    }

    static void geluErf(float[] out, int oo, float[] x, int xo, int n) {
        int i = 0;
        for (; i < S.loopBound(n); i += L) {
            VectorMath.geluErf(FloatVector.fromArray(S, x, xo + i)).intoArray(out, oo + i);
        }
        if (i < n) {
            geluErfTail(out, oo + i, x, xo + i, n - i);
        }
    }

    private static void geluErfTail(float[] out, int oo, float[] x, int xo, int n) {
        VectorMask<Float> mask = S.indexInRange(0, n);
        VectorMath.geluErf(FloatVector.fromArray(S, x, xo, mask)).intoArray(out, oo, mask);
    }

    static void geluErfBackward(float[] dx, int dxo, float[] dy, int dyo, float[] x, int xo, int n) {
        int i = 0;
        for (; i < S.loopBound(n); i += L) {
            FloatVector.fromArray(S, dy, dyo + i).mul(VectorMath.geluErfSlope(FloatVector.fromArray(S, x, xo + i))).intoArray(dx, dxo + i);
        }
        if (i < n) {
            geluErfBackwardTail(dx, dxo + i, dy, dyo + i, x, xo + i, n - i);
        }
    }

    private static void geluErfBackwardTail(float[] dx, int dxo, float[] dy, int dyo, float[] x, int xo, int n) {
        VectorMask<Float> mask = S.indexInRange(0, n);
        FloatVector.fromArray(S, dy, dyo, mask).mul(VectorMath.geluErfSlope(FloatVector.fromArray(S, x, xo, mask))).intoArray(dx, dxo, mask);
    }

    static void siluGate(float[] out, int oo, float[] gate, int go, float[] up, int uo, int n) {
        int i = 0;
        for (; i < S.loopBound(n); i += L) {
            VectorMath.silu(FloatVector.fromArray(S, gate, go + i)).mul(FloatVector.fromArray(S, up, uo + i)).intoArray(out, oo + i);
        }
        if (i < n) {
            siluGateTail(out, oo + i, gate, go + i, up, uo + i, n - i);
        }
    }

    private static void siluGateTail(float[] out, int oo, float[] gate, int go, float[] up, int uo, int n) {
        VectorMask<Float> mask = S.indexInRange(0, n);
        VectorMath.silu(FloatVector.fromArray(S, gate, go, mask)).mul(FloatVector.fromArray(S, up, uo, mask)).intoArray(out, oo, mask);
    }

    static void siluGateBackward(
            float[] dgate, int dgo, float[] dup, int duo, float[] dy, int dyo, float[] gate, int go, float[] up, int uo, int n) {
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
        if (i < n) {
            siluGateBackwardTail(dgate, dgo + i, dup, duo + i, dy, dyo + i, gate, go + i, up, uo + i, n - i);
        }
    }

    private static void siluGateBackwardTail(
            float[] dgate, int dgo, float[] dup, int duo, float[] dy, int dyo, float[] gate, int go, float[] up, int uo, int n) {
        VectorMask<Float> mask = S.indexInRange(0, n);
        FloatVector gradient = FloatVector.fromArray(S, dy, dyo, mask);
        FloatVector g = FloatVector.fromArray(S, gate, go, mask);
        FloatVector u = FloatVector.fromArray(S, up, uo, mask);
        FloatVector e = VectorMath.expBelow(g.abs().neg());
        FloatVector large = VectorMath.reciprocal(e.add(1f));
        FloatVector small = e.mul(large);
        FloatVector sigmoid = large.blend(small, g.compare(VectorOperators.LT, 0f));
        gradient.mul(u).mul(g.fma(small.mul(large), sigmoid)).intoArray(dgate, dgo, mask);
        gradient.mul(g.mul(sigmoid)).intoArray(dup, duo, mask);
    }
}
