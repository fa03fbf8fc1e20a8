package dev.athanor.quant;

import java.lang.foreign.MemorySegment;

/**
 * Q2_K: 256 numbers of two bits in 84 bytes; each group of 16 has a scale and a minimum of four bits, which the block
 * scales (layout: ggml, block_q2_K).
 *
 * <pre>
 * byte  0                16               80     82       84
 *       | s0 … s15       | q0 … q63       | d    | dmin   |
 *         bytes            bytes            F16    F16
 *
 * number i = 128 half + 32 j + k:  q = q[32 half + k] >> 2j & 3,  s = s[i / 16],  x = d (s & 15) q - dmin (s >> 4)
 * </pre>
 */
final class Q2KBlocks {
    private static final int GROUP = 16;

    private Q2KBlocks() {}

    /** Numbers {@code from … to - 1} of the block at byte {@code at}. */
    static void decode(MemorySegment bytes, long at, int from, int to, float[] out, int oo) {
        float d = LittleEndian.half(bytes, at + 80);
        float dmin = LittleEndian.half(bytes, at + 82);
        int i = from;
        while (i < to) {
            int packed = LittleEndian.unsigned(bytes, at + i / GROUP);
            float scale = d * (packed & 15);
            float minimum = dmin * (packed >> 4);
            int shift = i % 128 / 32 * 2;
            long quants = at + 16 + i / 128 * 32;
            int end = Math.min(to, (i / GROUP + 1) * GROUP);
            for (; i < end; i++) {
                int q = LittleEndian.unsigned(bytes, quants + i % 32) >> shift & 3;
                out[oo + i - from] = scale * q - minimum;
            }
        }
    }
}
