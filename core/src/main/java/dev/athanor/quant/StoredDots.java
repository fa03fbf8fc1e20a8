package dev.athanor.quant;

import dev.athanor.tensor.DType;
import java.lang.foreign.MemorySegment;

/**
 * Dot products of stored rows with a vector of F32, without the row ever being written down as F32. Each has the bits
 * of reading the row with {@link Blocks#decode} and adding up in sixteen lanes (element i goes to lane i mod 16, one
 * chain of fused multiply-adds per lane, folded by halves), for what a format stores becomes the same F32 here as
 * there.
 *
 * <p>Four rows at a time, from four places: a core sees what is read next in each and fetches it ahead, and the chains
 * of several rows hide the latency of a multiply-add.
 */
public final class StoredDots {
    /** Rows multiplied together. */
    public static final int FOUR = 4;

    /** Lanes of four sums. */
    static final int SUMS = 64;

    /** Floats of room that a thread needs. */
    public static final int ROOM = SUMS;

    /** What moving an F16 into the layout of F32 divides it by. */
    private static final float HALVES_SCALE = 0x1p112f;

    /** Times that, the smallest number that is infinite. */
    private static final float HALVES_LIMIT = 0x1p16f;

    private StoredDots() {}

    /**
     * Whether rows of {@code columns} numbers of this type have such a product on this machine: with registers of eight
     * or sixteen floats, and rows of whole blocks.
     */
    public static boolean has(DType type, int columns) {
        if (!VectorChoice.VECTORS || !Registers.WIDE || columns % type.blockElements() != 0 || columns % 16 != 0) {
            return false;
        }
        return switch (type) {
            case F16, BF16 -> true;
            default -> false;
        };
    }

    /** Apart, because it may only be initialised where the vector module is. */
    private static final class Registers {
        static final boolean WIDE = Wide.L >= 8;
    }

    /**
     * Whether none of {@code count} F16, a multiple of 16, is infinite or NaN; only where {@link #has} says that this
     * machine has products of them.
     */
    public static boolean finiteHalves(MemorySegment w, long at, int count) {
        return VectorDotF16.finite(w, at, count);
    }

    /**
     * x as products with F16 need it, times 2^112.
     *
     * @return false, and whatever in {@code out}, where a number is too large for that
     */
    public static boolean scaleForHalves(float[] x, int xo, int columns, float[] out) {
        boolean fits = true;
        for (int i = 0; i < columns; i++) {
            float xi = x[xo + i];
            out[i] = xi * HALVES_SCALE;
            fits &= Math.abs(xi) < HALVES_LIMIT;
        }
        return fits;
    }

    /**
     * y[yo + i] = the product with x of the i-th of {@code rows} rows that follow each other from byte {@code at} on,
     * for as many as are whole fours.
     *
     * @param type one that {@link #has} knows
     * @param x from {@code xo} on as many numbers as a row has; for F16 what {@link #scaleForHalves} made, and only
     *     with rows that are {@link #finiteHalves}
     * @param room {@link #ROOM} floats of this thread's own
     * @return how many were computed
     */
    public static int rows(
            DType type,
            MemorySegment w,
            long at,
            int rows,
            float[] x,
            int xo,
            int columns,
            float[] y,
            int yo,
            float[] room) {
        int places = rows / FOUR;
        long rowBytes = type.bytes(columns);
        for (int i = 0; i < places; i++) {
            four(type, w, at + i * rowBytes, places * rowBytes, x, xo, columns, room);
            for (int place = 0; place < FOUR; place++) {
                y[yo + place * places + i] = fold(room, 16 * place);
            }
        }
        return places * FOUR;
    }

    /** The lanes of four rows, {@code apart} bytes from each other. */
    private static void four(
            DType type, MemorySegment w, long at, long apart, float[] x, int xo, int columns, float[] sums) {
        switch (type) {
            case F16 -> VectorDotF16.four(w, at, apart, x, xo, columns, sums);
            case BF16 -> VectorDotBf16.four(w, at, apart, x, xo, columns, sums);
            default -> throw Spans.unreadable(type);
        }
    }

    private static float fold(float[] sums, int lanes) {
        for (int half = 8; half > 0; half /= 2) {
            for (int i = 0; i < half; i++) {
                sums[lanes + i] += sums[lanes + half + i];
            }
        }
        return sums[lanes];
    }
}
