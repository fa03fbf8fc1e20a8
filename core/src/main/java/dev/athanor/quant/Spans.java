package dev.athanor.quant;

import dev.athanor.tensor.DType;
import java.lang.foreign.MemorySegment;

/** What is checked before numbers are read or written. */
final class Spans {
    private static final float LARGEST_F16 = 65504f;

    private Spans() {}

    static IllegalArgumentException unreadable(DType type) {
        return new IllegalArgumentException(
                type + ": expected a floating-point or quantised type to read as F32, found " + type);
    }

    static void checkReading(DType type, MemorySegment bytes, long first, int count, int outLength, int oo) {
        if (!readable(type)) {
            throw unreadable(type);
        }
        long size = bytes.byteSize();
        long blocks = size / type.blockBytes();
        if (blocks * type.blockBytes() != size) {
            throw new IllegalArgumentException(type + ": expected whole blocks of " + type.blockBytes()
                    + " bytes, found " + size + " bytes; is the data complete?");
        }
        long available = Math.multiplyExact(blocks, (long) type.blockElements());
        if (first < 0 || count < 0 || first > available - count) {
            throw new IllegalArgumentException(type + ": expected a span within the " + available + " numbers of "
                    + size + " bytes, found " + count + " from number " + first);
        }
        checkArray(type, outLength, oo, count);
    }

    static void checkArray(DType type, int length, int from, int count) {
        if (from < 0 || count < 0 || from > length - count) {
            throw new IllegalArgumentException(type + ": expected a span within an array of " + length
                    + " numbers, found " + count + " from number " + from);
        }
    }

    private static boolean readable(DType type) {
        return switch (type) {
            case F64, F32, BF16, F16 -> true;
            case I64, I32, I16, I8, U8, BOOL -> false;
            case Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, IQ4_NL -> true;
        };
    }

    static IllegalArgumentException unwritable(DType type) {
        return new IllegalArgumentException(
                type + ": expected a type numbers can be written as (F32, F16, BF16, Q8_0, Q4_0, Q4_K or Q6_K), found "
                        + type);
    }

    static void checkWriting(DType type, int inLength, int io, int count, MemorySegment out, long offset) {
        if (!writable(type)) {
            throw unwritable(type);
        }
        checkArray(type, inLength, io, count);
        if (count % type.blockElements() != 0) {
            throw new IllegalArgumentException(
                    type + ": expected whole blocks of " + type.blockElements() + " numbers to write, found " + count);
        }
        long bytes = type.bytes(count);
        if (offset < 0 || offset > out.byteSize() - bytes) {
            throw new IllegalArgumentException(type + ": expected room for " + bytes + " bytes, found " + out.byteSize()
                    + " bytes to be written from byte " + offset);
        }
        if (out.isReadOnly()) {
            throw new IllegalArgumentException(type + ": expected bytes that can be written, found read-only ones");
        }
    }

    /** Refuses what a quantised block cannot hold. */
    static void checkNumbers(DType type, float[] in, int io, int count) {
        float largest = largest(type);
        for (int i = io; i < io + count; i++) {
            if (!(Math.abs(in[i]) <= largest)) {
                throw new IllegalArgumentException(type + ": expected finite numbers up to " + largest
                        + " in size, found " + in[i] + " at number " + (i - io) + "; store the tensor as BF16 or F32");
            }
        }
    }

    /** What the largest F16 scale surely reaches, whichever way a search puts the steps. */
    private static float largest(DType type) {
        return switch (type) {
            case Q8_0 -> 127 * LARGEST_F16;
            case Q4_0 -> 8 * LARGEST_F16;
            case Q4_K -> 32 * LARGEST_F16; // the largest of the 63 multiples of dmin, with room for a shifted minimum
            case Q6_K -> 30 * 128 * LARGEST_F16; // -32.9 … 31 steps of 128 multiples of d
            default -> throw unwritable(type);
        };
    }

    private static boolean writable(DType type) {
        return switch (type) {
            case F32, BF16, F16, Q8_0, Q4_0, Q4_K, Q6_K -> true;
            default -> false;
        };
    }
}
