package dev.athanor.quant;

import java.lang.foreign.MemorySegment;

/**
 * Q6_K: 256 numbers of six bits in 210 bytes; each group of 16 has a scale that is a signed byte, which the block
 * scales (layout: ggml, block_q6_K).
 *
 * <pre>
 * byte  0              128            192              208    210
 *       | l0 … l127    | h0 … h63     | s0 … s15       | d    |
 *         four bits      two bits       signed bytes     F16
 *
 * number i = 128 half + 32 j + k:  low  = l[64 half + 32 (j % 2) + k] >> 4 (j / 2) & 15
 *                                  high = h[32 half + k] >> 2j & 3
 *                                  x = d s[i / 16] (low + 16 high - 32)
 * </pre>
 */
final class Q6KBlocks {
    static final int GROUP = 16;
    static final int GROUPS = 16;
    static final int HIGH = 128;
    static final int SCALES = 192;
    static final int SCALE = 208;

    private Q6KBlocks() {}

    /** Numbers {@code from … to - 1} of the block at byte {@code at}. */
    static void decode(MemorySegment bytes, long at, int from, int to, float[] out, int oo) {
        float d = LittleEndian.half(bytes, at + SCALE);
        int i = from;
        while (i < to) {
            float scale = d * LittleEndian.signed(bytes, at + SCALES + i / GROUP);
            int half = i / 128;
            int j = i % 128 / 32;
            long lows = at + half * 64 + j % 2 * 32;
            long highs = at + HIGH + half * 32;
            int end = Math.min(to, (i / GROUP + 1) * GROUP);
            for (; i < end; i++) {
                int low = LittleEndian.unsigned(bytes, lows + i % 32) >> j / 2 * 4 & 15;
                int high = LittleEndian.unsigned(bytes, highs + i % 32) >> j * 2 & 3;
                out[oo + i - from] = scale * (low + 16 * high - 32);
            }
        }
    }
}
