package dev.athanor.checkpoint.gguf;

import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.checkpoint.DurableFiles;
import dev.athanor.checkpoint.DurableWrites;
import dev.athanor.checkpoint.TensorContent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Writes a GGUF file of version 3; tensors are made one after the other while it is written. */
public final class GgufWriter {
    private static final int VERSION = 3;
    private static final String TEMPORARY = ".tmp";

    private final List<TensorContent> tensors;
    private final int alignment = GgufHeader.DEFAULT_ALIGNMENT;
    private final byte[] header;

    private GgufWriter(List<TensorContent> tensors, byte[] header) {
        this.tensors = tensors;
        this.header = header;
    }

    /**
     * A file of {@code metadata} and {@code tensors}, in their order. Tensors begin at multiples of 32 bytes.
     *
     * @throws IllegalArgumentException for names the format does not allow
     */
    public static GgufWriter of(Map<String, GgufValue> metadata, List<TensorContent> tensors) {
        return new GgufWriter(List.copyOf(tensors), header(metadata, tensors));
    }

    /** Bytes {@link #writeTo} will write. */
    public long size() {
        return header.length
                + tensors.stream()
                        .mapToLong(t -> GgufHeader.padded(t.bytes(), alignment))
                        .sum();
    }

    /** Writes the whole file. */
    public void writeTo(WritableByteChannel out) throws IOException {
        drain(out, ByteBuffer.wrap(header));
        for (TensorContent tensor : tensors) {
            Counted counted = new Counted(out);
            tensor.content().writeTo(counted);
            if (counted.written != tensor.bytes()) {
                throw new IllegalStateException("tensor " + tensor.name() + ": expected " + tensor.bytes()
                        + " bytes to be written, found " + counted.written);
            }
            drain(out, ByteBuffer.allocate((int) (GgufHeader.padded(tensor.bytes(), alignment) - tensor.bytes())));
        }
    }

    /**
     * Writes the file under a temporary name beside {@code file}, forces it to the disk and gives it its name; when
     * anything fails, nothing is left.
     *
     * @throws IllegalArgumentException when {@code file} exists
     * @throws UncheckedIOException when the disk is full or cannot be written
     */
    public void save(Path file) {
        save(file, DurableFiles.real());
    }

    void save(Path file, DurableFiles files) {
        requireNew(file);
        Path directory = DurableWrites.directoryOf(file);
        Path temporary = file.resolveSibling(file.getFileName() + TEMPORARY);
        try {
            files.createDirectory(directory);
            DurableWrites.deleteTree(files, temporary);
            try {
                DurableWrites.write(files, temporary, size(), this::writeTo);
                files.move(temporary, file);
                files.forceDirectory(directory);
            } finally {
                DurableWrites.deleteQuietly(files, temporary);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": the model could not be saved: " + Checkpoint.describe(e), e);
        }
    }

    /** @throws IllegalArgumentException when there is something at {@code path} */
    static void requireNew(Path path) {
        if (Files.exists(path)) {
            throw new IllegalArgumentException(path
                    + ": expected a new name to write to, found something there; choose another name or remove it");
        }
    }

    private static byte[] header(Map<String, GgufValue> metadata, List<TensorContent> tensors) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        put32(out, GgufHeader.MAGIC);
        put32(out, VERSION);
        put64(out, tensors.size());
        put64(out, metadata.size());
        metadata.forEach((key, value) -> {
            if (!GgufHeader.isKey(key) || key.length() > GgufHeader.LONGEST_KEY || key.equals(GgufHeader.ALIGNMENT)) {
                throw new IllegalArgumentException("metadata key: expected letters, digits, _ and - in parts joined by "
                        + "dots, and not " + GgufHeader.ALIGNMENT + ", found " + key);
            }
            putText(out, key);
            put32(out, value.type().id());
            putValue(out, value);
        });
        Set<String> names = new HashSet<>();
        long offset = 0;
        for (TensorContent t : tensors) {
            if (t.name().isEmpty()
                    || t.name().getBytes(StandardCharsets.UTF_8).length > GgufHeader.LONGEST_TENSOR_NAME
                    || !names.add(t.name())) {
                throw new IllegalArgumentException("tensor name: expected 1 to " + GgufHeader.LONGEST_TENSOR_NAME
                        + " bytes and every name once, found " + t.name());
            }
            putText(out, t.name());
            int[] dims = t.shape().toArray();
            put32(out, dims.length);
            for (int i = dims.length - 1; i >= 0; i--) { // innermost first
                put64(out, dims[i]);
            }
            put32(out, GgmlTypes.id(t.type()));
            put64(out, offset);
            offset += GgufHeader.padded(t.bytes(), GgufHeader.DEFAULT_ALIGNMENT);
        }
        int rest = (int) (GgufHeader.padded(out.size(), GgufHeader.DEFAULT_ALIGNMENT) - out.size());
        out.writeBytes(new byte[rest]);
        return out.toByteArray();
    }

    private static void putValue(ByteArrayOutputStream out, GgufValue value) {
        switch (value) {
            case GgufValue.Whole whole -> put(out, whole.value(), whole.type().bytes());
            case GgufValue.Real real -> {
                if (real.type() == GgufType.FLOAT32) {
                    put32(out, Float.floatToRawIntBits((float) real.value()));
                } else {
                    put64(out, Double.doubleToRawLongBits(real.value()));
                }
            }
            case GgufValue.Flag flag -> out.write(flag.value() ? 1 : 0);
            case GgufValue.Text text -> {
                put64(out, text.utf8().byteSize());
                putBytes(out, text.utf8());
            }
            case GgufValue.Array array -> {
                put32(out, array.element().id());
                put64(out, array.count());
                putBytes(out, array.bytes());
            }
        }
    }

    private static void putText(ByteArrayOutputStream out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        put64(out, bytes.length);
        out.writeBytes(bytes);
    }

    private static void putBytes(ByteArrayOutputStream out, MemorySegment bytes) {
        out.writeBytes(bytes.toArray(ValueLayout.JAVA_BYTE));
    }

    private static void put32(ByteArrayOutputStream out, int value) {
        put(out, value, Integer.BYTES);
    }

    private static void put64(ByteArrayOutputStream out, long value) {
        put(out, value, Long.BYTES);
    }

    private static void put(ByteArrayOutputStream out, long value, int bytes) {
        byte[] all = ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
        out.write(all, 0, bytes);
    }

    private static void drain(WritableByteChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    /** Counts what a tensor writes: one byte too few would shift every tensor behind it. */
    private static final class Counted implements WritableByteChannel {
        private final WritableByteChannel out;
        private long written;

        Counted(WritableByteChannel out) {
            this.out = out;
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            int count = out.write(source);
            written += count;
            return count;
        }

        @Override
        public boolean isOpen() {
            return out.isOpen();
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }
}
