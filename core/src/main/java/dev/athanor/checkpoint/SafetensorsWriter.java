package dev.athanor.checkpoint;

import dev.athanor.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** Writes F32 safetensors, one tensor after the other in the order given, through a small buffer. */
public final class SafetensorsWriter {
    private static final int BUFFER = 1 << 20;

    private SafetensorsWriter() {}

    /** Bytes {@link #write} will write. */
    public static long size(Map<String, Tensor> tensors, Map<String, String> metadata) {
        long size = 8L + header(tensors, metadata).length;
        for (Tensor t : tensors.values()) {
            size += 4 * t.shape().elements();
        }
        return size;
    }

    /**
     * Writes a whole file.
     *
     * @throws ModelFormatException when a number is NaN or infinite, naming the tensor and the place
     */
    public static void write(WritableByteChannel out, Map<String, Tensor> tensors, Map<String, String> metadata) throws IOException {
        byte[] header = header(tensors, metadata);
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
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

    private static void writeTensor(WritableByteChannel out, ByteBuffer buffer, String name, Tensor tensor) throws IOException {
        float[] data = tensor.data();
        for (int i = 0; i < tensor.size(); i++) {
            float value = data[tensor.offset() + i];
            if (!Float.isFinite(value)) {
                throw new ModelFormatException("tensor " + name + ": expected finite numbers, found " + value + " at index " + i
                        + "; it was not saved");
            }
            if (buffer.remaining() < Float.BYTES) {
                drain(out, buffer);
            }
            buffer.putFloat(value);
        }
    }

    private static void drain(WritableByteChannel out, ByteBuffer buffer) throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            out.write(buffer);
        }
        buffer.clear();
    }

    private static byte[] header(Map<String, Tensor> tensors, Map<String, String> metadata) {
        ObjectNode root = StrictJson.mapper().createObjectNode();
        if (!metadata.isEmpty()) {
            ObjectNode node = root.putObject("__metadata__");
            metadata.forEach(node::put);
        }
        long at = 0;
        for (Map.Entry<String, Tensor> e : tensors.entrySet()) {
            ObjectNode node = root.putObject(e.getKey());
            node.put("dtype", "F32");
            var shape = node.putArray("shape");
            for (int dim : e.getValue().shape().toArray()) {
                shape.add(dim);
            }
            long end = at + 4 * e.getValue().shape().elements();
            node.putArray("data_offsets").add(at).add(end);
            at = end;
        }
        byte[] json = root.toString().getBytes(StandardCharsets.UTF_8);
        // Spaces up to a multiple of 8 keep the numbers aligned for readers that map the file.
        byte[] padded = Arrays.copyOf(json, (json.length + 7) / 8 * 8);
        Arrays.fill(padded, json.length, padded.length, (byte) ' ');
        return padded;
    }
}
