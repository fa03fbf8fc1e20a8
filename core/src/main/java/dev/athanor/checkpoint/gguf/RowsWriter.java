package dev.athanor.checkpoint.gguf;

import dev.athanor.checkpoint.DurableFiles;
import dev.athanor.checkpoint.DurableWrites;
import dev.athanor.checkpoint.ModelFormatException;
import dev.athanor.model.Parameter;
import dev.athanor.model.TensorSpec;
import dev.athanor.quant.Interleaved;
import dev.athanor.tensor.MappedFaults;
import dev.athanor.tensor.Stored;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Writes the rows of a quantised model in the order in which kernels read them, in a file beside it. Opening the model
 * finds and checks them, so that they are not laid out again at every start.
 */
public final class RowsWriter {
    /**
     * What was written.
     *
     * @param matrices how many
     */
    public record Result(Path file, int matrices, long bytes) {}

    private final Gguf model;
    private final List<String> names = new ArrayList<>();
    private final List<Stored> tensors = new ArrayList<>();
    private final List<RowsFile.Entry> entries = new ArrayList<>();
    private long written;

    private RowsWriter(Gguf model) {
        this.model = model;
    }

    /** Where the rows of the GGUF file {@code model} are kept. */
    public static Path file(Path model) {
        return RowsFile.beside(model);
    }

    /**
     * Writes the rows of the GGUF file {@code path} beside it, in the place of any that are there; nothing where it has
     * no matrix that is laid out.
     *
     * @throws UncheckedIOException where the disk is full or cannot be written
     */
    public static Optional<Result> write(Path path) {
        if (!GgufModel.isNamed(path)) {
            throw new IllegalArgumentException(path + ": expected a GGUF file, whose quantised matrices can be laid "
                    + "out; athanor quantize makes one of a directory");
        }
        try (Gguf file = Gguf.open(path)) {
            RowsWriter writer = new RowsWriter(file);
            MappedFaults.guard(
                    () -> {
                        writer.choose(GgufModel.read(file));
                        return true;
                    },
                    fault -> Gguf.changed(path, fault));
            if (writer.tensors.isEmpty()) {
                return Optional.empty();
            }
            return Optional.of(writer.save(DurableFiles.real()));
        }
    }

    /** Deletes the rows of {@code model}; false where there are none. */
    public static boolean remove(Path model) {
        try {
            return Files.deleteIfExists(RowsFile.beside(model));
        } catch (IOException e) {
            throw new UncheckedIOException(RowsFile.beside(model) + ": cannot be deleted: " + e.getMessage(), e);
        }
    }

    private void choose(GgufModel read) {
        for (Parameter p : read.parameters().list()) {
            boolean lookedUpOnly = p.spec().role() == TensorSpec.Role.TOKEN_EMBEDDING
                    && !read.config().tiedHead();
            if (p.weight() instanceof Stored s && Interleaved.has(s.type()) && !lookedUpOnly) {
                names.add(GgufModel.tensorName(p.spec()));
                tensors.add(s);
            }
        }
    }

    private Result save(DurableFiles files) {
        Path to = RowsFile.beside(model.path());
        Path temporary = Temporary.beside(to);
        try {
            files.createDirectory(DurableWrites.directoryOf(to));
            DurableWrites.write(files, temporary, size(), this::writeTo);
            model.requireUnchanged();
            files.move(temporary, to);
            files.forceDirectory(DurableWrites.directoryOf(to));
        } catch (IOException e) {
            throw new UncheckedIOException(to + ": cannot be written: " + e.getMessage(), e);
        } finally {
            DurableWrites.deleteQuietly(files, temporary);
        }
        return new Result(to, entries.size(), written);
    }

    private long size() {
        long size = RowsFile.TRAILER;
        for (Stored s : tensors) {
            size += bytes(s);
        }
        return size;
    }

    private static long bytes(Stored s) {
        return Interleaved.bytes(s.type(), s.shape().rows(), s.shape().dim(-1));
    }

