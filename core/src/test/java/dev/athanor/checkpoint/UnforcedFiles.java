package dev.athanor.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Real files without waiting for the disk, for tests that save thousands of times and cut no power. */
final class UnforcedFiles implements DurableFiles {
    private final DurableFiles real = DurableFiles.real();

    @Override
    public Output create(Path file) throws IOException {
        Output out = real.create(file);
        return new Output() {
            @Override
            public int write(ByteBuffer source) throws IOException {
                return out.write(source);
            }

            @Override
            public void force() {}

            @Override
            public boolean isOpen() {
                return out.isOpen();
            }

            @Override
            public void close() throws IOException {
                out.close();
            }
        };
    }

    @Override
    public long usableSpace(Path directory) throws IOException {
        return real.usableSpace(directory);
    }

    @Override
    public void createDirectory(Path directory) throws IOException {
        real.createDirectory(directory);
    }

    @Override
    public void forceDirectory(Path directory) {}

    @Override
    public void move(Path from, Path to) throws IOException {
        real.move(from, to);
    }

    @Override
    public void delete(Path path) throws IOException {
        real.delete(path);
    }
}
