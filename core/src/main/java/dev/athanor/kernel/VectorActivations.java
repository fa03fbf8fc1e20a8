package dev.athanor.kernel;

import static dev.athanor.kernel.Lanes.L;
import static dev.athanor.kernel.Lanes.S;
import static dev.athanor.kernel.Lanes.before;
import static dev.athanor.kernel.Lanes.load;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Activation functions over one row, each beside its backward pass. */
final class VectorActivations {
    private VectorActivations() {}

    static void geluTanh(float[] out, int oo, float[] x, int xo, int n) {
        int i = 0;
        for (; i < S.loopBound(n); i += L) {
            VectorMath.geluTanh(load(x, xo + i)).intoArray(out, oo + i);
        }
        if (i < n) {
            VectorMask<Float> mask = before(i, n);
            VectorMath.geluTanh(load(x, xo + i, mask)).intoArray(out, oo + i, mask);
        }
    }

    static void geluTanhBackward(float[] dx, int dxo, float[] dy, int dyo, float[] x, int xo, int n) {
        int i = 0;
        for (; i < S.loopBound(n); i += L) {
            load(dy, dyo + i).mul(VectorMath.geluTanhSlope(load(x, xo + i))).intoArray(dx, dxo + i);
        }
        if (i < n) {
            VectorMask<Float> mask = before(i, n);
            load(dy, dyo + i, mask).mul(VectorMath.geluTanhSlope(load(x, xo + i, mask))).intoArray(dx, dxo + i, mask);
        }
    }

    static void geluErf(float[] out, int oo, float[] x, int xo, int n) {
        int i = 0;
        for (; i < S.loopBound(n); i += L) {
            VectorMath.geluErf(load(x, xo + i)).intoArray(out, oo + i);
        }
        if (i < n) {
            VectorMask<Float> mask = before(i, n);
            VectorMath.geluErf(load(x, xo + i, mask)).intoArray(out, oo + i, mask);
        }
    }

    static void geluErfBackward(float[] dx, int dxo, float[] dy, int dyo, float[] x, int xo, int n) {
        int i = 0;
        for (; i < S.loopBound(n); i += L) {
            load(dy, dyo + i).mul(VectorMath.geluErfSlope(load(x, xo + i))).intoArray(dx, dxo + i);
        }
        if (i < n) {
            VectorMask<Float> mask = before(i, n);
            load(dy, dyo + i, mask).mul(VectorMath.geluErfSlope(load(x, xo + i, mask))).intoArray(dx, dxo + i, mask);
        }
    }

    static void siluGate(float[] out, int oo, float[] gate, int go, float[] up, int uo, int n) {
        int i = 0;
        for (; i < S.loopBound(n); i += L) {
            VectorMath.silu(load(gate, go + i)).mul(load(up, uo + i)).intoArray(out, oo + i);
        }
        if (i < n) {
            VectorMask<Float> mask = before(i, n);
            VectorMath.silu(load(gate, go + i, mask)).mul(load(up, uo + i, mask)).intoArray(out, oo + i, mask);
        }
    }

    static void siluGateBackward(
            float[] dgate, int dgo, float[] dup, int duo, float[] dy, int dyo, float[] gate, int go, float[] up, int uo, int n) {
        int i = 0;
        for (; i < S.loopBound(n); i += L) {
            FloatVector gradient = load(dy, dyo + i);
            FloatVector g = load(gate, go + i);
            FloatVector u = load(up, uo + i);
            FloatVector e = VectorMath.exp(g.abs().neg());
            FloatVector large = VectorMath.reciprocal(e.add(1f));
            FloatVector small = e.mul(large);
            FloatVector sigmoid = large.blend(small, g.compare(VectorOperators.LT, 0f));
            gradient.mul(u).mul(g.fma(small.mul(large), sigmoid)).intoArray(dgate, dgo + i);
            gradient.mul(g.mul(sigmoid)).intoArray(dup, duo + i);
        }
        if (i < n) {
            VectorMask<Float> mask = before(i, n);
            FloatVector gradient = load(dy, dyo + i, mask);
            FloatVector g = load(gate, go + i, mask);
            FloatVector u = load(up, uo + i, mask);
            FloatVector e = VectorMath.exp(g.abs().neg());
            FloatVector large = VectorMath.reciprocal(e.add(1f));
            FloatVector small = e.mul(large);
            FloatVector sigmoid = large.blend(small, g.compare(VectorOperators.LT, 0f));
            gradient.mul(u).mul(g.fma(small.mul(large), sigmoid)).intoArray(dgate, dgo + i, mask);
            gradient.mul(g.mul(sigmoid)).intoArray(dup, duo + i, mask);
        }
    }
}
