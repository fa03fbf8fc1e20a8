package dev.athanor.checkpoint;

import dev.athanor.tensor.DType;
import dev.athanor.tensor.MappedFaults;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.Map;

/**
 * A safetensors file, mapped into memory (format: huggingface/safetensors README). Strict: every size is checked before
 * anything is read, tensors fill the data section without holes or overlaps, and nothing follows the last one.
 */
public final class Safetensors implements AutoCloseable {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Path path;
    private final Arena arena;
    private final MemorySegment file;
    private final Map<String, TensorEntry> entries;
    private final Map<String, String> metadata;

    private Safetensors(Path path, Arena arena, MemorySegment file, SafetensorsHeader.Contents contents) {
        this.path = path;
        this.arena = arena;
        this.file = file;
        this.entries = Collections.unmodifiableMap(contents.entries());
        this.metadata = Collections.unmodifiableMap(contents.metadata());
    }

    /** Maps and checks a file within {@link Limits#DEFAULT}. */
    public static Safetensors open(Path path) {
        return open(path, Limits.DEFAULT);
    }

    /**
     * Maps and checks a file.
     *
     * @throws ModelFormatException when it is not a well-formed safetensors file, or larger than the limits
     * @throws UncheckedIOException when it cannot be read
     */
    @SuppressWarnings("MustBeClosedChecker") // the file returned owns the arena and closes it
    public static Safetensors open(Path path, Limits limits) {
        if (!Files.isRegularFile(path)) {
            throw new ModelFormatException(path + ": expected a safetensors file, found "
                    + (Files.exists(path) ? "something that is no file" : "nothing there"));
        }
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            long size = channel.size();
            if (size < SafetensorsHeader.PREFIX) {
                throw new ModelFormatException(path + ": expected at least " + SafetensorsHeader.PREFIX
                        + " bytes of header length, found a file of " + size);
            }
            MemorySegment file = channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
            SafetensorsHeader.Contents contents =
                    MappedFaults.guard(() -> header(path, file, limits), fault -> shrunk(path, fault));
            return new Safetensors(path, arena, file, contents);
        } catch (IOException e) {
            arena.close();
            throw new UncheckedIOException(path + ": cannot be read: " + Checkpoint.describe(e), e);
        } catch (ModelFormatException e) {
            arena.close();
            throw e;
        }
    }

    private static SafetensorsHeader.Contents header(Path path, MemorySegment file, Limits limits) {
        long length = file.get(LONG, 0);
        long most = Math.min(limits.headerBytes(), file.byteSize() - SafetensorsHeader.PREFIX);
        if (length < 2 || length > most) {
            String reason = length >= 0 && length <= limits.headerBytes()
                    ? " in a file of " + file.byteSize() + " bytes; is it complete?"
                    : "; is this a safetensors file?";
            throw new ModelFormatException(path + ": expected a header length between 2 and " + most + ", found "
                    + Long.toUnsignedString(length) + " at byte 0" + reason);
        }
        byte[] json = file.asSlice(SafetensorsHeader.PREFIX, length).toArray(ValueLayout.JAVA_BYTE);
        return SafetensorsHeader.parse(path, json, file.byteSize(), limits);
    }

    public Path path() {
        return path;
    }

    /** All tensors in the order they lie in the file. */
    public Map<String, TensorEntry> entries() {
        return entries;
    }

    public Map<String, String> metadata() {
        return metadata;
    }

    /** The entry called {@code name}. */
    public TensorEntry entry(String name) {
        TensorEntry entry = entries.get(name);
        if (entry == null) {
            throw new ModelFormatException(
                    path + ": expected a tensor " + Quote.of(name) + ", found none of that name");
        }
        return entry;
    }

    /** The bytes of a tensor; a view that lives until this file is closed. */
    public MemorySegment bytes(String name) {
        TensorEntry e = entry(name);
        return file.asSlice(e.begin(), e.bytes());
    }

    /** Refuses an entry that holds no floating-point numbers. */
    void requireFloats(TensorEntry e) {
        DType dtype = e.dtype();
        if (dtype != DType.F32 && dtype != DType.BF16 && dtype != DType.F16 && dtype != DType.F64) {
            throw wrong(e, "floating-point numbers (F32, BF16, F16 or F64)");
        }
    }

    /** A floating-point tensor as F32. BF16 and F16 are exact; F64 is rounded. */
    public float[] readFloats(String name) {
        TensorEntry e = entry(name);
        requireFloats(e);
        float[] out = new float[elements(e)];
        MemorySegment bytes = bytes(name);
        return MappedFaults.guard(() -> floats(bytes, e.dtype(), out), fault -> shrunk(path, fault));
    }

    private static float[] floats(MemorySegment bytes, DType dtype, float[] out) {
        switch (dtype) {
            case BF16 -> {
                for (int i = 0; i < out.length; i++) {
                    out[i] = Float.intBitsToFloat(bytes.get(SHORT, 2L * i) << 16);
                }
            }
            case F16 -> {
                for (int i = 0; i < out.length; i++) {
                    out[i] = Float.float16ToFloat(bytes.get(SHORT, 2L * i));
                }
            }
            case F64 -> {
                for (int i = 0; i < out.length; i++) {
                    out[i] = (float) bytes.get(DOUBLE, 8L * i);
                }
            }
            default -> MemorySegment.copy(bytes, FLOAT, 0, out, 0, out.length);
        }
        return out;
    }

    /** A tensor of whole numbers (I64, I32, I16, I8, U8) or of truth values, 0 and 1. */
    public long[] readLongs(String name) {
        TensorEntry e = entry(name);
        DType dtype = e.dtype();
        if (dtype == DType.F32 || dtype == DType.BF16 || dtype == DType.F16 || dtype == DType.F64) {
            throw wrong(e, "whole numbers (I64, I32, I16, I8, U8 or BOOL)");
        }
        long[] out = new long[elements(e)];
        MemorySegment bytes = bytes(name);
        return MappedFaults.guard(() -> longs(e, bytes, out), fault -> shrunk(path, fault));
    }

    private long[] longs(TensorEntry e, MemorySegment bytes, long[] out) {
        DType dtype = e.dtype();
        for (int i = 0; i < out.length; i++) {
            out[i] = switch (dtype) {
                case I64 -> bytes.get(LONG, 8L * i);
                case I32 -> bytes.get(INT, 4L * i);
                case I16 -> bytes.get(SHORT, 2L * i);
                case I8 -> bytes.get(ValueLayout.JAVA_BYTE, i);
                default -> bytes.get(ValueLayout.JAVA_BYTE, i) & 0xff;
            };
            if (dtype == DType.BOOL && out[i] > 1) {
                throw new ModelFormatException(path + ": tensor " + Quote.of(e.name())
                        + ": expected BOOL bytes of 0 or 1, found " + out[i] + " at byte " + (e.begin() + i));
            }
        }
        return out;
    }

    private int elements(TensorEntry e) {
        if (e.shape().elements() > Integer.MAX_VALUE - 8) {
            throw new ModelFormatException(path + ": tensor " + Quote.of(e.name()) + ": expected at most "
                    + (Integer.MAX_VALUE - 8) + " elements, found " + e.shape());
        }
        return (int) e.shape().elements();
    }

    private ModelFormatException wrong(TensorEntry e, String expected) {
        return new ModelFormatException(path + ": tensor " + Quote.of(e.name()) + ": expected " + expected + ", found "
                + e.dtype() + " at byte " + e.begin());
    }

    private static ModelFormatException shrunk(Path path, InternalError fault) {
        return new ModelFormatException(
                path
                        + ": expected the file to stay as it was when it was opened, found it shorter; do not change it while it is read",
                fault);
    }

    @Override
    public void close() {
        arena.close();
    }
}
