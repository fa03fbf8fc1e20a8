package dev.athanor.checkpoint;

import dev.athanor.tensor.DType;
import dev.athanor.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Reads the JSON header of a safetensors file token by token, so that memory follows the number of tensors and not what
 * else a hostile header nests, and checks what the format promises: known types, exact sizes, tensors side by side from
 * the first data byte to the last.
 */
final class SafetensorsHeader {
    /** Bytes before the header: its length as a little-endian u64. */
    static final int PREFIX = 8;

    /** The format has no quantised types. */
    private static final List<DType> TYPES =
            Arrays.stream(DType.values()).filter(type -> !type.quantised()).toList();

    private static final String METADATA = "__metadata__";

    private final Path path;
    private final Limits limits;
    private final long fileSize;
    private final long dataStart;
    private final JsonParser parser;
    private final Map<String, TensorEntry> entries = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private boolean metadataSeen;

    /** What a header says; entries in the order their bytes lie in the file. */
    record Contents(Map<String, TensorEntry> entries, Map<String, String> metadata) {}

    private SafetensorsHeader(Path path, byte[] json, long fileSize, Limits limits, JsonParser parser) {
        this.path = path;
        this.limits = limits;
        this.fileSize = fileSize;
        this.dataStart = PREFIX + (long) json.length;
        this.parser = parser;
    }

    /** Reads and checks the header {@code json} of a file of {@code fileSize} bytes. */
    static Contents parse(Path path, byte[] json, long fileSize, Limits limits) {
        if (json[0] != '{') {
            throw new ModelFormatException(path + ": expected the header to begin with {, found byte "
                    + (json[0] & 0xff) + " at byte " + PREFIX + "; is this a safetensors file?");
        }
        requireUtf8(path, json);
        try (JsonParser parser = StrictJson.headerParser(json)) {
            SafetensorsHeader header = new SafetensorsHeader(path, json, fileSize, limits, parser);
            header.readObject();
            header.requirePadding(json);
            return new Contents(header.inFileOrder(), header.metadata);
        } catch (JacksonException | IllegalStateException e) {
            throw new ModelFormatException(
                    path + ": expected a header of JSON, found text that is not: " + StrictJson.reason(e), e);
        }
    }

