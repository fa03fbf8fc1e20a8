package dev.athanor.checkpoint.gguf;

import dev.athanor.checkpoint.ModelFormatException;
import dev.athanor.checkpoint.Quote;
import dev.athanor.checkpoint.TensorEntry;
import dev.athanor.tensor.MappedFaults;
import dev.athanor.tensor.Stored;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Collections;
import java.util.Map;

/**
 * A GGUF file, mapped into memory (format: ggml docs/gguf.md, versions 2 and 3, little-endian). Strict: every length is
 * checked before anything is read, keys and tensors are there once, and tensors fill the file without holes or
 * overlaps. Texts, arrays and tensors stay in the file until they are used.
 */
public final class Gguf implements AutoCloseable {
    private final Path path;
    private final Arena arena;
    private final MemorySegment file;
    private final FileTime modified;
    private final GgufHeader.Contents contents;

    private Gguf(Path path, Arena arena, MemorySegment file, FileTime modified, GgufHeader.Contents contents) {
        this.path = path;
        this.arena = arena;
        this.file = file;
        this.modified = modified;
        this.contents = contents;
    }

    /** Maps and checks a file within {@link GgufLimits#DEFAULT}. */
    public static Gguf open(Path path) {
        return open(path, GgufLimits.DEFAULT);
    }

    /**
     * Maps and checks a file.
     *
     * @throws ModelFormatException when it is not a well-formed GGUF file, or larger than the limits
     * @throws UncheckedIOException when it cannot be read
     */
    @SuppressWarnings("MustBeClosedChecker") // the file returned owns the arena and closes it
    public static Gguf open(Path path, GgufLimits limits) {
        if (!Files.isRegularFile(path)) {
            throw new ModelFormatException(path + ": expected a GGUF file, found "
                    + (Files.exists(path) ? "something that is no file" : "nothing there"));
        }
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            FileTime modified = Files.getLastModifiedTime(path);
            MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            GgufHeader.Contents contents =
                    MappedFaults.guard(() -> GgufHeader.parse(path, file, limits), fault -> changed(path, fault));
            return new Gguf(path, arena, file, modified, contents);
        } catch (IOException e) {
            arena.close();
            throw new UncheckedIOException(path + ": cannot be read: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    public Path path() {
        return path;
    }

    /** What is mapped together with this file until it is closed. */
    Arena arena() {
        return arena;
    }

    /** Size of the file. */
    long bytes() {
        return file.byteSize();
    }

    public int version() {
        return contents.version();
    }

    /** What tensors begin at a multiple of. */
    public int alignment() {
        return contents.alignment();
    }

    /** All metadata in the order of the file. */
    public Map<String, GgufValue> metadata() {
        return Collections.unmodifiableMap(contents.metadata());
    }

    /** All tensors in the order of the file; shapes outermost first. */
    public Map<String, TensorEntry> entries() {
        return Collections.unmodifiableMap(contents.entries());
    }

    /** The tensor called {@code name}, where it lies; usable until this file is closed. */
    public Stored tensor(String name) {
        TensorEntry e = contents.entries().get(name);
        if (e == null) {
            throw new ModelFormatException(
                    path + ": expected a tensor " + Quote.of(name) + ", found none of that name");
        }
        return new Stored(e.shape(), e.dtype(), file.asSlice(e.begin(), e.bytes()));
    }

    /** Refuses a file that was written to since it was opened: what was read from it may be half old, half new. */
    void requireUnchanged() {
        try {
            if (Files.size(path) != file.byteSize()
                    || !Files.getLastModifiedTime(path).equals(modified)) {
                throw changed(path, null);
            }
        } catch (IOException e) {
            throw changed(path, e);
        }
    }

    /** The sentence about a file that is not what it was. */
    static ModelFormatException changed(Path path, @org.jspecify.annotations.Nullable Throwable cause) {
        String sentence = path
                + ": expected the file to stay as it was when it was opened, found it changed; do not change it while "
                + "it is read";
        return cause == null ? new ModelFormatException(sentence) : new ModelFormatException(sentence, cause);
    }

    @Override
    public void close() {
        arena.close();
    }
}
