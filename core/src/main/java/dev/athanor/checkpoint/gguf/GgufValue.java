package dev.athanor.checkpoint.gguf;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One metadata value. Texts and arrays keep the bytes of the file, little-endian, and are read when asked for, so that
 * a file costs no heap before somebody uses it.
 */
public sealed interface GgufValue {
    /** The kind under which the value is stored. */
    GgufType type();

    /** A whole number; of UINT64, the bits. */
    record Whole(GgufType type, long value) implements GgufValue {
        public Whole {
            if (!type.whole()) {
                throw new IllegalArgumentException("metadata: expected a type of whole numbers, found " + type);
            }
        }

        /** The number in decimal. */
        @Override
        public String toString() {
            return type == GgufType.UINT64 ? Long.toUnsignedString(value) : Long.toString(value);
        }
    }

    /** A floating-point number. */
    record Real(GgufType type, double value) implements GgufValue {
        public Real {
            if (type != GgufType.FLOAT32 && type != GgufType.FLOAT64) {
                throw new IllegalArgumentException("metadata: expected a floating-point type, found " + type);
            }
        }

        /** The shortest decimal that stands for the number in its type. */
        @Override
        public String toString() {
            return type == GgufType.FLOAT32 ? Float.toString((float) value) : Double.toString(value);
        }
    }

    /** Yes or no. */
    record Flag(boolean value) implements GgufValue {
        @Override
        public GgufType type() {
            return GgufType.BOOL;
        }

        @Override
        public String toString() {
            return Boolean.toString(value);
        }
    }

    /**
     * A text.
     *
     * @param utf8 its bytes
     */
    record Text(MemorySegment utf8) implements GgufValue {
        @Override
        public GgufType type() {
            return GgufType.STRING;
        }

        /** The text itself. */
        public String text() {
            return new String(utf8.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
        }

        @Override
        public String toString() {
            return "text of " + utf8.byteSize() + " bytes";
        }
    }

    /**
     * Values of one type in a row.
     *
     * @param element anything but ARRAY
     * @param count how many
     * @param bytes all of them; texts each with a length of 8 bytes before it
     */
    record Array(GgufType element, long count, MemorySegment bytes) implements GgufValue {
        private static final ValueLayout.OfLong LENGTH =
                ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

        @Override
        public GgufType type() {
            return GgufType.ARRAY;
        }

        /**
         * The texts of an array of STRING.
         *
         * @throws IndexOutOfBoundsException when the file was changed since it was checked
         */
        public List<String> texts() {
            require(GgufType.STRING);
            List<String> texts = new ArrayList<>(Math.toIntExact(count));
            long at = 0;
            for (long i = 0; i < count; i++) {
                long length = bytes.get(LENGTH, at);
                byte[] utf8 = bytes.asSlice(at + Long.BYTES, length).toArray(ValueLayout.JAVA_BYTE);
                texts.add(new String(utf8, StandardCharsets.UTF_8));
                at += Long.BYTES + length;
            }
            return texts;
        }

        /** The numbers of an array of FLOAT32. */
        public float[] floats() {
            require(GgufType.FLOAT32);
            return bytes.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN));
        }

        /** The numbers of an array of INT32 or UINT32. */
        public int[] wholes() {
            if (element != GgufType.UINT32) {
                require(GgufType.INT32);
            }
            return bytes.toArray(ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN));
        }

        private void require(GgufType wanted) {
            if (element != wanted) {
                throw new IllegalStateException("metadata: expected an array of " + wanted + ", found " + element);
            }
        }

        @Override
        public String toString() {
            return "array of " + count + " " + element;
        }
    }

    /** A whole number of 0 to 2^32 - 1 as UINT32, the usual kind. */
    static GgufValue of(int value) {
        return new Whole(GgufType.UINT32, value);
    }

    /** A number as FLOAT32, the usual kind. */
    static GgufValue of(double value) {
        return new Real(GgufType.FLOAT32, (float) value);
    }

    static GgufValue of(boolean value) {
        return new Flag(value);
    }

    static GgufValue of(String text) {
        return new Text(MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** An array of texts. */
    static GgufValue of(List<String> texts) {
        List<byte[]> all =
                texts.stream().map(t -> t.getBytes(StandardCharsets.UTF_8)).toList();
        int size = all.stream().mapToInt(b -> b.length + Long.BYTES).reduce(0, Math::addExact);
        ByteBuffer out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        all.forEach(b -> out.putLong(b.length).put(b));
        return new Array(GgufType.STRING, all.size(), MemorySegment.ofArray(out.array()));
    }

    /** An array of FLOAT32. */
    static GgufValue of(float[] numbers) {
        ByteBuffer out = ByteBuffer.allocate(Math.multiplyExact(numbers.length, Float.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        out.asFloatBuffer().put(numbers);
        return new Array(GgufType.FLOAT32, numbers.length, MemorySegment.ofArray(out.array()));
    }

    /** An array of INT32. */
    static GgufValue of(int[] numbers) {
        ByteBuffer out = ByteBuffer.allocate(Math.multiplyExact(numbers.length, Integer.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        out.asIntBuffer().put(numbers);
        return new Array(GgufType.INT32, numbers.length, MemorySegment.ofArray(out.array()));
    }
}
