package dev.athanor.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** What saving needs, made of the single operations of {@link DurableFiles}. */
public final class DurableWrites {
    /** Writes a file's content. */
    @FunctionalInterface
    public interface Content {
        void writeTo(WritableByteChannel out) throws IOException;
    }

    private DurableWrites() {}

    /** Writes a new file of {@code size} bytes and forces it to the disk; removes it again when that fails. */
    public static void write(DurableFiles files, Path file, long size, Content content) throws IOException {
        Path directory = directoryOf(file);
        requireSpace(files, directory, file, size);
        try {
            try (DurableFiles.Output out = files.create(file)) {
                content.writeTo(out);
                out.force();
            }
        } catch (IOException e) {
            IOException full = fullDisk(files, directory, file, size, e);
            deleteQuietly(files, file);
            throw full;
        } catch (ModelFormatException e) {
            deleteQuietly(files, file);
            throw e;
        }
    }

    public static void write(DurableFiles files, Path file, byte[] bytes) throws IOException {
        write(files, file, bytes.length, out -> {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                out.write(buffer);
            }
        });
    }

    /** Deletes a directory and what is in it, if it exists. */
    public static void deleteTree(DurableFiles files, Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        List<Path> paths;
        try (Stream<Path> walk = Files.walk(directory)) {
            paths = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : paths) {
            files.delete(path);
        }
    }

    /** Deletes what a failed save left; the failure itself is what the caller reports. */
    public static void deleteQuietly(DurableFiles files, Path path) {
        try {
            deleteTree(files, path);
        } catch (IOException ignored) {
            // Nothing reads temporary names, and the next save deletes them first.
        }
    }

    public static Path directoryOf(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IllegalArgumentException(file + ": expected a file in a directory, found a root");
        }
        return parent;
    }

    private static void requireSpace(DurableFiles files, Path directory, Path file, long size) throws IOException {
        long free = files.usableSpace(directory);
        if (free < size) {
            throw new IOException(full(file, size, free));
        }
    }

    /**
     * The sentence about a full disk when {@code cause} came from one; the system's own words differ between systems.
     */
    private static IOException fullDisk(DurableFiles files, Path directory, Path file, long size, IOException cause) {
        try {
            long written = Files.exists(file) ? Files.size(file) : 0;
            long free = files.usableSpace(directory);
            if (free < size - written) {
                return new IOException(full(file, size, free + written), cause);
            }
        } catch (IOException unknown) {
            cause.addSuppressed(unknown);
        }
        return cause;
    }

    private static String full(Path file, long size, long free) {
        return "expected " + size + " free bytes for " + file + ", found " + free
                + ": the disk is full; free some space or choose another directory";
    }
}
