package dev.athanor.onednn;

import java.lang.foreign.MemorySegment;

/**
 * Rows of F32 numbers as the narrow ones a tile is made of. The vector twin gives the same bits as
 * {@link ScalarNumbers}.
 */
interface Numbers {
    /**
     * Quantises {@code count} numbers to steps of their largest magnitude / 127, to the nearest step, and writes step +
     * {@code zero} as bytes; a group whose numbers are all below 2^-100 in size counts as zeros, and one with a number
     * that is not finite gets a scale that is not.
     *
     * @param zero 128 for unsigned bytes, 0 for signed ones
     * @param sums {@code sums[at]} becomes 128 · the sum of the steps
     * @return the size of a step
     */
    float quantise(float[] x, int xo, int count, int zero, MemorySegment out, long to, int[] sums, int at);

    /** Rounds {@code count} numbers to BF16, ties to even. */
    void toBf16(float[] x, int xo, int count, short[] out, int to);

    /**
     * Rounds {@code tiles} times {@link TilePlan#COLUMNS} numbers that stand one behind the other, the results of each
     * tile {@code apart} from those before.
     */
    default void toBf16Tiles(float[] x, int xo, int tiles, short[] out, int to, int apart) {
        for (int tile = 0; tile < tiles; tile++) {
            toBf16(x, xo + tile * TilePlan.COLUMNS, TilePlan.COLUMNS, out, to + tile * apart);
        }
    }

    /**
     * total[r, j] += (tile[r, j] - offsets[fo + j]) · columnScales[fo + j] · rowScales[so + r], the last two factors as
     * one rounded product and one fused multiply-add.
     *
     * @param tile [rows, columns] of 32-bit integers
     */
    void addScaled(
            float[] total,
            MemorySegment tile,
            int rows,
            int columns,
            int[] offsets,
            float[] columnScales,
            int fo,
            float[] rowScales,
            int so);

    /** c[co + r * ldc + j] (+)= tile[r, j] for the first {@code columns} of {@link TilePlan#COLUMNS}, F32. */
    void write(MemorySegment tile, int rows, int columns, float[] c, int co, int ldc, boolean accumulate);
}
