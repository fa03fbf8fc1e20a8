package dev.athanor.quant;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Numbers as all formats of this package store them: little-endian, at any address. */
final class LittleEndian {
    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private LittleEndian() {}

    /** The byte at {@code at} as -128 … 127. */
    static int signed(MemorySegment bytes, long at) {
        return bytes.get(ValueLayout.JAVA_BYTE, at);
    }

    /** The byte at {@code at} as 0 … 255. */
    static int unsigned(MemorySegment bytes, long at) {
        return bytes.get(ValueLayout.JAVA_BYTE, at) & 0xff;
    }

    /** The F16 at {@code at}. */
    static float half(MemorySegment bytes, long at) {
        return Halves.fromF16(bytes.get(SHORT, at));
    }

    /**
     * Reads a byte for the sake of reading it. Where a page of a mapped file is gone because somebody has cut the file,
     * HotSpot throws an error in compiled code that contains an ordinary read of a segment; code with nothing but
     * vector loads would end the process. The compiler removes the read and remembers, of the whole method, that it was
     * there: once in front of a loop is enough, and checking it at every step took a quarter of a product's time.
     */
    static void touch(MemorySegment bytes, long at) {
        bytes.get(ValueLayout.JAVA_BYTE, at);
    }

    static void putByte(MemorySegment out, long at, int value) {
        out.set(ValueLayout.JAVA_BYTE, at, (byte) value);
    }
}
