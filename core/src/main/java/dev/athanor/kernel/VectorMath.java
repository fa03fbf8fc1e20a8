package dev.athanor.kernel;

import static dev.athanor.kernel.Lanes.S;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link ScalarMath} for a whole register, operation by operation. Every method is small enough to be inlined always: a vector that
 * crosses a real call becomes an object.
 */
final class VectorMath {
    private VectorMath() {}

    static FloatVector exp(FloatVector x) {
        FloatVector shifted = x.fma(FloatVector.broadcast(S, ScalarMath.LOG2_E), FloatVector.broadcast(S, ScalarMath.ROUNDER));
        FloatVector count = shifted.sub(ScalarMath.ROUNDER);
        FloatVector r = count.fma(FloatVector.broadcast(S, -ScalarMath.LN2_HIGH), x);
        r = count.fma(FloatVector.broadcast(S, -ScalarMath.LN2_LOW), r);
        FloatVector p = step(FloatVector.broadcast(S, ScalarMath.E6), r, ScalarMath.E5);
        p = step(p, r, ScalarMath.E4);
        p = step(p, r, ScalarMath.E3);
        p = step(p, r, ScalarMath.E2);
        p = step(p, r, 1f);
        p = step(p, r, 1f);
        IntVector exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
        FloatVector scaled = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
        FloatVector result = x.add(Float.POSITIVE_INFINITY).blend(scaled, x.compare(VectorOperators.LE, ScalarMath.EXP_HIGHEST));
        return result.blend(0f, x.compare(VectorOperators.LT, ScalarMath.EXP_LOWEST));
    }

    private static FloatVector step(FloatVector p, FloatVector r, float coefficient) {
        return p.fma(r, FloatVector.broadcast(S, coefficient));
    }

    private static FloatVector geluSquare(FloatVector x) {
        FloatVector square = x.mul(x);
        return square.blend(ScalarMath.GELU_SQUARE_LIMIT, square.compare(VectorOperators.GT, ScalarMath.GELU_SQUARE_LIMIT));
    }

    static FloatVector reciprocal(FloatVector x) {
        return FloatVector.broadcast(S, 1f).div(x);
    }

    static FloatVector geluTanh(FloatVector x) {
        FloatVector negated = x.neg().mul(step(geluSquare(x), FloatVector.broadcast(S, ScalarMath.GELU_3), ScalarMath.GELU_1));
        return x.div(exp(negated).add(1f));
    }

    static FloatVector geluTanhSlope(FloatVector x) {
        FloatVector square = geluSquare(x);
        FloatVector twice = x.mul(step(square, FloatVector.broadcast(S, ScalarMath.GELU_3), ScalarMath.GELU_1));
        FloatVector e = exp(twice.abs().neg());
        FloatVector large = reciprocal(e.add(1f));
        FloatVector small = e.mul(large);
        FloatVector sigmoid = large.blend(small, twice.compare(VectorOperators.LT, 0f));
        FloatVector slope = step(square, FloatVector.broadcast(S, ScalarMath.GELU_3_SLOPE), ScalarMath.GELU_1);
        return x.mul(small.mul(large)).fma(slope, sigmoid);
    }

    private static FloatVector tailRatio(FloatVector magnitude) {
        FloatVector t = reciprocal(step(magnitude, FloatVector.broadcast(S, ScalarMath.TAIL), 1f));
        FloatVector q = step(FloatVector.broadcast(S, ScalarMath.Q8), t, ScalarMath.Q7);
        q = step(q, t, ScalarMath.Q6);
        q = step(q, t, ScalarMath.Q5);
        q = step(q, t, ScalarMath.Q4);
        q = step(q, t, ScalarMath.Q3);
        q = step(q, t, ScalarMath.Q2);
        q = step(q, t, ScalarMath.Q1);
        q = step(q, t, ScalarMath.Q0);
        return q.mul(t);
    }

    private static FloatVector normalCdf(FloatVector x, FloatVector tail) {
        return FloatVector.broadcast(S, 1f).sub(tail).blend(tail, x.compare(VectorOperators.LT, 0f));
    }

    static FloatVector geluErf(FloatVector x) {
        FloatVector tail = exp(x.mul(x).mul(-0.5f)).mul(tailRatio(x.abs()));
        return x.mul(normalCdf(x, tail));
    }

    static FloatVector geluErfSlope(FloatVector x) {
        FloatVector e = exp(x.mul(x).mul(-0.5f));
        FloatVector tail = e.mul(tailRatio(x.abs()));
        return x.mul(e).fma(FloatVector.broadcast(S, ScalarMath.INVERSE_SQRT_2PI), normalCdf(x, tail));
    }

    static FloatVector silu(FloatVector g) {
        return g.div(exp(g.neg()).add(1f));
    }
}
