package dev.athanor.checkpoint.gguf;

import dev.athanor.checkpoint.ModelFormatException;
import dev.athanor.checkpoint.Quote;
import dev.athanor.checkpoint.TensorEntry;
import dev.athanor.tensor.DType;
import dev.athanor.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Everything before the numbers of a GGUF file: magic, version, metadata and where the tensors lie. */
final class GgufHeader {
    static final int MAGIC = 'G' | 'G' << 8 | 'U' << 16 | 'F' << 24;
    static final String ALIGNMENT = "general.alignment";
    static final int DEFAULT_ALIGNMENT = 32;
    static final int LONGEST_TENSOR_NAME = 63;
    static final int LONGEST_KEY = 65_535;

    private static final int LEAST_BYTES = 24;
    private static final int LEAST_KEY_BYTES = 8 + 1 + 4 + 1;
    private static final int LEAST_TENSOR_BYTES = 8 + 1 + 4 + 8 + 4 + 8;
    private static final int MOST_ALIGNMENT = 1 << 16;
    private static final int MOST_RANK = 4;

    /**
     * A header.
     *
     * @param entries tensors in the order they lie in the file
     */
    record Contents(int version, Map<String, GgufValue> metadata, Map<String, TensorEntry> entries, int alignment) {}

    private final GgufCursor in;
    private final GgufLimits limits;
    private final long fileBytes;
    private int keyBytes;

    private GgufHeader(Path path, MemorySegment file, GgufLimits limits) {
        this.in = new GgufCursor(path, file);
        this.limits = limits;
        this.fileBytes = file.byteSize();
    }

    static Contents parse(Path path, MemorySegment file, GgufLimits limits) {
        if (file.byteSize() < LEAST_BYTES) {
            throw new ModelFormatException(path + ": expected at least " + LEAST_BYTES
                    + " bytes of magic, version and counts, found a file of " + file.byteSize());
        }
        return new GgufHeader(path, file, limits).read();
    }

    private Contents read() {
        int magic = in.int32("the magic");
        if (magic != MAGIC) {
            throw in.fail("the four letters GGUF", String.format("0x%08x", Integer.reverseBytes(magic)), 0);
        }
        int version = version();
        int tensors = count("tensors", limits.tensors(), LEAST_TENSOR_BYTES, 0);
        int keys = count("metadata entries", limits.keys(), LEAST_KEY_BYTES, (long) tensors * LEAST_TENSOR_BYTES);
        Map<String, GgufValue> metadata = new LinkedHashMap<>();
        for (int i = 0; i < keys; i++) {
            entry(metadata);
        }
        int alignment = alignment(metadata);
        return new Contents(version, metadata, tensors(tensors, alignment), alignment);
    }

    private int version() {
        int version = in.int32("the version");
        if (version == 2 || version == 3) {
            return version;
        }
        int swapped = Integer.reverseBytes(version);
        if (swapped == 2 || swapped == 3) {
            throw in.fail(
                    "a little-endian file",
                    "version " + swapped + " with its bytes reversed: the file is big-endian; convert it again on a "
                            + "little-endian machine",
                    4);
        }
        throw in.fail("GGUF version 2 or 3", Integer.toUnsignedString(version), 4);
    }

    private int count(String what, int most, int leastBytes, long reserved) {
        long begin = in.at();
        long count = in.int64("the number of " + what);
        if (count < 0 || count > most) {
            throw in.fail("at most " + most + " " + what, Long.toUnsignedString(count), begin);
        }
        if (count * leastBytes + reserved > in.left()) {
            throw in.fail(
                    "room for " + count + " " + what + " of at least " + leastBytes + " bytes each",
                    in.left() + " bytes left in the file of " + fileBytes + "; is it complete?",
                    begin);
        }
        return (int) count;
    }

    private void entry(Map<String, GgufValue> metadata) {
        long begin = in.at();
        MemorySegment bytes = in.text("a metadata key", 1, LONGEST_KEY);
        keyBytes += (int) bytes.byteSize();
        if (keyBytes > limits.keyBytes()) {
            throw in.fail("at most " + limits.keyBytes() + " bytes of metadata keys", keyBytes + " up to here", begin);
        }
        String key = string(bytes);
        if (!isKey(key)) {
            throw in.fail("a metadata key of letters, digits, _ and - in parts joined by dots", Quote.of(key), begin);
        }
        if (metadata.containsKey(key)) {
            throw in.fail("every metadata key once", "a second " + Quote.of(key), begin);
        }
        metadata.put(key, value(key));
    }

