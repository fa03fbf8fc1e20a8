package dev.athanor.kernel;

/**
 * Elementary functions made of fused multiply-adds only, so that {@link VectorMath} repeats them operation by operation
 * and returns the same bits. The library's own exp is avoided because its vector and scalar forms differ.
 */
final class ScalarMath {
    /** Below this the true value is subnormal; such results are flushed to zero. */
    static final float EXP_LOWEST = -87.33654f;

    /** Above this the true value overflows. */
    static final float EXP_HIGHEST = 88.72283f;

    static final float LOG2_E = 1.44269504f;

    /** 1.5 * 2^23: adding it rounds to the nearest integer and leaves that integer in the low bits. */
    static final float ROUNDER = 12582912f;

    /** ln 2 in two floats (Cody and Waite): the first one alone would lose the low bits of the remainder. */
    static final float LN2_HIGH = 0.69314718246f;

    static final float LN2_LOW = -1.9046542e-9f;

    // (exp(r) - 1 - r) / r^2 on |r| <= ln(2)/2, minimax in relative error of exp: 3.1e-9.
    static final float E2 = 0x1.fffffcp-2f;
    static final float E3 = 0x1.555492p-3f;
    static final float E4 = 0x1.5558f2p-5f;
    static final float E5 = 0x1.123a20p-7f;
    static final float E6 = 0x1.6a23cep-10f;

    // Normal tail: Phi(-x) = exp(-x^2/2) t Q(t) with t = 1 / (1 + TAIL x), x >= 0; relative error of Q 3.2e-8.
    static final float TAIL = 0.35f;
    static final float Q0 = 0.13962140679359436f;
    static final float Q1 = 0.13986186683177948f;
    static final float Q2 = 0.119832843542099f;
    static final float Q3 = 0.10550808906555176f;
    static final float Q4 = -0.023110030218958855f;
    static final float Q5 = 0.15917444229125977f;
    static final float Q6 = -0.2557145059108734f;
    static final float Q7 = 0.14397181570529938f;
    static final float Q8 = -0.02914595603942871f;

    // 2 sqrt(2/pi) (x + 0.044715 x^3) = x (GELU_1 + GELU_3 x^2), and its derivative GELU_1 + GELU_3_SLOPE x^2.
    static final float GELU_1 = (float) 1.5957691216057308;
    static final float GELU_3 = (float) (1.5957691216057308 * 0.044715);
    static final float GELU_3_SLOPE = (float) (3 * 1.5957691216057308 * 0.044715);

    /** Larger squares change nothing, since the sigmoid is already 0 or 1; without the limit x^3 would overflow. */
    static final float GELU_SQUARE_LIMIT = 1e4f;

    static final float INVERSE_SQRT_2PI = (float) 0.3989422804014327;

    private ScalarMath() {}

    /** exp(x), at most 2 ulp off; 0 where the result would be subnormal, infinity on overflow, NaN for NaN. */
    static float exp(float x) {
        float shifted = Math.fma(x, LOG2_E, ROUNDER);
        float count = shifted - ROUNDER;
        float r = Math.fma(count, -LN2_HIGH, x);
        r = Math.fma(count, -LN2_LOW, r);
        float p = Math.fma(E6, r, E5);
        p = Math.fma(p, r, E4);
        p = Math.fma(p, r, E3);
        p = Math.fma(p, r, E2);
        p = Math.fma(p, r, 1f);
        p = Math.fma(p, r, 1f);
        int exponent = Float.floatToRawIntBits(shifted) << 23;
        float scaled = Float.intBitsToFloat(Float.floatToRawIntBits(p) + exponent);
        float result = x <= EXP_HIGHEST ? scaled : x + Float.POSITIVE_INFINITY;
        return x < EXP_LOWEST ? 0f : result;
    }

    static float geluTanh(float x) {
        float square = Math.min(x * x, GELU_SQUARE_LIMIT);
        float negated = -x * Math.fma(square, GELU_3, GELU_1);
        return x / (exp(negated) + 1f); // x sigmoid(2u) = 0.5 x (1 + tanh u)
    }

    static float geluTanhSlope(float x) {
        float square = Math.min(x * x, GELU_SQUARE_LIMIT);
        float twice = x * Math.fma(square, GELU_3, GELU_1); // 2u
        float e = exp(-Math.abs(twice));
        float large = 1f / (e + 1f);
        float small = e * large;
        float sigmoid = twice < 0f ? small : large;
        float slope = Math.fma(square, GELU_3_SLOPE, GELU_1);
        return Math.fma(x * (small * large), slope, sigmoid);
    }

    /** Q(t) t, the normal tail without its exponential. */
    static float tailRatio(float magnitude) {
        float t = 1f / Math.fma(magnitude, TAIL, 1f);
        float q = Math.fma(Q8, t, Q7);
        q = Math.fma(q, t, Q6);
        q = Math.fma(q, t, Q5);
        q = Math.fma(q, t, Q4);
        q = Math.fma(q, t, Q3);
        q = Math.fma(q, t, Q2);
        q = Math.fma(q, t, Q1);
        q = Math.fma(q, t, Q0);
        return q * t;
    }

    static float geluErf(float x) {
        float tail = exp(x * x * -0.5f) * tailRatio(Math.abs(x));
        return x * (x < 0f ? tail : 1f - tail);
    }

    static float geluErfSlope(float x) {
        float e = exp(x * x * -0.5f);
        float tail = e * tailRatio(Math.abs(x));
        return Math.fma(x * e, INVERSE_SQRT_2PI, x < 0f ? tail : 1f - tail);
    }
}
