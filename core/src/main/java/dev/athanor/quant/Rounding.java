package dev.athanor.quant;

/** Roundings of ggml's writers: which of two equally near steps is taken decides about bytes. */
final class Rounding {
    /** 1.5 · 2^23: added to a number below 2^22 in size, it leaves that number, ties to even, in the lowest bits. */
    private static final float SHIFT = 0x1.8p23f;

    private Rounding() {}

    /** The whole number nearest to {@code x}, ties to even, within {@code low … high}, which are below 2^22 in size. */
    static int toEven(float x, int low, int high) {
        float within = Math.max(low, Math.min(high, x));
        return (Float.floatToRawIntBits(within + SHIFT) & 0x7fffff) - 0x400000;
    }

    /** The whole number nearest to {@code x}, ties away from zero. */
    static int awayFromZero(float x) {
        int towardsZero = (int) x;
        float rest = x - towardsZero; // exact
        return towardsZero + (rest >= 0.5f ? 1 : 0) - (rest <= -0.5f ? 1 : 0);
    }
}
