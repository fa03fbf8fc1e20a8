package dev.athanor.quant;

/**
 * {@link Interleaved} rows as F32, with the bits of {@link Blocks#decode}, in the order of a matrix product's panels.
 */
public final class InterleavedNumbers {
    private static final int ROWS = Interleaved.ROWS;

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
        float scaled = (stored(m, group, lane, g, column % size) - Interleaved.bias(m.type)) * scale(m, group, lane, g);
        return Interleaved.minima(m.type) ? scaled - minimum(m, group, lane, g) : scaled;
    }

    /** The stored number at {@code place} of the {@code g}th group of columns. */
    private static int stored(Interleaved m, int group, int lane, int g, int place) {
        int perWord = Interleaved.perWord(m.type);
        int bits = 32 / perWord;
        int word = m.wordAt(m.line(group, place / perWord, g), lane);
        return word >>> place % perWord * bits & (1 << bits) - 1;
    }

    /** What the numbers of the {@code g}th group of columns are multiplied by. */
    static float scale(Interleaved m, int group, int lane, int g) {
        int size = Interleaved.groupOf(m.type);
        int groups = m.columns / size;
        long block = (long) group * (m.columns / m.type.blockElements()) + g * size / m.type.blockElements();
        return switch (m.type) {
            case Q4_K, Q5_K -> m.scaleAt(block * 2 * ROWS + lane) * step(m, ((long) group * groups + g) * 2, lane);
            case Q6_K -> m.scaleAt(block * ROWS + lane) * step(m, (long) group * groups + g, lane);
            default -> m.scaleAt(block * ROWS + lane);
        };
    }

    /** What is taken off the numbers of the {@code g}th group of columns (Q4_K, Q5_K). */
    static float minimum(Interleaved m, int group, int lane, int g) {
        int groups = m.columns / 32;
        long block = (long) group * (m.columns / 256) + g / 8;
        return m.scaleAt((block * 2 + 1) * ROWS + lane) * step(m, ((long) group * groups + g) * 2 + 1, lane);
    }

    private static int step(Interleaved m, long line, int lane) {
        return LittleEndian.signed(m.steps, line * ROWS + lane);
    }
}
