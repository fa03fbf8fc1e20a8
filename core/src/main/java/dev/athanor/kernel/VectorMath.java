package dev.athanor.kernel;

import static dev.athanor.kernel.Lanes.S;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link ScalarMath} for a whole register, operation by operation. Every method is small enough to be inlined always: a
 * vector that crosses a real call becomes an object.
 */
final class VectorMath {
    // Broadcasting so many constants in place would pass the compiler's limit on nodes, and what is not inlined after
    // that is boxed. They cost a load each, so exp broadcasts its own.
    private static final FloatVector Q0 = FloatVector.broadcast(S, ScalarMath.Q0);
    private static final FloatVector Q1 = FloatVector.broadcast(S, ScalarMath.Q1);
    private static final FloatVector Q2 = FloatVector.broadcast(S, ScalarMath.Q2);
    private static final FloatVector Q3 = FloatVector.broadcast(S, ScalarMath.Q3);
    private static final FloatVector Q4 = FloatVector.broadcast(S, ScalarMath.Q4);
    private static final FloatVector Q5 = FloatVector.broadcast(S, ScalarMath.Q5);
    private static final FloatVector Q6 = FloatVector.broadcast(S, ScalarMath.Q6);
    private static final FloatVector Q7 = FloatVector.broadcast(S, ScalarMath.Q7);

    private static final FloatVector INVERSE_SQRT_2PI = FloatVector.broadcast(S, ScalarMath.INVERSE_SQRT_2PI);
    private static final FloatVector MINUS_HALF = FloatVector.broadcast(S, -0.5f);
    private static final FloatVector ZERO = FloatVector.broadcast(S, 0f);
    private static final FloatVector ONE = FloatVector.broadcast(S, 1f);

    private VectorMath() {}

    static FloatVector exp(FloatVector parameter) {
        FloatVector x = fresh(parameter);
        return x.add(Float.POSITIVE_INFINITY).blend(expBelow(x), x.compare(VectorOperators.LE, ScalarMath.EXP_HIGHEST));
    }

    /**
     * {@link #exp} for arguments up to {@link ScalarMath#EXP_HIGHEST}, with the same bits. Larger ones and NaN give
     * anything, so callers must let NaN through another factor.
     */
    static FloatVector expBelow(FloatVector x) {
        FloatVector shifted =
                FloatVector.broadcast(S, ScalarMath.LOG2_E).fma(x, FloatVector.broadcast(S, ScalarMath.ROUNDER));
        FloatVector count = shifted.sub(ScalarMath.ROUNDER);
        FloatVector r = count.fma(FloatVector.broadcast(S, -ScalarMath.LN2_HIGH), x);
        r = count.fma(FloatVector.broadcast(S, -ScalarMath.LN2_LOW), r);
        FloatVector p = FloatVector.broadcast(S, ScalarMath.E6).fma(r, FloatVector.broadcast(S, ScalarMath.E5));
        p = p.fma(r, FloatVector.broadcast(S, ScalarMath.E4));
        p = p.fma(r, FloatVector.broadcast(S, ScalarMath.E3));
        p = p.fma(r, FloatVector.broadcast(S, ScalarMath.E2));
        FloatVector one = FloatVector.broadcast(S, 1f);
        p = p.fma(r, one);
        p = p.fma(r, one);
        IntVector exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
        FloatVector scaled = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
        return scaled.blend(0f, FloatVector.broadcast(S, ScalarMath.EXP_LOWEST).compare(VectorOperators.GT, x));
    }

    /** Of x^2: {@link ScalarMath#GELU_SQUARE_LIMIT} where it is larger. NaN stays. */
    private static FloatVector limited(FloatVector square) {
        FloatVector limit = FloatVector.broadcast(S, ScalarMath.GELU_SQUARE_LIMIT);
        return limit.blend(square, limit.compare(VectorOperators.LT, square).not());
    }

    static FloatVector reciprocal(FloatVector x) {
        return FloatVector.broadcast(S, 1f).div(x);
    }

    /** The same vector; of the result the compiler knows the class, so what follows stays short. */
    private static FloatVector fresh(FloatVector parameter) {
        return ONE.mul(parameter);
    }

    static FloatVector geluTanh(FloatVector parameter) {
        FloatVector x = fresh(parameter);
        FloatVector inner = limited(x.mul(x))
                .fma(FloatVector.broadcast(S, ScalarMath.GELU_3), FloatVector.broadcast(S, ScalarMath.GELU_1));
        FloatVector y = x.neg().mul(inner);
        FloatVector e = y.add(Float.POSITIVE_INFINITY)
                .blend(expBelow(y), y.compare(VectorOperators.LE, ScalarMath.EXP_HIGHEST));
        return x.div(e.add(1f));
    }

    static FloatVector geluTanhSlope(FloatVector parameter) {
        FloatVector x = fresh(parameter);
        FloatVector square = limited(x.mul(x));
        FloatVector twice = square.fma(
                        FloatVector.broadcast(S, ScalarMath.GELU_3), FloatVector.broadcast(S, ScalarMath.GELU_1))
                .mul(x);
        FloatVector e = expBelow(twice.abs().neg());
        FloatVector large = reciprocal(e.add(1f));
        FloatVector small = e.mul(large);
        FloatVector sigmoid = large.blend(small, twice.compare(VectorOperators.LT, 0f));
        FloatVector slope = square.fma(
                FloatVector.broadcast(S, ScalarMath.GELU_3_SLOPE), FloatVector.broadcast(S, ScalarMath.GELU_1));
        return x.mul(small.mul(large)).fma(slope, sigmoid);
    }

    private static FloatVector tailRatio(FloatVector magnitude) {
        FloatVector t = ONE.div(FloatVector.broadcast(S, ScalarMath.TAIL).fma(magnitude, ONE));
        FloatVector q = FloatVector.broadcast(S, ScalarMath.Q8).fma(t, Q7);
        q = q.fma(t, Q6);
        q = q.fma(t, Q5);
        q = q.fma(t, Q4);
        q = q.fma(t, Q3);
        q = q.fma(t, Q2);
        q = q.fma(t, Q1);
        q = q.fma(t, Q0);
        return q.mul(t);
    }

    private static FloatVector normalCdf(FloatVector x, FloatVector tail) {
        return ONE.sub(tail).blend(tail, ZERO.compare(VectorOperators.GT, x));
    }

    static FloatVector geluErf(FloatVector parameter) {
        FloatVector x = fresh(parameter);
        FloatVector tail = expBelow(x.mul(x).mul(MINUS_HALF)).mul(tailRatio(x.abs()));
        return x.mul(normalCdf(x, tail));
    }

    static FloatVector geluErfSlope(FloatVector parameter) {
        FloatVector x = fresh(parameter);
        FloatVector e = expBelow(x.mul(x).mul(MINUS_HALF));
        FloatVector tail = tailRatio(x.abs()).mul(e);
        return x.mul(e).fma(INVERSE_SQRT_2PI, normalCdf(x, tail));
    }
}