    private static void requireUtf8(Path path, byte[] json) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(json);
        CharBuffer out = CharBuffer.allocate(8192);
        CoderResult result;
        do {
            out.clear();
            result = decoder.decode(in, out, true);
        } while (result.isOverflow());
        if (result.isError()) {
            throw new ModelFormatException(path + ": expected a header in UTF-8, found bytes that are not at byte "
                    + (PREFIX + in.position()));
        }
    }

    private void readObject() {
        parser.nextToken();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (name.equals(METADATA)) {
                readMetadata(value);
                continue;
            }
            if (entries.size() == limits.tensors()) {
                throw fail("at most " + limits.tensors() + " tensors", "more");
            }
            if (entries.put(name, readTensor(name, value)) != null) {
                throw fail("every tensor once", "a second " + Quote.of(name));
            }
        }
    }

    private void readMetadata(JsonToken value) {
        if (metadataSeen) {
            throw fail("__metadata__ once", "a second one");
        }
        metadataSeen = true;
        if (value != JsonToken.START_OBJECT) {
            throw fail("__metadata__ to be an object of strings", found(value));
        }
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            JsonToken token = parser.nextToken();
            if (token != JsonToken.VALUE_STRING) {
                throw fail("__metadata__ entry " + Quote.of(name) + " to be a string", found(token));
            }
            if (metadata.size() == limits.metadataEntries()) {
                throw fail("at most " + limits.metadataEntries() + " entries in __metadata__", "more");
            }
            if (metadata.put(name, parser.getString()) != null) {
                throw fail("every entry of __metadata__ once", "a second " + Quote.of(name));
            }
        }
    }

    private TensorEntry readTensor(String name, JsonToken value) {
        if (value != JsonToken.START_OBJECT) {
            throw fail(tensor(name) + " to be an object with dtype, shape and data_offsets", found(value));
        }
        DType dtype = null;
        long[] shape = null;
        long[] offsets = null;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String field = parser.currentName();
            JsonToken token = parser.nextToken();
            switch (field) {
                case "dtype" -> {
                    once(name, field, dtype);
                    dtype = dtype(name, token);
                }
                case "shape" -> {
                    once(name, field, shape);
                    shape = wholes(name, field, token, limits.rank(), Integer.MAX_VALUE);
                }
                case "data_offsets" -> {
                    once(name, field, offsets);
                    offsets = wholes(name, field, token, 2, Long.MAX_VALUE);
                }
                default ->
                    throw fail(
                            tensor(name) + " to have only dtype, shape and data_offsets", "a field " + Quote.of(field));
            }
        }
        if (dtype == null || shape == null || offsets == null) {
            String missing = dtype == null ? "dtype" : shape == null ? "shape" : "data_offsets";
            throw fail(tensor(name) + " to have dtype, shape and data_offsets", "no " + missing);
        }
        return entry(name, dtype, shape, offsets);
    }

    private TensorEntry entry(String name, DType dtype, long[] dims, long[] offsets) {
        if (offsets.length != 2) {
            throw fail(
                    tensor(name) + " to have two data_offsets, its first byte and the byte after its last",
                    offsets.length + " numbers");
        }
        long bytes = dtype.blockBytes();
        int[] sizes = new int[dims.length];
        try {
            for (int i = 0; i < sizes.length; i++) {
                sizes[i] = (int) dims[i];
                bytes = Math.multiplyExact(bytes, dims[i]);
            }
        } catch (ArithmeticException e) {
            throw new ModelFormatException(
                    path + ": expected " + tensor(name) + " to be smaller than 2^63 bytes, found " + dtype + " "
                            + Arrays.toString(dims),
                    e);
        }
        if (offsets[1] < offsets[0]) {
            throw fail(tensor(name) + " to end after it begins", "data_offsets " + Arrays.toString(offsets));
        }
        if (offsets[1] - offsets[0] != bytes) {
            throw fail(
                    tensor(name) + " of " + dtype + " " + Arrays.toString(sizes) + " to take " + bytes + " bytes",
                    (offsets[1] - offsets[0]) + " between its data_offsets");
        }
        if (offsets[1] > fileSize - dataStart) {
            throw fail(
                    tensor(name) + " to end within the " + (fileSize - dataStart) + " data bytes of the file",
                    "data_offsets " + Arrays.toString(offsets) + "; is the file complete?");
        }
        return new TensorEntry(name, dtype, Shape.of(sizes), dataStart + offsets[0], bytes);
    }

    private void once(String name, String field, @Nullable Object before) {
        if (before != null) {
            throw fail(tensor(name) + " to have one " + field, "a second one");
        }
    }

    private DType dtype(String name, JsonToken token) {
        if (token != JsonToken.VALUE_STRING) {
            throw fail(tensor(name) + " to have a string as dtype", found(token));
        }
        String text = parser.getString();
        for (DType dtype : TYPES) {
            if (dtype.name().equals(text)) {
                return dtype;
            }
        }
        throw fail(tensor(name) + " to have one of the dtypes " + TYPES.toString(), Quote.of(text));
    }

    private long[] wholes(String name, String field, JsonToken token, int most, long largest) {
        if (token != JsonToken.START_ARRAY) {
            throw fail(tensor(name) + " to have an array as " + field, found(token));
        }
        long[] values = new long[most];
        int count = 0;
        for (JsonToken t = parser.nextToken(); t != JsonToken.END_ARRAY; t = parser.nextToken()) {
            if (count == most) {
                throw fail(tensor(name) + " to have at most " + most + " numbers in " + field, "more");
            }
            values[count++] = whole(name, field, t, largest);
        }
        return Arrays.copyOf(values, count);
    }

    private long whole(String name, String field, JsonToken token, long largest) {
        // -0, 1.0 and 1e3 are whole numbers too, but not as the format writes them, and readers disagree about them.
        String text = token == JsonToken.VALUE_NUMBER_INT ? parser.getString() : "-";
        if (text.charAt(0) == '-') {
            throw fail(tensor(name) + " to have whole numbers of at least 0 in " + field, found(token));
        }
        long value = text.length() > 19 ? -1 : parseOrMinusOne(text);
        if (value < 0 || value > largest) {
            throw fail(tensor(name) + " to have numbers of at most " + largest + " in " + field, Quote.of(text));
        }
        return value;
    }

    private static long parseOrMinusOne(String digits) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private void requirePadding(byte[] json) {
        for (int i = (int) parser.currentLocation().getByteOffset(); i < json.length; i++) {
            if (json[i] != ' ') {
                throw new ModelFormatException(
                        path + ": expected only spaces between the header and the data, found byte " + (json[i] & 0xff)
                                + " at byte " + (PREFIX + i));
            }
        }
    }

    /** The entries by place, after checking that they fill the data exactly: a hole could hide another file. */
    private Map<String, TensorEntry> inFileOrder() {
        List<TensorEntry> sorted = new ArrayList<>(entries.values());
        sorted.sort(Comparator.comparingLong(TensorEntry::begin).thenComparingLong(TensorEntry::bytes));
        long at = dataStart;
        Map<String, TensorEntry> ordered = new LinkedHashMap<>();
        for (TensorEntry e : sorted) {
            if (e.begin() != at) {
                throw new ModelFormatException(path + ": expected " + tensor(e.name())
                        + " to begin where the one before ends, at byte " + at + ", found it at byte " + e.begin()
                        + (e.begin() < at ? " (they overlap)" : " (a hole lies between)"));
            }
            at = e.begin() + e.bytes();
            ordered.put(e.name(), e);
        }
        if (at != fileSize) {
            throw new ModelFormatException(path + ": expected the file to end with its last tensor at byte " + at
                    + ", found " + fileSize + " bytes");
        }
        return ordered;
    }

    private static String tensor(String name) {
        return "tensor " + Quote.of(name);
    }

    private String found(@Nullable JsonToken token) {
        if (token == null) {
            return "the end of the header";
        }
        return switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            default -> Quote.of(parser.getString());
        };
    }

    private ModelFormatException fail(String expected, String found) {
        return new ModelFormatException(path + ": expected " + expected + ", found " + found + " at byte "
                + (PREFIX + parser.currentTokenLocation().getByteOffset()));
    }
}
