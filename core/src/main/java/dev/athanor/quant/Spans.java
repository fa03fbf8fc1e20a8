package dev.athanor.quant;

import dev.athanor.tensor.DType;
import java.lang.foreign.MemorySegment;

/** What is checked before numbers are read or written. */
final class Spans {
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
}
