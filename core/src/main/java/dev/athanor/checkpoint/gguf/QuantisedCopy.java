package dev.athanor.checkpoint.gguf;

import dev.athanor.checkpoint.ModelFormatException;
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
 * their rows beside it ({@link RowsWriter}), and from then on that file is opened. It says what it was made of, and is
 * made anew where the directory has changed; it may be deleted.
 */
public final class QuantisedCopy {
    /** The key under which a copy keeps the checksum of what it was made of. */
    private static final String MADE_OF = "athanor.made_of";

    /** Bytes at the beginning, the middle and the end of a larger file that stand for it, with its size. */
    private static final int SAMPLE = 32 << 20;

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
     * @throws IllegalArgumentException where {@code directory} is a GGUF file, or a file of the copy's name is none
     * @throws ModelFormatException where the model is damaged
     * @throws UncheckedIOException where the directory cannot be written
     */
    public static Path of(Path directory, DType type, Consumer<Conversion.Progress> listener) {
        if (GgufModel.isNamed(directory)) {
            throw new IllegalArgumentException(directory + ": expected a model directory to quantise, found a GGUF "
                    + "file, whose weights have their types; athanor quantize writes another");
        }
        Path file = file(directory, type);
        try {
            String checksum = checksum(directory);
            if (Files.exists(file)) {
                if (madeOf(file).equals(checksum)) {
                    return file;
                }
                Files.delete(file);
            }
            Conversion.run(directory, file, Optional.of(type), Map.of(MADE_OF, GgufValue.of(checksum)), listener);
            if (type.quantised()) {
                RowsWriter.write(file);
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be written: " + e.getMessage(), e);
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

    /** CRC32C of names, sizes and content of the files that a conversion reads. */
    private static String checksum(Path directory) throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> all = Files.list(directory)) {
            all.filter(QuantisedCopy::isRead).sorted().forEach(files::add);
        }
        CRC32C crc = new CRC32C();
        for (Path file : files) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                long size = channel.size();
                crc.update((file.getFileName() + " " + size).getBytes(StandardCharsets.UTF_8));
                long sample = Math.min(SAMPLE, size);
                if (size <= 3L * SAMPLE) {
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
