package dev.athanor.kernel;

/**
 * Rows of keys or values of several heads, in whichever type they are stored. Attention takes those of a
 * {@link HeadView} where they lie and reads the others a block at a time.
 */
public sealed interface HeadRows permits HeadView, HalfRows, Q8Rows {
    /**
     * Writes rows {@code first … first + count - 1} of one head as F32 to {@code out[oo], out[oo + 1] …}.
     *
     * @param size numbers of a row, the head's size
     */
    void read(Kernels kernels, int first, int count, int head, int size, float[] out, int oo);
}
