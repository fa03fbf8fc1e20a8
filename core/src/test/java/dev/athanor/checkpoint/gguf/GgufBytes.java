package dev.athanor.checkpoint.gguf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** GGUF files written byte by byte, right or wrong, without the writer under test. */
final class GgufBytes {
    static final int U32 = 4;
    static final int F32 = 6;
    static final int BOOL = 7;
    static final int STRING = 8;
    static final int ARRAY = 9;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** A file with these counts and nothing else yet. */
    static GgufBytes file(long tensors, long keys) {
        return new GgufBytes().ascii("GGUF").i32(3).i64(tensors).i64(keys);
    }

    GgufBytes ascii(String text) {
        out.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    GgufBytes i8(int... values) {
        for (int value : values) {
            out.write(value);
        }
        return this;
    }

    GgufBytes i32(int value) {
        out.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
        return this;
    }

    GgufBytes i64(long value) {
        out.writeBytes(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array());
        return this;
    }

    GgufBytes text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        i64(bytes.length);
        out.writeBytes(bytes);
        return this;
    }

    /** A key and its type; the value follows. */
    GgufBytes key(String key, int type) {
        return text(key).i32(type);
    }

    GgufBytes u32(String key, int value) {
        return key(key, U32).i32(value);
    }

    /** A tensor's entry; dimensions innermost first. */
    GgufBytes tensor(String name, int type, long offset, long... dims) {
        text(name).i32(dims.length);
        for (long dim : dims) {
            i64(dim);
        }
        return i32(type).i64(offset);
    }

    /** Zeros up to a multiple of {@code alignment}. */
    GgufBytes pad(int alignment) {
        while (out.size() % alignment != 0) {
            out.write(0);
        }
        return this;
    }

    GgufBytes zeros(int count) {
        out.writeBytes(new byte[count]);
        return this;
    }

    byte[] bytes() {
        return out.toByteArray();
    }
}