    private void writeTo(WritableByteChannel out) throws IOException {
        for (int i = 0; i < tensors.size(); i++) {
            Stored tensor = tensors.get(i);
            try (Arena arena = Arena.ofShared()) {
                MemorySegment memory = arena.allocate(bytes(tensor), Interleaved.ALIGNMENT);
                if (fill(tensor, memory)) {
                    entries.add(entry(names.get(i), tensor, memory));
                    drain(out, memory);
                }
            }
        }
        byte[] table = table();
        ByteBuffer trailer = ByteBuffer.allocate(RowsFile.TRAILER).order(ByteOrder.LITTLE_ENDIAN);
        trailer.putLong(model.bytes());
        trailer.putInt(table.length);
        trailer.putInt(entries.size());
        ByteBuffer checked = ByteBuffer.allocate(table.length + trailer.position());
        checked.put(table).put(trailer.duplicate().flip());
        trailer.putInt(RowsFile.checksum(checked.flip()));
        trailer.putInt(Interleaved.LAYOUT);
        trailer.putLong(RowsFile.MAGIC);
        drain(out, MemorySegment.ofArray(table));
        drain(out, MemorySegment.ofArray(trailer.array()));
    }

    /** Lays a tensor out; false where a scale of it is no finite number, so that products must read the file. */
    private boolean fill(Stored tensor, MemorySegment memory) {
        Interleaved rows = Interleaved.over(
                tensor.type(), tensor.shape().rows(), tensor.shape().dim(-1), memory);
        // Every thread is waited for before anything is thrown: the memory is given back then.
        List<RuntimeException> faults = IntStream.range(0, rows.groups())
                .parallel()
                .mapToObj(group -> fill(tensor, rows, group))
                .flatMap(Optional::stream)
                .toList();
        if (!faults.isEmpty()) {
            throw faults.getFirst();
        }
        return rows.finite();
    }

    private Optional<RuntimeException> fill(Stored tensor, Interleaved rows, int group) {
        try {
            return MappedFaults.guard(
                    () -> {
                        rows.fill(tensor.bytes(), group * Interleaved.ROWS, group);
                        return Optional.empty();
                    },
                    fault -> Gguf.changed(model.path(), fault));
        } catch (ModelFormatException e) {
            return Optional.of(e);
        }
    }

    private RowsFile.Entry entry(String name, Stored tensor, MemorySegment memory) {
        int parts = (int) ((memory.byteSize() + RowsFile.PART - 1) / RowsFile.PART);
        int[] checksums = new int[parts];
        for (int i = 0; i < parts; i++) {
            long begin = (long) i * RowsFile.PART;
            checksums[i] = RowsFile.checksum(memory.asSlice(begin, Math.min(RowsFile.PART, memory.byteSize() - begin))
                    .asByteBuffer());
        }
        return new RowsFile.Entry(
                name,
                tensor.type(),
                tensor.shape().rows(),
                tensor.shape().dim(-1),
                written,
                RowsFile.samples(tensor),
                checksums);
    }

    private byte[] table() {
        int size = 0;
        for (RowsFile.Entry e : entries) {
            size += 2 + e.name().getBytes(StandardCharsets.UTF_8).length + 24 + 4 * e.parts().length;
        }
        ByteBuffer table = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        for (RowsFile.Entry e : entries) {
            byte[] name = e.name().getBytes(StandardCharsets.UTF_8);
            table.putShort((short) name.length).put(name);
            table.putInt(RowsFile.TYPES.indexOf(e.type())).putInt(e.rows()).putInt(e.columns());
            table.putLong(e.begin()).putInt(e.samples());
            for (int part : e.parts()) {
                table.putInt(part);
            }
        }
        return table.array();
    }

    private void drain(WritableByteChannel out, MemorySegment memory) throws IOException {
        for (long at = 0; at < memory.byteSize(); at += RowsFile.PART) {
            ByteBuffer part = memory.asSlice(at, Math.min(RowsFile.PART, memory.byteSize() - at))
                    .asByteBuffer();
            while (part.hasRemaining()) {
                written += out.write(part);
            }
        }
    }
}
