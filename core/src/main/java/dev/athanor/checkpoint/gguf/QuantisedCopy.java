package dev.athanor.checkpoint.gguf;

import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.checkpoint.DurableFiles;
import dev.athanor.checkpoint.DurableWrites;
import dev.athanor.checkpoint.ModelFormatException;
import dev.athanor.checkpoint.OpenModel;
import dev.athanor.checkpoint.PeftDirectory;
import dev.athanor.tensor.DType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * A model directory run with smaller weights: the first time they are quantised into a GGUF file in the directory, with
 * their rows beside it ({@link RowsWriter}), and from then on that file's weights are used. It says what it was made
 * of, and is made anew where the directory has changed; it may be deleted. All but the weights still comes from the
 * directory.
 */
public final class QuantisedCopy {
    /** The key under which a copy keeps the checksum of what it was made of. */
    private static final String MADE_OF = "athanor.made_of";

    /** Bytes at the beginning, the middle and the end of a larger file that stand for it, with its size and time. */
    private static final int SAMPLE = 1 << 20;

    /**
     * A copy that is up to date.
     *
     * @param conversion what was done, where it was made now
     * @param rows the file beside it, where it was made now
     */
    public record Copy(Path file, Optional<Conversion.Result> conversion, Optional<Path> rows) {}

    private QuantisedCopy() {}

    /** Where the copy of {@code directory} in {@code type} is kept. */
    public static Path file(Path directory, DType type) {
        Path name = directory.toAbsolutePath().normalize().getFileName();
        return directory.resolve(
                (name == null ? "model" : name) + "-" + type.name().toLowerCase(Locale.ROOT) + GgufModel.SUFFIX);
    }

    /**
     * The copy of {@code directory}, made if there is none that is up to date.
     *
     * @param listener hears how far that is, if it must be made
     * @throws IllegalArgumentException where {@code directory} is a GGUF file or an adapter, or a file of the copy's
     *     name is none
     * @throws ModelFormatException where the model is damaged
     * @throws UncheckedIOException where the directory cannot be read or written
     */
    public static Copy of(Path directory, DType type, Consumer<Conversion.Progress> listener) {
        requireWhole(directory);
        Path file = file(directory, type);
        String checksum;
        try {
            checksum = checksum(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(directory + ": cannot be read: " + e.getMessage(), e);
        }
        Optional<Conversion.Result> made = Optional.empty();
        if (!Files.exists(file) || !madeOf(file).equals(checksum)) {
            made = Optional.of(make(directory, file, type, checksum, listener));
        }
        Optional<Path> rows = Optional.empty();
        if (type.quantised() && (!Files.exists(RowsFile.beside(file)) || RowsFile.ofAnotherLayout(file))) {
            rows = RowsWriter.write(file).map(RowsWriter.Result::file);
        }
        return new Copy(file, made, rows);
    }

    /** Opens {@code directory} with the weights of its copy, which is made if need be. */
    @SuppressWarnings("MustBeClosedChecker") // the model returned owns both and closes them
    static OpenModel open(Path directory, DType type) {
        Path file = of(directory, type, progress -> {}).file();
        OpenModel whole = Checkpoint.open(directory);
        try {
            OpenModel copy = GgufModel.open(file);
            List<String> notes = new ArrayList<>(whole.notes());
            notes.addAll(copy.notes());
            return new OpenModel(
                    directory, copy.parameters(), whole.endTokens(), notes, whole.chat(), whole::tokenizer, () -> {
                        copy.close();
                        whole.close();
                    });
        } catch (RuntimeException e) {
            whole.close();
            throw e;
        }
    }

    private static void requireWhole(Path directory) {
        if (GgufModel.isNamed(directory)) {
            throw new IllegalArgumentException(directory + ": expected a model directory to quantise, found a GGUF "
                    + "file, whose weights have their types; athanor quantize writes another");
        }
        if (PeftDirectory.is(directory)) {
            throw new IllegalArgumentException(directory + ": expected a directory with all weights to quantise, found "
                    + "adapters; athanor quantize writes a GGUF file of them and their base");
        }
        Checkpoint.config(directory); // its sentences about what is missing
    }

    private static Conversion.Result make(
            Path directory, Path file, DType type, String checksum, Consumer<Conversion.Progress> listener) {
        Path temporary = Temporary.beside(file);
        DurableFiles files = DurableFiles.real();
        try {
            Map<String, GgufValue> more = Map.of(MADE_OF, GgufValue.of(checksum));
            Conversion.Result result = Conversion.run(directory, temporary, Optional.of(type), more, listener);
            RowsWriter.remove(file); // those of the copy before
            files.move(temporary, file);
            return result;
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be written: " + e.getMessage(), e);
        } finally {
            DurableWrites.deleteQuietly(files, temporary);
        }
    }

    private static String madeOf(Path file) {
        try (Gguf copy = Gguf.open(file)) {
            return new GgufMetadata(file, copy.metadata())
                    .optionalText(MADE_OF)
                    .orElseThrow(() -> new IllegalArgumentException(file + ": expected a copy that Athanor made of its "
                            + "directory, found another model; rename it"));
        }
    }

    /** CRC32C of names, sizes, times and content of the files that a conversion reads; of large ones, samples. */
    private static String checksum(Path directory) throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> all = Files.list(directory)) {
            all.filter(QuantisedCopy::isRead).sorted().forEach(files::add);
        }
        CRC32C crc = new CRC32C();
        for (Path file : files) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                long size = channel.size();
                String name = file.getFileName() + " " + size + " " + Files.getLastModifiedTime(file);
                crc.update(name.getBytes(StandardCharsets.UTF_8));
                long sample = Math.min(SAMPLE, size);
                if (size <= 16L * SAMPLE) {
                    update(crc, channel, 0, size);
                } else {
                    update(crc, channel, 0, sample);
                    update(crc, channel, (size - sample) / 2, sample);
                    update(crc, channel, size - sample, sample);
                }
            }
        }
        return String.format("%08x", crc.getValue());
    }

    private static boolean isRead(Path file) {
        String name = String.valueOf(file.getFileName());
        return Files.isRegularFile(file)
                && (name.endsWith(".json") || name.endsWith(".safetensors") || name.endsWith(".jinja"));
    }

    private static void update(CRC32C crc, FileChannel channel, long from, long bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(1 << 20);
        long at = from;
        while (at < from + bytes) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), from + bytes - at));
            int read = channel.read(buffer, at);
            if (read < 0) {
                throw new ModelFormatException("expected a model that nobody changes, found a file of it cut short");
            }
            crc.update(buffer.flip());
            at += read;
        }
    }
}
