package dev.athanor.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The file operations a training state is saved with; the one seam at which tests crash, fill the disk and lose unforced data. */
interface DurableFiles {
    /** Writes a file's content. */
    @FunctionalInterface
    interface Content {
        void writeTo(WritableByteChannel out) throws IOException;
    }

    void createDirectory(Path directory) throws IOException;

    /** Writes a new file of {@code size} bytes and forces it to the disk. */
    void write(Path file, long size, Content content) throws IOException;

    /** Forces the names in a directory to the disk. */
    void forceDirectory(Path directory) throws IOException;

    void move(Path from, Path to) throws IOException;

    /** Deletes a directory and what is in it, if it exists. */
    void deleteTree(Path directory) throws IOException;

    static DurableFiles real() {
        return new DurableFiles() {
            @Override
            public void createDirectory(Path directory) throws IOException {
                Files.createDirectories(directory);
            }

            @Override
            public void write(Path file, long size, Content content) throws IOException {
                long free = Files.getFileStore(file.getParent()).getUsableSpace();
                if (free < size) {
                    throw new IOException("disk full: " + file + " needs " + size + " bytes, " + free + " are free; free some space");
                }
                try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                    content.writeTo(out);
                    out.force(true);
                }
            }

            @Override
            public void forceDirectory(Path directory) throws IOException {
                // Opening a directory as a file works where it matters (Linux, macOS); Windows forces names by itself.
                if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                        channel.force(true);
                    }
                }
            }

            @Override
            public void move(Path from, Path to) throws IOException {
                Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
            }

            @Override
            public void deleteTree(Path directory) throws IOException {
                if (!Files.exists(directory)) {
                    return;
                }
                List<Path> paths;
                try (Stream<Path> walk = Files.walk(directory)) {
                    paths = walk.sorted(Comparator.reverseOrder()).toList();
                }
                for (Path path : paths) {
                    Files.delete(path);
                }
            }
        };
    }
}
