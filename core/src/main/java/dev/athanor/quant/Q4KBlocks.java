package dev.athanor.quant;

import java.lang.foreign.MemorySegment;

/**
 * Q4_K and Q5_K: 256 numbers of four or five bits; each group of 32 has a scale and a minimum of six bits, which the
 * block scales (layouts: ggml, block_q4_K, block_q5_K).
 *
 * <pre>
 * byte  0      2        4              16              144
 * Q4_K  | d    | dmin   | s0 … s11     | q0 … q127     |
 *
 * byte  0      2        4              16             48              176
 * Q5_K  | d    | dmin   | s0 … s11     | h0 … h31     | q0 … q127     |
 *         F16    F16      bytes          fifth bits     four bits
 *
 * number i = 64 pair + 32 upper + k of group g = i / 32:  q = q[32 pair + k] >> 4 upper & 15  +  16 (h[k] >> g & 1)
 *                                                         x = d scale_g q - dmin minimum_g
 * bits  7 6              5 … 0                   bits  7 … 4                 3 … 0
 * s0-3  scale_4-7 upper  scale_0-3               s8-11 minimum_4-7 lower     scale_4-7 lower
 * s4-7  min_4-7 upper    minimum_0-3
 * </pre>
 */
final class Q4KBlocks {
    static final int GROUP = 32;
    static final int GROUPS = 8;
    static final int SCALES = 4;
    static final int QUANTS = 16;

    /** Where the four bits of Q5_K begin; its fifth bits lie where those of Q4_K do. */
    static final int QUANTS_5 = 48;

    private Q4KBlocks() {}

    /** The eight scales, 0 … 63, of the block at byte {@code at}: that of group g from bit 8g on. */
    static long scales(MemorySegment bytes, long at) {
        int first = bytes.get(LittleEndian.INT, at + SCALES);
        int last = bytes.get(LittleEndian.INT, at + SCALES + 8);
        return join(first, last);
    }

    /** The eight minima, 0 … 63, of the block at byte {@code at}: that of group g from bit 8g on. */
    static long minima(MemorySegment bytes, long at) {
        int first = bytes.get(LittleEndian.INT, at + SCALES + 4);
        int last = bytes.get(LittleEndian.INT, at + SCALES + 8);
        return join(first, last >>> 4);
    }

    /**
     * Groups 0 to 3 in the lower six bits of {@code first}; of 4 to 7 the lower four in {@code last}, the upper two
     * above.
     */
    private static long join(int first, int last) {
        int lower = first & 0x3f3f3f3f;
        int upper = last & 0x0f0f0f0f | first >>> 2 & 0x30303030;
        return (long) upper << 32 | lower;
    }

    /** Numbers {@code from … to - 1} of the Q4_K block at byte {@code at}. */
    static void decode4(MemorySegment bytes, long at, int from, int to, float[] out, int oo) {
        float d = LittleEndian.half(bytes, at);
        float dmin = LittleEndian.half(bytes, at + 2);
        long scales = scales(bytes, at);
        long minima = minima(bytes, at);
        int i = from;
        while (i < to) {
            int group = i / GROUP;
            float scale = d * (scales >> 8 * group & 63);
            float minimum = dmin * (minima >> 8 * group & 63);
            long quants = at + QUANTS + group / 2 * 32;
            int shift = group % 2 * 4;
            int end = Math.min(to, (group + 1) * GROUP);
            for (; i < end; i++) {
                int q = LittleEndian.unsigned(bytes, quants + i % 32) >> shift & 15;
                out[oo + i - from] = scale * q - minimum;
            }
        }
    }

    /** Numbers {@code from … to - 1} of the Q5_K block at byte {@code at}. */
    static void decode5(MemorySegment bytes, long at, int from, int to, float[] out, int oo) {
        float d = LittleEndian.half(bytes, at);
        float dmin = LittleEndian.half(bytes, at + 2);
        long scales = scales(bytes, at);
        long minima = minima(bytes, at);
        int i = from;
        while (i < to) {
            int group = i / GROUP;
            float scale = d * (scales >> 8 * group & 63);
            float minimum = dmin * (minima >> 8 * group & 63);
            long quants = at + QUANTS_5 + group / 2 * 32;
            int shift = group % 2 * 4;
            int end = Math.min(to, (group + 1) * GROUP);
            for (; i < end; i++) {
                int low = LittleEndian.unsigned(bytes, quants + i % 32) >> shift & 15;
                int high = LittleEndian.unsigned(bytes, at + QUANTS + i % 32) >> group & 1;
                out[oo + i - from] = scale * (low + 16 * high) - minimum;
            }
        }
    }
}
