package dev.athanor.kernel;

/**
 * Rows in blocks of {@link #BLOCK} numbers, each a signed byte times its block's scale, as Q8_0 has them; a head's rows
 * one behind the other: number e of head h at row t is number {@code h * headStride + t * size + e}.
 *
 * @param quants one byte a number
 * @param scales one F16 a block
 * @param headStride a multiple of {@link #BLOCK}
 */
public record Q8Rows(byte[] quants, short[] scales, int headStride) implements HeadRows {
    /** Numbers that share a scale. */
    public static final int BLOCK = 32;

    @Override
    public void read(Kernels kernels, int first, int count, int head, int size, float[] out, int oo) {
        kernels.fromQ8(quants, scales, (head * headStride + first * size) / BLOCK, out, oo, count * size / BLOCK);
    }
}
