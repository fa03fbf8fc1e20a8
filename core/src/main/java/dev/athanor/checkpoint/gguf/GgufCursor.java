package dev.athanor.checkpoint.gguf;

import dev.athanor.checkpoint.ModelFormatException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Reads a file from front to back; nothing is read, and nothing allocated, before it is known to lie in the file. */
final class GgufCursor {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int CHUNK = 4096;

    private final Path path;
    private final MemorySegment file;
    private final CharsetDecoder utf8 = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    private final ByteBuffer encoded = ByteBuffer.allocate(CHUNK);
    private final CharBuffer decoded = CharBuffer.allocate(CHUNK);
    private long at;

    GgufCursor(Path path, MemorySegment file) {
        this.path = path;
        this.file = file;
    }

    long at() {
        return at;
    }

    long left() {
        return file.byteSize() - at;
    }

    byte int8(String what) {
        return file.get(ValueLayout.JAVA_BYTE, advance(Byte.BYTES, what));
    }

    short int16(String what) {
        return file.get(SHORT, advance(Short.BYTES, what));
    }

    int int32(String what) {
        return file.get(INT, advance(Integer.BYTES, what));
    }

    long int64(String what) {
        return file.get(LONG, advance(Long.BYTES, what));
    }

    /** The next {@code bytes} bytes, where they lie. */
    MemorySegment slice(long bytes, String what) {
        return file.asSlice(advance(bytes, what), bytes);
    }

    /** What lies from byte {@code from} to here. */
    MemorySegment since(long from) {
        return file.asSlice(from, at - from);
    }

    /** Moves on; returns where it was. */
    private long advance(long bytes, String what) {
        if (bytes < 0 || bytes > left()) {
            throw fail(
                    what + " of " + Long.toUnsignedString(bytes) + " bytes",
                    left() + " left in the file of " + file.byteSize() + "; is it complete?");
        }
        long before = at;
        at += bytes;
        return before;
    }

    /** A text: its length, then that many bytes of UTF-8. */
    MemorySegment text(String what, long least, long most) {
        long begin = at;
        long length = int64(what + "'s length");
        if (length < least || length > most || length > left()) {
            at = begin;
            throw fail(
                    what + " to be " + least + " to " + Math.max(least, Math.min(most, left() - Long.BYTES))
                            + " bytes long",
                    Long.toUnsignedString(length));
        }
        MemorySegment bytes = slice(length, what);
        requireUtf8(bytes, what, begin + Long.BYTES);
        return bytes;
    }

    private void requireUtf8(MemorySegment bytes, String what, long begin) {
        utf8.reset();
        encoded.clear();
        long done = 0;
        boolean last;
        do {
            int part = (int) Math.min(encoded.remaining(), bytes.byteSize() - done);
            MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, done, encoded.array(), encoded.position(), part);
            encoded.position(encoded.position() + part).flip();
            done += part;
            last = done == bytes.byteSize();
            boolean wrong = utf8.decode(encoded, decoded.clear(), last).isError();
            if (wrong) {
                at = begin + done - encoded.remaining();
                throw fail(what + " to be UTF-8", "bytes that are not");
            }
            encoded.compact();
        } while (!last);
    }

    /** A failure here. */
    ModelFormatException fail(String expected, String found) {
        return fail(expected, found, at);
    }

    ModelFormatException fail(String expected, String found, long where) {
        return new ModelFormatException(path + ": expected " + expected + ", found " + found + " at byte " + where);
    }
}
