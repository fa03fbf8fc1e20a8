package dev.athanor.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link Packing} with 512-bit vectors: one to two orders of magnitude fewer instructions, since copying panels is pure
 * overhead.
 *
 * <p>A 16 x 16 block is transposed by exchanging halves, quarters, pairs and neighbours between rows (Eklundh 1972);
 * two exchanges are done per pass, so a block crosses memory once on the way.
 */
final class VectorPacking {
    static final VectorSpecies<Float> S = FloatVector.SPECIES_512;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_512;
    static final int L = 16;

    // Lane numbers for selecting from two rows a and b: below 16 a's lane, from 16 on b's.
    static final IntVector LOW_8 = exchange(8, false);
    static final IntVector HIGH_8 = exchange(8, true);
    static final IntVector LOW_4 = exchange(4, false);
    static final IntVector HIGH_4 = exchange(4, true);
    static final IntVector LOW_2 = exchange(2, false);
    static final IntVector HIGH_2 = exchange(2, true);
    static final IntVector LOW_1 = exchange(1, false);
    static final IntVector HIGH_1 = exchange(1, true);

    private VectorPacking() {}

    private static IntVector exchange(int step, boolean high) {
        int[] lanes = new int[L];
        for (int j = 0; j < L; j++) {
            boolean upper = (j & step) != 0;
            lanes[j] = high ? (upper ? L + j : j + step) : (upper ? L + j - step : j);
        }
        return IntVector.fromArray(INTS, lanes, 0);
    }

    /** As {@link Packing#panel}; {@code block} is 256 floats of scratch memory. */
    static void panel(
            float[] out,
            int oo,
            int width,
            float[] x,
            int xo,
            int ld,
            boolean kMajor,
            int first,
            int count,
            int fromK,
            int k,
            float[] block) {
        if (kMajor) {
            copy(out, oo, width, x, xo + fromK * ld + first, ld, count, k);
            return;
        }
        int whole = k / L * L;
        int base = xo + first * ld + fromK;
        for (int p = 0; p < whole; p += L) {
            for (int column = 0; column < width; column += L) {
                int rows = Math.max(0, Math.min(L, count - column));
                gather(x, base + column * ld + p, ld, rows, block);
                scatter(block, out, oo + p * width + column, width, Math.min(L, width - column));
            }
        }
        if (whole < k) {
            Packing.panel(out, oo + whole * width, width, x, xo, ld, false, first, count, fromK + whole, k - whole);
        }
    }

    private static void copy(float[] out, int oo, int width, float[] x, int xo, int ld, int count, int k) {
        if (count == width && width == 2 * L) { // masked loads and stores take twice as long
            for (int p = 0; p < k; p++) {
                FloatVector.fromArray(S, x, xo + p * ld).intoArray(out, oo + p * 2 * L);
                FloatVector.fromArray(S, x, xo + p * ld + L).intoArray(out, oo + p * 2 * L + L);
            }
            return;
        }
        for (int column = 0; column < width; column += L) {
            VectorMask<Float> kept = S.indexInRange(column, count);
            VectorMask<Float> stored = S.indexInRange(column, width);
            for (int p = 0; p < k; p++) {
                FloatVector.fromArray(S, x, xo + p * ld + column, kept).intoArray(out, oo + p * width + column, stored);
            }
        }
    }

    /** Exchanges halves and quarters of rows {g, g+4, g+8, g+12} of the source into the block. */
    private static void gather(float[] x, int xo, int ld, int rows, float[] block) {
        for (int g = 0; g < 4; g++) {
            IntVector a = row(x, xo, ld, g, rows);
            IntVector b = row(x, xo, ld, g + 4, rows);
            IntVector c = row(x, xo, ld, g + 8, rows);
            IntVector d = row(x, xo, ld, g + 12, rows);
            IntVector a8 = LOW_8.selectFrom(a, c);
            IntVector c8 = HIGH_8.selectFrom(a, c);
            IntVector b8 = LOW_8.selectFrom(b, d);
            IntVector d8 = HIGH_8.selectFrom(b, d);
            LOW_4.selectFrom(a8, b8).reinterpretAsFloats().intoArray(block, g * L);
            HIGH_4.selectFrom(a8, b8).reinterpretAsFloats().intoArray(block, (g + 4) * L);
            LOW_4.selectFrom(c8, d8).reinterpretAsFloats().intoArray(block, (g + 8) * L);
            HIGH_4.selectFrom(c8, d8).reinterpretAsFloats().intoArray(block, (g + 12) * L);
        }
    }

    private static IntVector row(float[] x, int xo, int ld, int row, int rows) {
        return row < rows ? FloatVector.fromArray(S, x, xo + row * ld).reinterpretAsInts() : IntVector.zero(INTS);
    }

    /** Exchanges pairs and neighbours of rows {4g … 4g+3} of the block on their way out. */
    private static void scatter(float[] block, float[] out, int oo, int stride, int width) {
        for (int g = 0; g < L; g += 4) {
            IntVector a = FloatVector.fromArray(S, block, g * L).reinterpretAsInts();
            IntVector b = FloatVector.fromArray(S, block, (g + 1) * L).reinterpretAsInts();
            IntVector c = FloatVector.fromArray(S, block, (g + 2) * L).reinterpretAsInts();
            IntVector d = FloatVector.fromArray(S, block, (g + 3) * L).reinterpretAsInts();
            IntVector a2 = LOW_2.selectFrom(a, c);
            IntVector c2 = HIGH_2.selectFrom(a, c);
            IntVector b2 = LOW_2.selectFrom(b, d);
            IntVector d2 = HIGH_2.selectFrom(b, d);
            FloatVector p0 = LOW_1.selectFrom(a2, b2).reinterpretAsFloats();
            FloatVector p1 = HIGH_1.selectFrom(a2, b2).reinterpretAsFloats();
            FloatVector p2 = LOW_1.selectFrom(c2, d2).reinterpretAsFloats();
            FloatVector p3 = HIGH_1.selectFrom(c2, d2).reinterpretAsFloats();
            if (width == L) {
                p0.intoArray(out, oo + g * stride);
                p1.intoArray(out, oo + (g + 1) * stride);
                p2.intoArray(out, oo + (g + 2) * stride);
                p3.intoArray(out, oo + (g + 3) * stride);
            } else {
                VectorMask<Float> stored = S.indexInRange(0, width);
                p0.intoArray(out, oo + g * stride, stored);
                p1.intoArray(out, oo + (g + 1) * stride, stored);
                p2.intoArray(out, oo + (g + 2) * stride, stored);
                p3.intoArray(out, oo + (g + 3) * stride, stored);
            }
        }
    }
}
