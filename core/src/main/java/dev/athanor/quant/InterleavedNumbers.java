package dev.athanor.quant;

import dev.athanor.tensor.DType;

/**
 * {@link Interleaved} rows as F32, with the bits of {@link Blocks#decode}, in the order of a matrix product's panels.
 */
public final class InterleavedNumbers {
    private InterleavedNumbers() {}

    /** Whether this is faster than reading the rows as a file has them. */
    public static boolean fast() {
        return VectorChoice.VECTORS;
    }

    /**
     * {@code out[oo + p * width + i]} = the number of row {@code lane + i} in column {@code from + p}.
     *
     * @param group sixteen rows
     * @param lane the first of them, 0 or 8
     * @param lanes 8 or 16
     * @param from the first column, at the beginning of a group of those that share a scale
     * @param count columns, whole groups
     */
    public static void read(
            Interleaved m, int group, int lane, int lanes, int from, int count, float[] out, int oo, int width) {
        int size = Interleaved.groupOf(m.type);
        if (from % size != 0 || count % size != 0 || from + count > m.columns) {
            throw new IllegalArgumentException("interleaved rows: expected whole groups of " + size + " columns of "
                    + m.columns + ", found columns " + from + " to " + (from + count));
        }
        if (VectorChoice.VECTORS) {
            VectorInterleavedNumbers.read(m, group, lane, lanes, from, count, out, oo, width);
            return;
        }
        for (int p = 0; p < count; p++) {
            for (int i = 0; i < lanes; i++) {
                out[oo + p * width + i] = number(m, group, lane + i, from + p);
            }
        }
    }

    private static float number(Interleaved m, int group, int lane, int column) {
        int size = Interleaved.groupOf(m.type);
        int g = column / size;
        int place = column % size;
        float p = InterleavedDots.place(m.type, column);
        float scaled = (InterleavedDots.number(m, group, lane, g, place) - (1 + Interleaved.bias(m.type) / p))
                * (p * InterleavedDots.scale(m, group, lane, g));
        return m.type == DType.Q4_K ? scaled - InterleavedDots.minimum(m, group, lane, g) : scaled;
    }
}
