package dev.athanor.quant;

import java.lang.foreign.MemorySegment;

/**
 * Q4_0, Q4_1 and IQ4_NL: 32 numbers of four bits; number i is the lower half of byte i, number i + 16 the upper half
 * (layouts: ggml, block_q4_0, block_q4_1, block_iq4_nl).
 *
 * <pre>
 * byte    0      2                 18
 * Q4_0    | d    | q0 … q15        |             x = d (q - 8)
 * IQ4_NL  | d    | q0 … q15        |             x = d table[q]
 *
 * byte    0      2      4                 20
 * Q4_1    | d    | m    | q0 … q15        |      x = d q + m
 *           F16    F16    bytes
 * </pre>
 */
final class Q4Blocks {
    private static final int HALF = 16;

    /** Sixteen steps that are finer around zero, where most weights are. */
    private static final int[] UNEVEN = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};

    private Q4Blocks() {}

    private static int quant(MemorySegment bytes, long quants, int i) {
        return LittleEndian.unsigned(bytes, quants + i % HALF) >> i / HALF * 4 & 15;
    }

    /** Numbers {@code from … to - 1} of the Q4_0 block at byte {@code at}. */
    static void decode0(MemorySegment bytes, long at, int from, int to, float[] out, int oo) {
        float d = LittleEndian.half(bytes, at);
        for (int i = from; i < to; i++) {
            out[oo + i - from] = d * (quant(bytes, at + 2, i) - 8);
        }
    }

    /** Numbers {@code from … to - 1} of the Q4_1 block at byte {@code at}. */
    static void decode1(MemorySegment bytes, long at, int from, int to, float[] out, int oo) {
        float d = LittleEndian.half(bytes, at);
        float m = LittleEndian.half(bytes, at + 2);
        for (int i = from; i < to; i++) {
            out[oo + i - from] = d * quant(bytes, at + 4, i) + m;
        }
    }

    /** Numbers {@code from … to - 1} of the IQ4_NL block at byte {@code at}. */
    static void decodeUneven(MemorySegment bytes, long at, int from, int to, float[] out, int oo) {
        float d = LittleEndian.half(bytes, at);
        for (int i = from; i < to; i++) {
            out[oo + i - from] = d * UNEVEN[quant(bytes, at + 2, i)];
        }
    }

    /** Writes the 32 numbers from {@code in[io]} on as the Q4_0 block at byte {@code at}. */
    static void encode0(float[] in, int io, MemorySegment out, long at) {
        float d = SymmetricSearch.largest(in, io, 2 * HALF) / -8;
        float inverse = Math.abs(d) > Float.MIN_NORMAL ? 1 / d : 0f;
        out.set(LittleEndian.SHORT, at, Halves.toF16(d));
        for (int i = 0; i < HALF; i++) {
            int lower = step0(in[io + i] * inverse);
            int upper = step0(in[io + HALF + i] * inverse);
            LittleEndian.putByte(out, at + 2 + i, lower | upper << 4);
        }
    }

    /** 8 + x to the nearest step, ties upwards; what was largest with the other sign does not fit and becomes 15. */
    private static int step0(float x) {
        return Math.min(15, (int) (x + 8.5f));
    }
}
