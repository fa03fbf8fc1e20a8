package dev.athanor.quant;

import java.lang.foreign.MemorySegment;

/**
 * Q8_0: 32 numbers in 34 bytes, each a signed byte times the block's scale (layout: ggml, block_q8_0).
 *
 * <pre>
 * byte  0      2                    34
 *       | d    | q0 q1 … q31        |      x_i = d q_i
 *         F16    signed bytes
 * </pre>
 */
final class Q8Blocks {
    private static final int SIZE = 32;
    private static final int QUANTS = 2;

    private Q8Blocks() {}

    /** Numbers {@code from … to - 1} of the block at byte {@code at}. */
    static void decode(MemorySegment bytes, long at, int from, int to, float[] out, int oo) {
        float d = LittleEndian.half(bytes, at);
        for (int i = from; i < to; i++) {
            out[oo + i - from] = d * LittleEndian.signed(bytes, at + QUANTS + i);
        }
    }

    /** Writes the 32 numbers from {@code in[io]} on as the block at byte {@code at}. */
    static void encode(float[] in, int io, MemorySegment out, long at) {
        float largest = 0f;
        for (int i = io; i < io + SIZE; i++) {
            largest = Math.max(largest, Math.abs(in[i]));
        }
        float d = largest / 127;
        float inverse = d > Float.MIN_NORMAL ? 1 / d : 0f;
        out.set(LittleEndian.SHORT, at, Halves.toF16(d));
        for (int i = 0; i < SIZE; i++) {
            LittleEndian.putByte(out, at + QUANTS + i, Rounding.awayFromZero(in[io + i] * inverse));
        }
    }
}
