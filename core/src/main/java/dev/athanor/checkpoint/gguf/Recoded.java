package dev.athanor.checkpoint.gguf;

import dev.athanor.checkpoint.ModelFormatException;
import dev.athanor.checkpoint.Quote;
import dev.athanor.checkpoint.TensorContent;
import dev.athanor.quant.Blocks;
import dev.athanor.tensor.DType;
import dev.athanor.tensor.MappedFaults;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A tensor written in another type, about a million numbers at a time, and how much that changed it. */
final class Recoded {
    private static final int CHUNK = 1 << 20;

    /**
     * Rows of a chunk are written by all processors; the slices, and with them every sum, do not depend on how many.
     */
    private static final int SLICES = 16;

    /** Hears of written bytes. */
    @FunctionalInterface
    interface Listener {
        void written(String tensor, long bytes);
    }

    private final Path from;
    private final String name;
    private final Rearranged source;
    private final DType type;
    private final Listener listener;
    private double squaredError;

    /** @param from file the numbers come from, for errors */
    Recoded(Path from, String name, Rearranged source, DType type, Listener listener) {
        this.from = from;
        this.name = name;
        this.source = source;
        this.type = type;
        this.listener = listener;
    }

    TensorContent content() {
        return new TensorContent(name, type, source.shape(), this::writeTo);
    }

    String name() {
        return name;
    }

    Rearranged source() {
        return source;
    }

    DType type() {
        return type;
    }

    /** Sum of the squares of all changes; 0 before anything was written. */
    double squaredError() {
        return squaredError;
    }

    private void writeTo(WritableByteChannel out) throws IOException {
        squaredError = 0;
        int most = Math.max(1, CHUNK / source.columns());
        int rows = Math.min(most, source.rows());
        boolean copies = source.type() == type && source.copies();
        ByteBuffer buffer = ByteBuffer.allocateDirect(
                Math.toIntExact(type.bytes(Math.multiplyExact((long) rows, source.columns()))));
        float[] numbers = new float[copies ? 0 : rows * source.columns()];
        float[] again = new float[copies || type == DType.F32 ? 0 : numbers.length];
        for (int first = 0; first < source.rows(); first += rows) {
            int count = Math.min(rows, source.rows() - first);
            int bytes = Math.toIntExact(type.bytes((long) count * source.columns()));
            MemorySegment target = MemorySegment.ofBuffer(buffer.clear());
            int start = first;
            MappedFaults.guard(
                    () -> {
                        if (copies) {
                            source.copy(start, count, target);
                        } else {
                            encode(start, count, numbers, again, target);
                        }
                        return target;
                    },
                    fault -> Gguf.changed(from, fault));
            buffer.limit(bytes);
            while (buffer.hasRemaining()) {
                out.write(buffer);
            }
            listener.written(name, bytes);
        }
    }

    private void encode(int first, int count, float[] numbers, float[] again, MemorySegment target) {
        source.decode(first, count, numbers);
        int each = Math.ceilDiv(count, SLICES);
        double[] errors = new double[SLICES];
        @Nullable ModelFormatException[] failures = new @Nullable ModelFormatException[SLICES];
        IntStream.range(0, SLICES).parallel().forEach(slice -> {
            int begin = Math.min(count, slice * each);
            int end = Math.min(count, begin + each);
            try {
                errors[slice] = begin < end ? encodeRows(first, begin, end, numbers, again, target) : 0;
            } catch (ModelFormatException e) {
                failures[slice] = e;
            }
        });
        Arrays.stream(failures).filter(Objects::nonNull).findFirst().ifPresent(failure -> {
            throw failure;
        });
        for (double error : errors) {
            squaredError += error;
        }
    }

    /** Rows {@code begin} to {@code end} of the chunk that starts at row {@code first}; gives their squared error. */
    private double encodeRows(int first, int begin, int end, float[] numbers, float[] again, MemorySegment target) {
        int at = begin * source.columns();
        int size = (end - begin) * source.columns();
        try {
            Blocks.encode(type, numbers, at, size, target, type.bytes(at));
        } catch (IllegalArgumentException e) {
            throw new ModelFormatException(from + ": tensor " + Quote.of(name) + ": " + e.getMessage(), e);
        }
        if (type == DType.F32) {
            return 0;
        }
        Blocks.decode(type, target, at, size, again, at);
        double squared = 0;
        for (int i = at; i < at + size; i++) {
            if (!Float.isFinite(again[i]) && Float.isFinite(numbers[i])) {
                throw new ModelFormatException(from + ": tensor " + Quote.of(name)
                        + ": expected numbers that are finite in " + type + ", found " + numbers[i] + " at index "
                        + ((long) first * source.columns() + i) + "; choose bf16 or f32");
            }
            double error = (double) again[i] - numbers[i];
            squared += error * error;
        }
        return squared;
    }

    /** Whether every number of {@code source} is exactly a number of {@code type}, F16 or BF16. */
    static boolean fits(Rearranged source, DType type) {
        int rows = Math.min(Math.max(1, CHUNK / source.columns()), source.rows());
        float[] numbers = new float[rows * source.columns()];
        float[] again = new float[numbers.length];
        MemorySegment bytes = MemorySegment.ofArray(new byte[Math.toIntExact(type.bytes(numbers.length))]);
        for (int first = 0; first < source.rows(); first += rows) {
            int count = Math.min(rows, source.rows() - first);
            int size = count * source.columns();
            source.decode(first, count, numbers);
            Blocks.encode(type, numbers, 0, size, bytes, 0);
            Blocks.decode(type, bytes, 0, size, again, 0);
            for (int i = 0; i < size; i++) {
                if (Float.floatToRawIntBits(numbers[i]) != Float.floatToRawIntBits(again[i])) {
                    return false;
                }
            }
        }
        return true;
    }
}
