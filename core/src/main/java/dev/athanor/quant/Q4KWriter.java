package dev.athanor.quant;

import java.lang.foreign.MemorySegment;

/**
 * Writes Q4_K blocks; {@link Q4KBlocks} draws the layout. Holds the arrays one writer needs, so it is no one's to
 * share.
 */
final class Q4KWriter {
    private static final int GROUP = Q4KBlocks.GROUP;
    private static final int GROUPS = Q4KBlocks.GROUPS;
    private static final int MOST = 63;

    private final AffineSearch search = new AffineSearch(GROUP);
    private final float[] scales = new float[GROUPS];
    private final float[] minima = new float[GROUPS];
    private final int[] quants = new int[GROUP * GROUPS];

    /** Writes the 256 numbers from {@code in[io]} on as the block at byte {@code at}. */
    void encode(float[] in, int io, MemorySegment out, long at) {
        float largestScale = 0f;
        float largestMinimum = 0f;
        for (int g = 0; g < GROUPS; g++) {
            search.search(in, io + g * GROUP);
            scales[g] = search.scale();
            minima[g] = search.minimum();
            largestScale = Math.max(largestScale, scales[g]);
            largestMinimum = Math.max(largestMinimum, minima[g]);
            for (int i = 0; i < GROUP; i++) {
                quants[g * GROUP + i] = search.quant(i);
            }
        }
        out.set(LittleEndian.SHORT, at, Halves.toF16(largestScale / MOST));
        out.set(LittleEndian.SHORT, at + 2, Halves.toF16(largestMinimum / MOST));
        putScales(out, at, perLargest(largestScale), perLargest(largestMinimum));
        float d = LittleEndian.half(out, at);
        float dmin = LittleEndian.half(out, at + 2);
        long scaleSteps = Q4KBlocks.scales(out, at);
        long minimumSteps = Q4KBlocks.minima(out, at);
        for (int g = 0; g < GROUPS; g++) {
            requantise(in, io, g, d * (scaleSteps >> 8 * g & 63), dmin * (minimumSteps >> 8 * g & 63));
        }
        putQuants(out, at + Q4KBlocks.QUANTS);
    }

    private static float perLargest(float largest) {
        return largest > 0f ? MOST / largest : 0f;
    }

    private void putScales(MemorySegment out, long at, float perScale, float perMinimum) {
        long s = at + Q4KBlocks.SCALES;
        for (int g = 0; g < 4; g++) {
            int scale = step(perScale, scales[g]);
            int upperScale = step(perScale, scales[g + 4]);
            int minimum = step(perMinimum, minima[g]);
            int upperMinimum = step(perMinimum, minima[g + 4]);
            LittleEndian.putByte(out, s + g, scale | upperScale >> 4 << 6);
            LittleEndian.putByte(out, s + g + 4, minimum | upperMinimum >> 4 << 6);
            LittleEndian.putByte(out, s + g + 8, upperScale & 15 | (upperMinimum & 15) << 4);
        }
    }

    private static int step(float perLargest, float x) {
        return Rounding.toEven(perLargest * x, 0, MOST);
    }

    /** The steps nearest to the numbers once scale and minimum are rounded; without a scale they stay as found. */
    private void requantise(float[] in, int io, int group, float scale, float minimum) {
        if (scale == 0f) {
            return;
        }
        for (int i = group * GROUP; i < (group + 1) * GROUP; i++) {
            quants[i] = Rounding.toEven((in[io + i] + minimum) / scale, 0, 15);
        }
    }

    private void putQuants(MemorySegment out, long at) {
        for (int g = 0; g < GROUPS; g += 2) {
            for (int k = 0; k < GROUP; k++) {
                int packed = quants[g * GROUP + k] | quants[(g + 1) * GROUP + k] << 4;
                LittleEndian.putByte(out, at + g / 2 * GROUP + k, packed);
            }
        }
    }
}
