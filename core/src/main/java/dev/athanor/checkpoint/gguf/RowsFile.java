package dev.athanor.checkpoint.gguf;

import dev.athanor.checkpoint.Quote;
import dev.athanor.quant.Interleaved;
import dev.athanor.tensor.DType;
import dev.athanor.tensor.Stored;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The quantised matrices of a GGUF file in the layout of {@link Interleaved}, in a file beside it: mapped instead of
 * made at every start, and outside the heap however large they are. {@link RowsWriter} makes it; it may be deleted.
 *
 * <pre>
 * matrices   each from a multiple of 64 bytes on
 * table      for each matrix: bytes of its name, as short; the name; type, rows, columns, int; where it begins, long;
 *            CRC32C of samples of the GGUF file's tensor, int; CRC32C of every 4 MiB of the matrix, int
 * trailer    size of the GGUF file, long; bytes of the table, int; matrices, int; CRC32C of the table and of what
 *            stands before it in the trailer, int; number of the layout, int; "ATHROWS1"
 * </pre>
 *
 * <p>Numbers are little-endian. All checksums of matrices are checked when the file is opened; whether it belongs to
 * its GGUF file is told by that one's size and by {@link #SAMPLE} bytes at the beginning, the middle and the end of
 * each of its matrices.
 */
final class RowsFile {
    static final long MAGIC = 0x3153574f52485441L; // ATHROWS1
    static final int TRAILER = 32;

    /** Where the number of the layout stands among them. */
    static final int LAYOUT_AT = 20;

    /** Bytes under one checksum. */
    static final int PART = 4 << 20;

    /** Bytes of each sample. */
    static final int SAMPLE = 4096;

    /** Types in the order of their numbers. */
    static final List<DType> TYPES = List.of(DType.Q8_0, DType.Q4_0, DType.Q4_K, DType.Q5_K, DType.Q6_K);

    /** Largest table: the checksums of a terabyte are one of these four megabytes. */
    private static final int MOST_TABLE = 4 << 20;

    private final Path path;
    private final MemorySegment file;
    private final Map<String, Entry> entries;

    private RowsFile(Path path, MemorySegment file, Map<String, Entry> entries) {
        this.path = path;
        this.file = file;
        this.entries = entries;
    }

    /**
     * One matrix.
     *
     * @param samples checksum of samples of the tensor it was made of
     * @param parts checksums of it, each {@link #PART} bytes
     */
    record Entry(String name, DType type, int rows, int columns, long begin, int samples, int[] parts) {
        long bytes() {
            return Interleaved.bytes(type, rows, columns);
        }
    }

    /** Where the rows of the GGUF file {@code model} are kept. */
    static Path beside(Path model) {
        return model.resolveSibling(model.getFileName() + ".rows");
    }

