package dev.athanor.quant;

import java.lang.foreign.MemorySegment;

/**
 * Writes Q6_K blocks; {@link Q6KBlocks} draws the layout. Holds the arrays one writer needs, so it is no one's to
 * share.
 */
final class Q6KWriter {
    private static final int GROUP = Q6KBlocks.GROUP;
    private static final int GROUPS = Q6KBlocks.GROUPS;

    private final SymmetricSearch search = new SymmetricSearch();
    private final float[] scales = new float[GROUPS];
    private final int[] quants = new int[GROUP * GROUPS];

    /** Writes the 256 numbers from {@code in[io]} on as the block at byte {@code at}. */
    void encode(float[] in, int io, MemorySegment out, long at) {
        for (int g = 0; g < GROUPS; g++) {
            search.search(in, io + g * GROUP, GROUP);
            scales[g] = search.scale();
            for (int i = g * GROUP; i < (g + 1) * GROUP; i++) {
                quants[i] = search.quant(in[io + i]);
            }
        }
        float largest = SymmetricSearch.largest(scales, 0, GROUPS);
        if (Math.abs(largest) < SymmetricSearch.NOTHING) {
            out.asSlice(at, Q6KBlocks.SCALE + 2).fill((byte) 0);
            return;
        }
        float inverse = -128f / largest;
        out.set(LittleEndian.SHORT, at + Q6KBlocks.SCALE, Halves.toF16(1 / inverse));
        float d = LittleEndian.half(out, at + Q6KBlocks.SCALE);
        for (int g = 0; g < GROUPS; g++) {
            int scale = Rounding.toEven(inverse * scales[g], -128, 127);
            LittleEndian.putByte(out, at + Q6KBlocks.SCALES + g, scale);
            requantise(in, io, g, d * scale);
        }
        for (int half = 0; half < 2; half++) {
            putQuants(out, at, half);
        }
    }

    /** The steps nearest to the numbers once the scale is rounded; without a scale they stay as found. */
    private void requantise(float[] in, int io, int group, float scale) {
        if (scale == 0f) {
            return;
        }
        for (int i = group * GROUP; i < (group + 1) * GROUP; i++) {
            quants[i] = 32 + Rounding.toEven(in[io + i] / scale, -32, 31);
        }
    }

    private void putQuants(MemorySegment out, long at, int half) {
        for (int k = 0; k < 32; k++) {
            int q0 = quants[half * 128 + k];
            int q1 = quants[half * 128 + 32 + k];
            int q2 = quants[half * 128 + 64 + k];
            int q3 = quants[half * 128 + 96 + k];
            LittleEndian.putByte(out, at + half * 64 + k, q0 & 15 | (q2 & 15) << 4);
            LittleEndian.putByte(out, at + half * 64 + 32 + k, q1 & 15 | (q3 & 15) << 4);
            int high = q0 >> 4 | q1 >> 4 << 2 | q2 >> 4 << 4 | q3 >> 4 << 6;
            LittleEndian.putByte(out, at + Q6KBlocks.HIGH + half * 32 + k, high);
        }
    }
}