    static boolean isKey(String key) {
        boolean dot = true; // an empty part is as wrong in front as in the middle
        for (int i = 0; i < key.length(); i++) {
            char c = key.charAt(i);
            boolean letter =
                    c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-';
            if (!letter && (c != '.' || dot)) {
                return false;
            }
            dot = c == '.';
        }
        return !dot;
    }

    private static String string(MemorySegment utf8) {
        return new String(utf8.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }

    private GgufType type(String what) {
        long begin = in.at();
        int id = in.int32(what + "'s type");
        return GgufType.of(id)
                .orElseThrow(() -> in.fail(what + " to have a type of 0 to 12", Integer.toUnsignedString(id), begin));
    }

    private GgufValue value(String key) {
        String what = "key " + Quote.of(key);
        GgufType type = type(what);
        return switch (type) {
            case UINT8 -> new GgufValue.Whole(type, Byte.toUnsignedLong(in.int8(what)));
            case INT8 -> new GgufValue.Whole(type, in.int8(what));
            case UINT16 -> new GgufValue.Whole(type, Short.toUnsignedLong(in.int16(what)));
            case INT16 -> new GgufValue.Whole(type, in.int16(what));
            case UINT32 -> new GgufValue.Whole(type, Integer.toUnsignedLong(in.int32(what)));
            case INT32 -> new GgufValue.Whole(type, in.int32(what));
            case UINT64, INT64 -> new GgufValue.Whole(type, in.int64(what));
            case FLOAT32 -> new GgufValue.Real(type, Float.intBitsToFloat(in.int32(what)));
            case FLOAT64 -> new GgufValue.Real(type, Double.longBitsToDouble(in.int64(what)));
            case BOOL -> new GgufValue.Flag(truth(what));
            case STRING -> new GgufValue.Text(in.text(what, 0, limits.textBytes()));
            case ARRAY -> array(what);
        };
    }

    private boolean truth(String what) {
        long begin = in.at();
        byte value = in.int8(what);
        if (value != 0 && value != 1) {
            throw in.fail(what + " to be 0 or 1, as BOOL is", String.valueOf(value & 0xff), begin);
        }
        return value == 1;
    }

    private GgufValue array(String what) {
        long begin = in.at();
        GgufType element = type(what + " (an array)");
        if (element == GgufType.ARRAY) {
            throw in.fail(what + " to be an array of plain values", "an array of arrays", begin);
        }
        long countAt = in.at();
        long count = in.int64(what + "'s number of elements");
        int least = element == GgufType.STRING ? Long.BYTES : element.bytes();
        long most = Math.min(limits.arrayElements(), in.left() / least);
        if (count < 0 || count > most) {
            throw in.fail(
                    what + " to have at most " + most + " elements of " + element,
                    Long.toUnsignedString(count),
                    countAt);
        }
        long first = in.at();
        switch (element) {
            case STRING -> {
                for (long i = 0; i < count; i++) {
                    in.text(what + " (an array)", 0, limits.textBytes());
                }
            }
            case BOOL -> {
                for (long i = 0; i < count; i++) {
                    truth(what);
                }
            }
            default -> in.slice(count * element.bytes(), what);
        }
        return new GgufValue.Array(element, count, in.since(first));
    }

    private int alignment(Map<String, GgufValue> metadata) {
        GgufValue value = metadata.get(ALIGNMENT);
        if (value == null) {
            return DEFAULT_ALIGNMENT;
        }
        if (value instanceof GgufValue.Whole whole
                && whole.type() == GgufType.UINT32
                && whole.value() >= 8
                && whole.value() <= MOST_ALIGNMENT
                && Long.bitCount(whole.value()) == 1) {
            return (int) whole.value();
        }
        throw in.fail(
                "key " + ALIGNMENT + " to be a UINT32 power of two between 8 and " + MOST_ALIGNMENT,
                value.type() + " " + value);
    }

    /** Entries with places counted from the start of the file. */
    private Map<String, TensorEntry> tensors(int count, int alignment) {
        Map<String, TensorEntry> relative = new LinkedHashMap<>();
        List<Long> places = new ArrayList<>();
        long next = 0;
        for (int i = 0; i < count; i++) {
            places.add(in.at());
            TensorEntry entry = tensor(relative, next, alignment);
            relative.put(entry.name(), entry);
            next = padded(entry.begin() + entry.bytes(), alignment);
        }
        long start = padded(in.at(), alignment);
        long end = in.at();
        Map<String, TensorEntry> entries = new LinkedHashMap<>();
        int i = 0;
        for (TensorEntry e : relative.values()) {
            long begin = start + e.begin();
            if (begin > fileBytes || e.bytes() > fileBytes - begin) {
                throw in.fail(
                        "tensor " + Quote.of(e.name()) + " to end within the " + fileBytes + " bytes of the file",
                        e.dtype() + " " + e.shape() + " of " + e.bytes() + " bytes at byte " + begin
                                + "; is the file complete? Its entry lies",
                        places.get(i));
            }
            end = begin + e.bytes();
            entries.put(e.name(), new TensorEntry(e.name(), e.dtype(), e.shape(), begin, e.bytes()));
            i++;
        }
        if (fileBytes > padded(end, alignment)) {
            throw in.fail(
                    "the file to end with its last tensor at byte " + padded(end, alignment),
                    "more, up to byte " + fileBytes + ", beginning",
                    padded(end, alignment));
        }
        return entries;
    }

    private TensorEntry tensor(Map<String, TensorEntry> before, long next, int alignment) {
        long begin = in.at();
        String name = string(in.text("a tensor name", 1, LONGEST_TENSOR_NAME));
        if (before.containsKey(name)) {
            throw in.fail("every tensor once", "a second " + Quote.of(name), begin);
        }
        String what = "tensor " + Quote.of(name);
        Shape shape = shape(what);
        DType type = tensorType(what);
        if (shape.dim(-1) % type.blockElements() != 0) {
            throw in.fail(
                    what + " to have rows of whole blocks of " + type.blockElements() + " numbers (" + type + ")",
                    "rows of " + shape.dim(-1),
                    begin);
        }
        long bytes;
        long end;
        try {
            bytes = type.bytes(shape.elements());
            end = Math.addExact(Math.addExact(next, bytes), MOST_ALIGNMENT);
        } catch (ArithmeticException e) {
            throw in.fail(what + " to be smaller than 2^63 bytes", type + " " + shape, begin);
        }
        long offsetAt = in.at();
        long offset = in.int64(what + "'s offset");
        if (offset < 0 || end < 0 || offset % alignment != 0) {
            throw in.fail(
                    what + " to begin at a multiple of the alignment " + alignment,
                    "offset " + Long.toUnsignedString(offset),
                    offsetAt);
        }
        if (offset != next) {
            throw in.fail(
                    what + " to begin at offset " + next + ", where the one before ends",
                    "offset " + offset + (offset > next ? " (a hole lies between)" : " (they overlap)"),
                    offsetAt);
        }
        return new TensorEntry(name, type, shape, offset, bytes);
    }

    /** The file counts dimensions from the innermost, Athanor from the outermost. */
    private Shape shape(String what) {
        long begin = in.at();
        int rank = in.int32(what + "'s number of dimensions");
        if (rank < 1 || rank > MOST_RANK) {
            throw in.fail(what + " to have 1 to 4 dimensions", Integer.toUnsignedString(rank), begin);
        }
        int[] dims = new int[rank];
        for (int i = 0; i < rank; i++) {
            long dimAt = in.at();
            long dim = in.int64(what + "'s dimensions");
            if (dim < 1 || dim > Integer.MAX_VALUE) {
                throw in.fail(
                        what + " to have dimensions of 1 to " + Integer.MAX_VALUE, Long.toUnsignedString(dim), dimAt);
            }
            dims[rank - 1 - i] = (int) dim;
        }
        try {
            return Shape.of(dims);
        } catch (ArithmeticException e) {
            throw in.fail(what + " to have fewer than 2^63 numbers", java.util.Arrays.toString(dims), begin);
        }
    }

    private DType tensorType(String what) {
        long begin = in.at();
        int id = in.int32(what + "'s type");
        return GgmlTypes.of(id)
                .orElseThrow(() -> in.fail(
                        what
                                + " to be of a type Athanor reads (F32, F16, BF16, F64, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q2_K "
                                + "to Q6_K, IQ4_NL)",
                        "type " + GgmlTypes.unread(id),
                        begin));
    }

    static long padded(long bytes, int alignment) {
        return Math.addExact(bytes, alignment - 1L) / alignment * alignment;
    }
}