    /**
     * Maps and checks a file.
     *
     * @param modelBytes size of the GGUF file it must belong to
     * @throws Unusable where it is damaged or does not belong to that file
     */
    static RowsFile open(Path path, long modelBytes, Arena arena) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            return parse(path, channel, file, modelBytes);
        } catch (IOException e) {
            throw new Unusable(path + ": cannot be read: " + e.getMessage());
        }
    }

    /** Whether the rows beside a GGUF file were laid out by another version of Athanor, in another way. */
    static boolean ofAnotherLayout(Path model) {
        Path path = beside(model);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            if (channel.size() < TRAILER) {
                return false;
            }
            ByteBuffer end = read(path, channel, channel.size() - TRAILER, TRAILER);
            return end.getLong(TRAILER - Long.BYTES) == MAGIC && end.getInt(LAYOUT_AT) != Interleaved.LAYOUT;
        } catch (IOException | Unusable e) {
            return false; // whoever opens it says why
        }
    }

    /** Why a file is of no use, in one sentence; the model runs without it. */
    static final class Unusable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Unusable(String sentence) {
            super(sentence);
        }
    }

    private static RowsFile parse(Path path, FileChannel channel, MemorySegment file, long modelBytes)
            throws IOException {
        long size = file.byteSize();
        if (size < TRAILER) {
            throw new Unusable(path + ": expected rows of a model, found " + size + " bytes");
        }
        ByteBuffer trailer = read(path, channel, size - TRAILER, TRAILER);
        long belongs = trailer.getLong();
        int tableBytes = trailer.getInt();
        int count = trailer.getInt();
        int checksum = trailer.getInt();
        int layout = trailer.getInt();
        long magic = trailer.getLong();
        if (magic != MAGIC || layout != Interleaved.LAYOUT) {
            throw new Unusable(path + ": expected rows in layout " + Interleaved.LAYOUT + ", found "
                    + (magic == MAGIC ? "layout " + layout : "another kind of file or the beginning of one"));
        }
        if (belongs != modelBytes) {
            throw new Unusable(
                    path + ": expected rows of a model of " + modelBytes + " bytes, found those of one of " + belongs);
        }
        if (tableBytes < 0 || tableBytes > Math.min(MOST_TABLE, size - TRAILER) || count < 0 || count > tableBytes) {
            throw new Unusable(path + ": expected a table that fits the file of " + size + " bytes, found " + tableBytes
                    + " bytes for " + count + " matrices");
        }
        long tableBegin = size - TRAILER - tableBytes;
        ByteBuffer table = read(path, channel, tableBegin, tableBytes + 16);
        int found = checksum(table.duplicate());
        table.order(ByteOrder.LITTLE_ENDIAN).limit(tableBytes);
        if (found != checksum) {
            throw new Unusable(path + ": expected CRC32C " + hex(checksum) + " of the table, found " + hex(found));
        }
        Map<String, Entry> entries = new HashMap<>();
        long end = 0;
        for (int i = 0; i < count; i++) {
            Entry entry = entry(path, table, end, tableBegin);
            end = entry.begin + entry.bytes();
            if (entries.put(entry.name, entry) != null) {
                throw new Unusable(path + ": expected each matrix once, found " + Quote.of(entry.name) + " twice");
            }
        }
        // Every thread is waited for before anything is thrown: the memory is unmapped then.
        List<Unusable> damages = entries.values().parallelStream()
                .map(entry -> damage(path, channel, entry))
                .flatMap(Optional::stream)
                .toList();
        if (!damages.isEmpty()) {
            throw damages.getFirst();
        }
        return new RowsFile(path, file, entries);
    }

    private static Entry entry(Path path, ByteBuffer table, long from, long end) {
        byte[] name = new byte[within(path, table, table.remaining() < 2 ? -1 : table.getShort())];
        table.get(name);
        within(path, table, 24);
        int type = table.getInt();
        int rows = table.getInt();
        int columns = table.getInt();
        long begin = table.getLong();
        int samples = table.getInt();
        String called = new String(name, StandardCharsets.UTF_8);
        if (type < 0
                || type >= TYPES.size()
                || rows < 1
                || columns < 1
                || columns % TYPES.get(type).blockElements() != 0) {
            throw new Unusable(path + ": matrix " + Quote.of(called) + ": expected a quantised type and "
                    + "rows of whole blocks, found type " + type + ", " + rows + " rows and " + columns + " columns");
        }
        long bytes = Interleaved.bytes(TYPES.get(type), rows, columns);
        if (begin < from || begin % Interleaved.ALIGNMENT != 0 || bytes > end - begin) {
            throw new Unusable(path + ": matrix " + Quote.of(called) + ": expected " + bytes
                    + " bytes between byte " + from + " and the table at byte " + end + ", found them to begin at byte "
                    + begin);
        }
        int[] parts = new int[within(path, table, (bytes + PART - 1) / PART * Integer.BYTES) / Integer.BYTES];
        table.asIntBuffer().get(parts);
        table.position(table.position() + parts.length * Integer.BYTES);
        return new Entry(called, TYPES.get(type), rows, columns, begin, samples, parts);
    }

    /** {@code bytes}, if the table has so many left. */
    private static int within(Path path, ByteBuffer table, long bytes) {
        if (bytes < 0 || bytes > table.remaining()) {
            throw new Unusable(path + ": expected " + bytes + " more bytes in the table, found " + table.remaining());
        }
        return (int) bytes;
    }

    /** Read, not mapped: the checksum of a mapped page that somebody cuts off would end the process. */
    private static Optional<Unusable> damage(Path path, FileChannel channel, Entry entry) {
        try {
            for (int i = 0; i < entry.parts.length; i++) {
                long begin = entry.begin + (long) i * PART;
                int size = (int) Math.min(PART, entry.begin + entry.bytes() - begin);
                int found = checksum(read(path, channel, begin, size));
                if (found != entry.parts[i]) {
                    return Optional.of(new Unusable(path + ": matrix " + Quote.of(entry.name) + ": expected CRC32C "
                            + hex(entry.parts[i]) + " of the part at byte " + begin + ", found " + hex(found)));
                }
            }
            return Optional.empty();
        } catch (Unusable e) {
            return Optional.of(e);
        } catch (IOException e) {
            return Optional.of(new Unusable(path + ": cannot be read: " + e.getMessage()));
        }
    }

    private static ByteBuffer read(Path path, FileChannel channel, long at, int size) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(size);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, at + buffer.position()) < 0) {
                throw new Unusable(path + ": expected a file that nobody changes, found it cut short");
            }
        }
        return buffer.flip().order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * The rows of {@code tensor}, if the file has them.
     *
     * @throws Unusable where it has those of another tensor of that name
     */
    Optional<MemorySegment> rows(String name, Stored tensor) {
        Entry entry = entries.get(name);
        if (entry == null) {
            return Optional.empty();
        }
        if (entry.type != tensor.type()
                || entry.rows != tensor.shape().rows()
                || entry.columns != tensor.shape().dim(-1)
                || entry.samples != samples(tensor)) {
            throw new Unusable(path + ": expected rows of tensor " + Quote.of(name) + " as the model has "
                    + "it, found those of another");
        }
        return Optional.of(file.asSlice(entry.begin, entry.bytes()));
    }

    /** Checksum of the beginning, the middle and the end of a tensor. */
    static int samples(Stored tensor) {
        MemorySegment bytes = tensor.bytes();
        int size = (int) Math.min(SAMPLE, bytes.byteSize());
        byte[] sample = new byte[size];
        CRC32C crc = new CRC32C();
        for (long begin : new long[] {0, (bytes.byteSize() - size) / 2, bytes.byteSize() - size}) {
            MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, begin, sample, 0, size);
            crc.update(sample);
        }
        return (int) crc.getValue();
    }

    static int checksum(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    private static String hex(int checksum) {
        return String.format("%08x", checksum);
    }
}
