package dev.athanor.checkpoint;

import dev.athanor.tensor.DType;
import dev.athanor.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes safetensors, one tensor after the other in the order given, through a small buffer: memory does not grow with
 * the file.
 *
 * <p>A number that is NaN or infinite, or would be in the type it is stored as, stops the writing.
 */
public final class SafetensorsWriter {
    private static final int BUFFER = 1 << 20;

    private final Map<String, Tensor> tensors;
    private final DType dtype;
    private final byte[] header;

    private SafetensorsWriter(Map<String, Tensor> tensors, DType dtype, byte[] header) {
        this.tensors = tensors;
        this.dtype = dtype;
        this.header = header;
    }

    /**
     * A file of {@code tensors}, which are read when it is written.
     *
     * @param dtype F32, or BF16 or F16 to round every number to the nearest (ties to even)
     */
    public static SafetensorsWriter of(Map<String, Tensor> tensors, Map<String, String> metadata, DType dtype) {
        if (dtype != DType.F32 && dtype != DType.BF16 && dtype != DType.F16) {
            throw new IllegalArgumentException("dtype: expected F32, BF16 or F16 to write, found " + dtype);
        }
        return new SafetensorsWriter(new LinkedHashMap<>(tensors), dtype, header(tensors, metadata, dtype));
    }

    /** Bytes {@link #write(WritableByteChannel, Map, Map)} will write. */
    public static long size(Map<String, Tensor> tensors, Map<String, String> metadata) {
        return of(tensors, metadata, DType.F32).size();
    }

    /**
     * Writes a whole F32 file.
     *
     * @throws ModelFormatException when a number is NaN or infinite, naming the tensor and the place
     */
    public static void write(WritableByteChannel out, Map<String, Tensor> tensors, Map<String, String> metadata)
            throws IOException {
        of(tensors, metadata, DType.F32).writeTo(out);
    }

    /** Bytes {@link #writeTo} will write. */
    public long size() {
        return headerBytes()
                + sections().values().stream().mapToLong(Long::longValue).sum();
    }

    /** Bytes before the first tensor. */
    long headerBytes() {
        return SafetensorsHeader.PREFIX + (long) header.length;
    }

    /** Bytes of every tensor, in the order they are written. */
    Map<String, Long> sections() {
        Map<String, Long> sections = new LinkedHashMap<>();
        tensors.forEach(
                (name, tensor) -> sections.put(name, dtype.bytes(tensor.shape().elements())));
        return sections;
    }

    /**
     * Writes the whole file.
     *
     * @throws ModelFormatException when a number is not finite, naming the tensor and the place
     */
    public void writeTo(WritableByteChannel out) throws IOException {
        ByteBuffer buffer =
                ByteBuffer.allocateDirect((int) Math.min(BUFFER, size())).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putLong(header.length);
        drain(out, buffer);
        ByteBuffer text = ByteBuffer.wrap(header);
        while (text.hasRemaining()) {
            out.write(text);
        }
        for (Map.Entry<String, Tensor> e : tensors.entrySet()) {
            writeTensor(out, buffer, e.getKey(), e.getValue());
        }
        drain(out, buffer);
    }

    private void writeTensor(WritableByteChannel out, ByteBuffer buffer, String name, Tensor tensor)
            throws IOException {
        float[] data = tensor.data();
        int offset = tensor.offset();
        int size = tensor.size();
        for (int i = 0; i < size; i++) {
            float value = data[offset + i];
            if (buffer.remaining() < Float.BYTES) {
                drain(out, buffer);
            }
            boolean finite = switch (dtype) {
                case BF16 -> putBf16(buffer, value);
                case F16 -> putF16(buffer, value);
                default -> {
                    buffer.putFloat(value);
                    yield Float.isFinite(value);
                }
            };
            if (!finite) {
                throw new ModelFormatException("tensor " + Quote.of(name) + ": expected numbers that are finite in "
                        + dtype + ", found " + value + " at index " + i + "; nothing was saved");
            }
        }
    }

    private static boolean putF16(ByteBuffer buffer, float value) {
        short half = Float.floatToFloat16(value);
        buffer.putShort(half);
        return (half & 0x7c00) != 0x7c00;
    }

    /**
     * BF16 is the upper half of F32; adding half of what falls away, less one when the last kept bit is 0, rounds ties
     * to even.
     */
    private static boolean putBf16(ByteBuffer buffer, float value) {
        int bits = Float.floatToRawIntBits(value);
        int rounded = (bits + 0x7fff + (bits >>> 16 & 1)) >>> 16;
        buffer.putShort((short) rounded);
        return Float.isFinite(value) && (rounded & 0x7f80) != 0x7f80;
    }

    private static void drain(WritableByteChannel out, ByteBuffer buffer) throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            out.write(buffer);
        }
        buffer.clear();
    }

    private static byte[] header(Map<String, Tensor> tensors, Map<String, String> metadata, DType dtype) {
        List<TensorEntry> entries = new ArrayList<>();
        tensors.forEach((name, tensor) -> entries.add(new TensorEntry(
                name, dtype, tensor.shape(), 0, dtype.bytes(tensor.shape().elements()))));
        return header(entries, metadata);
    }

    /** The JSON before tensors that lie one behind the other in this order. */
    static byte[] header(List<TensorEntry> tensors, Map<String, String> metadata) {
        ObjectNode root = StrictJson.mapper().createObjectNode();
        if (!metadata.isEmpty()) {
            ObjectNode node = root.putObject("__metadata__");
            metadata.forEach(node::put);
        }
        long at = 0;
        for (TensorEntry e : tensors) {
            if (root.has(e.name()) || e.name().equals("__metadata__")) {
                throw new IllegalArgumentException("tensor name: expected any but __metadata__, found " + e.name());
            }
            ObjectNode node = root.putObject(e.name());
            node.put("dtype", e.dtype().name());
            ArrayNode shape = node.putArray("shape");
            for (int dim : e.shape().toArray()) {
                shape.add(dim);
            }
            node.putArray("data_offsets").add(at).add(at + e.bytes());
            at += e.bytes();
        }
        byte[] json = root.toString().getBytes(StandardCharsets.UTF_8);
        // Spaces up to a multiple of 8 keep the numbers aligned for readers that map the file.
        byte[] padded = Arrays.copyOf(json, (json.length + 7) / 8 * 8);
        Arrays.fill(padded, json.length, padded.length, (byte) ' ');
        return padded;
    }
}
