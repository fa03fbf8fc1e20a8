package dev.athanor.quant;

import java.lang.foreign.MemorySegment;

/**
 * Q5_0 and Q5_1: 32 numbers of five bits. The lower four lie as in Q4_0; the fifth of number i is bit i of h (layouts:
 * ggml, block_q5_0, block_q5_1).
 *
 * <pre>
 * byte  0      2      6                 22
 * Q5_0  | d    | h    | q0 … q15        |             x = d (q - 16)
 *
 * byte  0      2      4      8                 24
 * Q5_1  | d    | m    | h    | q0 … q15        |      x = d q + m
 *         F16    F16    I32    bytes
 * </pre>
 */
final class Q5Blocks {
    private static final int HALF = 16;

    private Q5Blocks() {}

    private static int quant(MemorySegment bytes, long quants, int high, int i) {
        int low = LittleEndian.unsigned(bytes, quants + i % HALF) >> i / HALF * 4 & 15;
        return low | (high >>> i & 1) << 4;
    }

    /** Numbers {@code from … to - 1} of the Q5_0 block at byte {@code at}. */
    static void decode0(MemorySegment bytes, long at, int from, int to, float[] out, int oo) {
        float d = LittleEndian.half(bytes, at);
        int high = bytes.get(LittleEndian.INT, at + 2);
        for (int i = from; i < to; i++) {
            out[oo + i - from] = d * (quant(bytes, at + 6, high, i) - 16);
        }
    }

    /** Numbers {@code from … to - 1} of the Q5_1 block at byte {@code at}. */
    static void decode1(MemorySegment bytes, long at, int from, int to, float[] out, int oo) {
        float d = LittleEndian.half(bytes, at);
        float m = LittleEndian.half(bytes, at + 2);
        int high = bytes.get(LittleEndian.INT, at + 4);
        for (int i = from; i < to; i++) {
            out[oo + i - from] = d * quant(bytes, at + 8, high, i) + m;
        }
    }
}
