package dev.athanor.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Every operation that changes files when a model or a training state is saved; the one seam at which tests crash, fill
 * the disk and lose what was not forced.
 */
public interface DurableFiles {
    /** A file being written. */
    interface Output extends WritableByteChannel {
        /** Waits until everything written so far is on the disk. */
        void force() throws IOException;
    }

    /** A new, empty file; fails when one of that name exists. */
    Output create(Path file) throws IOException;

    /** Bytes that can still be written in {@code directory}. */
    long usableSpace(Path directory) throws IOException;

    /** Creates a directory and those above it where they are missing. */
    void createDirectory(Path directory) throws IOException;

    /** Waits until the names in a directory are on the disk. */
    void forceDirectory(Path directory) throws IOException;

    /** Renames at once or not at all; a file of the new name is replaced. */
    void move(Path from, Path to) throws IOException;

    /** Deletes one file or empty directory. */
    void delete(Path path) throws IOException;

    /** The files of this computer. */
    static DurableFiles real() {
        return new RealFiles();
    }

    /** The operating system's own operations. */
    final class RealFiles implements DurableFiles {
        @Override
        public Output create(Path file) throws IOException {
            return new ChannelOutput(FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
        }

        @Override
        public long usableSpace(Path directory) throws IOException {
            return Files.getFileStore(directory).getUsableSpace();
        }

        @Override
        public void createDirectory(Path directory) throws IOException {
            Files.createDirectories(directory);
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
        public void delete(Path path) throws IOException {
            Files.delete(path);
        }
    }

    /** A file written through a channel. */
    record ChannelOutput(FileChannel channel) implements Output {
        @Override
        public int write(ByteBuffer source) throws IOException {
            return channel.write(source);
        }

        @Override
        public void force() throws IOException {
            channel.force(true);
        }

        @Override
        public boolean isOpen() {
            return channel.isOpen();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
