package dev.athanor.checkpoint;

import dev.athanor.tensor.DType;
import dev.athanor.tensor.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * A safetensors file, mapped into memory (format: huggingface/safetensors README). Strict: every size is checked before anything is
 * read, tensors fill the data section without holes or overlaps, and nothing follows the last one.
 */
public final class Safetensors implements AutoCloseable {
    /** Longest header the format allows. */
    static final long MAX_HEADER = 100_000_000;

    private static final int MAX_RANK = 8;

    private final Path path;
    private final Arena arena;
    private final MemorySegment file;
    private final Map<String, TensorEntry> entries;
    private final Map<String, String> metadata;

    private Safetensors(
            Path path, Arena arena, MemorySegment file, Map<String, TensorEntry> entries, Map<String, String> metadata) {
        this.path = path;
        this.arena = arena;
        this.file = file;
        this.entries = Collections.unmodifiableMap(entries);
        this.metadata = Collections.unmodifiableMap(metadata);
    }

    /**
     * Maps and checks a file.
     *
     * @throws ModelFormatException when it is not a well-formed safetensors file
     * @throws UncheckedIOException when it cannot be read
     */
    @SuppressWarnings("MustBeClosedChecker") // the file returned owns the arena and closes it
    public static Safetensors open(Path path) {
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size < 8) {
                throw new ModelFormatException(
                        path + ": expected a safetensors file of at least 8 bytes, found " + size + "; copy it again");
            }
            MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
            return new Reader(path, arena, file).read();
        } catch (IOException e) {
            arena.close();
            throw new UncheckedIOException(path + ": cannot be read: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    /** Parses one header. */
    private static final class Reader {
        private final Path path;
        private final Arena arena;
        private final MemorySegment file;

        Reader(Path path, Arena arena, MemorySegment file) {
            this.path = path;
            this.arena = arena;
            this.file = file;
        }

        Safetensors read() {
            long length = file.get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 0);
            if (length < 2 || length > MAX_HEADER || length > file.byteSize() - 8) {
                throw fail("a header length between 2 and " + Math.min(MAX_HEADER, file.byteSize() - 8), String.valueOf(length), 0);
            }
            JsonNode header = header((int) length);
            Map<String, String> metadata = new LinkedHashMap<>();
            List<TensorEntry> entries = new ArrayList<>();
            for (Map.Entry<String, JsonNode> field : header.properties()) {
                if (field.getKey().equals("__metadata__")) {
                    readMetadata(field.getValue(), metadata);
                } else {
                    entries.add(entry(field.getKey(), field.getValue(), 8 + length));
                }
            }
            entries.sort(Comparator.comparingLong(TensorEntry::begin).thenComparingLong(TensorEntry::bytes));
            long at = 8 + length;
            Map<String, TensorEntry> byName = new LinkedHashMap<>();
            for (TensorEntry e : entries) {
                if (e.begin() != at) {
                    throw fail("tensor " + e.name() + " to begin where the one before ends, at byte " + at, "byte " + e.begin(), at);
                }
                at = e.begin() + e.bytes();
                byName.put(e.name(), e);
            }
            if (at != file.byteSize()) {
                throw fail("the file to end with its last tensor at byte " + at, file.byteSize() + " bytes; copy it again", at);
            }
            return new Safetensors(path, arena, file, byName, metadata);
        }

        private JsonNode header(int length) {
            byte[] bytes = file.asSlice(8, length).toArray(ValueLayout.JAVA_BYTE);
            if (bytes[0] != '{') {
                throw fail("the header to begin with {", "byte " + (bytes[0] & 0xff), 8);
            }
            try {
                String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
                return StrictJson.object(text.stripTrailing(), path + " header");
            } catch (CharacterCodingException e) {
                throw new ModelFormatException(path + ": expected a header in UTF-8, found bytes that are not", e);
            }
        }

        private void readMetadata(JsonNode node, Map<String, String> metadata) {
            if (!node.isObject()) {
                throw fail("__metadata__ to be an object", node.getNodeType().toString(), 8);
            }
            for (Map.Entry<String, JsonNode> e : node.properties()) {
                if (!e.getValue().isString()) {
                    throw fail("__metadata__ entry " + e.getKey() + " to be a string", e.getValue().getNodeType().toString(), 8);
                }
                metadata.put(e.getKey(), e.getValue().asString());
            }
        }

        private TensorEntry entry(String name, JsonNode node, long data) {
            if (!node.isObject() || node.size() != 3) {
                throw fail("tensor " + name + " to have exactly dtype, shape and data_offsets", node.toString(), 8);
            }
            DType dtype = dtype(name, node.path("dtype"));
            JsonNode dims = node.path("shape");
            if (!dims.isArray() || dims.size() > MAX_RANK) {
                throw fail("tensor " + name + " to have a shape of at most " + MAX_RANK + " sizes", dims.toString(), 8);
            }
            int[] sizes = new int[dims.size()];
            for (int i = 0; i < sizes.length; i++) {
                sizes[i] = (int) whole(name, dims.get(i), Integer.MAX_VALUE);
            }
            JsonNode offsets = node.path("data_offsets");
            if (!offsets.isArray() || offsets.size() != 2) {
                throw fail("tensor " + name + " to have two data_offsets", offsets.toString(), 8);
            }
            long begin = whole(name, offsets.get(0), file.byteSize());
            long end = whole(name, offsets.get(1), file.byteSize());
            long bytes;
            Shape shape;
            try {
                shape = Shape.of(sizes);
                bytes = Math.multiplyExact(shape.elements(), (long) dtype.bytes());
            } catch (ArithmeticException e) {
                throw new ModelFormatException(path + ": tensor " + name + ": the product of its sizes " + dims
                        + " is larger than any file", e);
            }
            if (end - begin != bytes) {
                throw fail("tensor " + name + " of " + dtype + " " + shape + " to take " + bytes + " bytes", (end - begin) + " bytes", 8);
            }
            if (data + end > file.byteSize()) {
                throw fail("tensor " + name + " to end inside the file of " + file.byteSize() + " bytes", "byte " + (data + end), 8);
            }
            return new TensorEntry(name, dtype, shape, data + begin, bytes);
        }

        private DType dtype(String name, JsonNode node) {
            try {
                return DType.valueOf(node.asString(""));
            } catch (IllegalArgumentException e) {
                throw new ModelFormatException(path + ": tensor " + name + ": expected a dtype Athanor reads (F64, F32, BF16, F16, I64, "
                        + "I32, I16, I8, U8, BOOL), found " + node, e);
            }
        }

        private long whole(String name, JsonNode node, long max) {
            if (!node.isIntegralNumber() || !node.canConvertToLong() || node.asLong() < 0 || node.asLong() > max) {
                throw fail("tensor " + name + " to have whole numbers between 0 and " + max, node.toString(), 8);
            }
            return node.asLong();
        }

        private ModelFormatException fail(String expected, String found, long at) {
            return new ModelFormatException(path + ": expected " + expected + ", found " + found + " (at byte " + at + ")");
        }
    }

    public Path path() {
        return path;
    }

    /** All tensors in the order they lie in the file. */
    public Map<String, TensorEntry> entries() {
        return entries;
    }

    public Map<String, String> metadata() {
        return metadata;
    }

    /** The entry called {@code name}. */
    public TensorEntry entry(String name) {
        TensorEntry entry = entries.get(name);
        if (entry == null) {
            throw new ModelFormatException(path + ": expected a tensor called " + name + ", found none");
        }
        return entry;
    }

    /** The bytes of a tensor; a view that lives until this file is closed. */
    public MemorySegment bytes(String name) {
        TensorEntry e = entry(name);
        return file.asSlice(e.begin(), e.bytes());
    }

    /** A floating-point tensor as F32. BF16 and F16 are exact; F64 is rounded. */
    public float[] readFloats(String name) {
        TensorEntry e = entry(name);
        float[] out = new float[Math.toIntExact(e.shape().elements())];
        MemorySegment bytes = bytes(name);
        switch (e.dtype()) {
            case F32 -> MemorySegment.copy(bytes, ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 0, out, 0, out.length);
            case BF16 -> {
                for (int i = 0; i < out.length; i++) {
                    out[i] = Float.intBitsToFloat(shortAt(bytes, i) << 16);
                }
            }
            case F16 -> {
                for (int i = 0; i < out.length; i++) {
                    out[i] = Float.float16ToFloat(shortAt(bytes, i));
                }
            }
            case F64 -> {
                for (int i = 0; i < out.length; i++) {
                    out[i] = (float) bytes.get(ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 8L * i);
                }
            }
            default -> throw new ModelFormatException(
                    path + ": tensor " + name + ": expected floating-point numbers, found " + e.dtype());
        }
        return out;
    }

    private static short shortAt(MemorySegment bytes, int i) {
        return bytes.get(ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 2L * i);
    }

    /** A tensor of I64 or I32. */
    public long[] readLongs(String name) {
        TensorEntry e = entry(name);
        long[] out = new long[Math.toIntExact(e.shape().elements())];
        MemorySegment bytes = bytes(name);
        for (int i = 0; i < out.length; i++) {
            out[i] = switch (e.dtype()) {
                case I64 -> bytes.get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 8L * i);
                case I32 -> bytes.get(ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 4L * i);
                default -> throw new ModelFormatException(
                        path + ": tensor " + name + ": expected I64 or I32, found " + e.dtype());
            };
        }
        return out;
    }

    @Override
    public void close() {
        arena.close();
    }
}
