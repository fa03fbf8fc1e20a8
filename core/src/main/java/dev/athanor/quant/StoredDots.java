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
     * y[yo + i ys] = the product with x of the row that begins at byte {@code at + i apart}, for four of them.
     *
     * @param type one that {@link #has} knows
     * @param x from {@code xo} on as many numbers as a row has
     * @param room {@link #ROOM} floats of this thread's own
     */
    public static void four(
            DType type,
            MemorySegment w,
            long at,
            long apart,
            float[] x,
            int xo,
            int columns,
            float[] y,
            int yo,
            int ys,
            float[] room) {
        switch (type) {
            case F16 -> VectorDotF16.four(w, at, apart, x, xo, columns, room);
            case BF16 -> VectorDotBf16.four(w, at, apart, x, xo, columns, room);
            default -> throw Spans.unreadable(type);
        }
        for (int row = 0; row < FOUR; row++) {
            int lanes = 16 * row;
            for (int half = 8; half > 0; half /= 2) {
                for (int i = 0; i < half; i++) {
                    room[lanes + i] += room[lanes + half + i];
                }
            }
            y[yo + row * ys] = room[lanes];
        }
    }
}
