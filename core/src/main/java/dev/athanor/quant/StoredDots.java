package dev.athanor.quant;

import dev.athanor.tensor.DType;
import java.lang.foreign.MemorySegment;

/**
 * Dot products of stored rows with a vector of F32, without the row ever being written down as F32. Each has the bits
 * of reading the row with {@link Blocks#decode} and adding up in sixteen lanes (element i goes to lane i mod 16, one
 * chain of fused multiply-adds per lane, folded by halves), for what a format stores becomes the same F32 here as
 * there.
 *
 * <p>Two rows at a time: each lane is one chain, and two chains hide most of the latency of a multiply-add. Rows are
 * slices with offsets counted from zero, from which the compiler sees that no read leaves them; with offsets into one
 * segment it checked every read, a third of the time.
 */
public final class StoredDots {
    private StoredDots() {}

    /**
     * Whether rows of {@code columns} numbers of this type have such a product on this machine: with registers of
     * sixteen floats, and rows of whole blocks.
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
        static final boolean WIDE = Wide.L == 16;
    }

    /**
     * y[yo] and y[yo + 1] = the products of two neighbouring rows with x.
     *
     * @param type one that {@link #has} knows
     * @param w the rows, from byte {@code at} on
     * @param rowBytes bytes of one row
     * @param x from {@code xo} on as many numbers as a row has
     * @param room {@code columns} floats of this thread's own
     */
    public static void pair(
            DType type,
            MemorySegment w,
            long at,
            long rowBytes,
            float[] x,
            int xo,
            int columns,
            float[] y,
            int yo,
            float[] room) {
        switch (type) {
            case F16 -> VectorDotF16.pair(w, at, rowBytes, x, xo, columns, y, yo, room);
            case BF16 -> VectorDotBf16.pair(w, at, rowBytes, x, xo, columns, y, yo);
            default -> throw Spans.unreadable(type);
        }
    }
}
