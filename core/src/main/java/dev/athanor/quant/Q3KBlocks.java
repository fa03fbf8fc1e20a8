package dev.athanor.quant;

import java.lang.foreign.MemorySegment;

/**
 * Q3_K: 256 numbers of three bits in 110 bytes; each group of 16 has a scale of six bits, which the block scales
 * (layout: ggml, block_q3_K).
 *
 * <pre>
 * byte  0             32             96                 108    110
 *       | h0 … h31    | q0 … q63     | s0 … s11         | d    |
 *         third bits    two bits       scales             F16
 *
 * number i = 128 half + 32 j + k:  q = q[32 half + k] >> 2j & 3  +  4 (h[k] >> (4 half + j) & 1)
 * scale of group g = i / 16:       s = low 4 bits: g < 8 ? s[g] & 15 : s[g - 8] >> 4,  high 2: s[8 + g % 4] >> 2 (g / 4) & 3
 *                                  x = d (s - 32) (q - 4)
 * </pre>
 */
final class Q3KBlocks {
    private static final int GROUP = 16;

    private Q3KBlocks() {}

    private static int scale(MemorySegment bytes, long scales, int group) {
        int low = LittleEndian.unsigned(bytes, scales + group % 8) >> group / 8 * 4 & 15;
        int high = LittleEndian.unsigned(bytes, scales + 8 + group % 4) >> group / 4 * 2 & 3;
        return low | high << 4;
    }

    /** Numbers {@code from … to - 1} of the block at byte {@code at}. */
    static void decode(MemorySegment bytes, long at, int from, int to, float[] out, int oo) {
        float d = LittleEndian.half(bytes, at + 108);
        int i = from;
        while (i < to) {
            float scale = d * (scale(bytes, at + 96, i / GROUP) - 32);
            int shift = i % 128 / 32 * 2;
            int highBit = i / 32;
            long quants = at + 32 + i / 128 * 32;
            int end = Math.min(to, (i / GROUP + 1) * GROUP);
            for (; i < end; i++) {
                int q = LittleEndian.unsigned(bytes, quants + i % 32) >> shift & 3;
                int high = LittleEndian.unsigned(bytes, at + i % 32) >> highBit & 1;
                out[oo + i - from] = scale * (q + 4 * high - 4);
            }
        }
    }
}
