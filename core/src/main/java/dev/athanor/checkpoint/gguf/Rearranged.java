package dev.athanor.checkpoint.gguf;

import dev.athanor.model.Layout;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.TensorSpec.Role;
import dev.athanor.quant.Blocks;
import dev.athanor.tensor.DType;
import dev.athanor.tensor.Shape;
import dev.athanor.tensor.Stored;
import dev.athanor.tensor.Tensor;
import dev.athanor.tensor.Weight;
import java.lang.foreign.MemorySegment;
import java.util.function.IntUnaryOperator;

/**
 * A stored tensor as another {@link Layout} arranges it, read a few rows at a time. Moving numbers never changes them:
 * where source and outcome have one type, bytes are copied.
 */
final class Rearranged {
    private final Stored source;
    private final Shape shape;
    private final int rows;
    private final int columns;
    private final boolean transposed;
    private final boolean moved;
    private final IntUnaryOperator sourceRow;

    private Rearranged(Stored source, boolean transposed, boolean moved, IntUnaryOperator sourceRow) {
        Shape from = source.shape();
        this.source = source;
        this.shape = transposed ? Shape.of(from.dim(1), from.dim(0)) : from;
        // The rows of a vector are its single numbers: biases move as the rows of their matrices do.
        this.columns = moved && from.rank() == 1 ? 1 : shape.dim(-1);
        this.rows = Math.toIntExact(from.elements() / columns);
        this.transposed = transposed;
        this.moved = moved;
        this.sourceRow = sourceRow;
    }

    /** The tensor as it is. */
    static Rearranged asIs(Weight weight) {
        return new Rearranged(stored(weight), false, false, row -> row);
    }

    /** The tensor that has {@code role} in {@code config}, as {@code to} arranges it. */
    static Rearranged of(ModelConfig config, Role role, Weight weight, Layout to) {
        Layout from = config.layout();
        Stored source = stored(weight);
        return switch (role) {
            case QUERY_WEIGHT, QUERY_BIAS, KEY_WEIGHT, KEY_BIAS ->
                from.adjacentPairs() == to.adjacentPairs()
                        ? asIs(source)
                        : new Rearranged(source, false, true, pairs(config, to.adjacentPairs()));
            case QKV_WEIGHT, QKV_BIAS ->
                from.interleavedQkv() == to.interleavedQkv()
                        ? projection(source, from, to)
                        : new Rearranged(source, false, true, qkv(config, to.interleavedQkv()));
            case ATTENTION_OUTPUT_WEIGHT, GATE_WEIGHT, UP_WEIGHT, DOWN_WEIGHT -> projection(source, from, to);
            default -> asIs(source);
        };
    }

    private static Rearranged projection(Stored source, Layout from, Layout to) {
        return from.inputMajor() != to.inputMajor() && source.shape().rank() == 2
                ? new Rearranged(source, true, true, row -> row)
                : asIs(source);
    }

    private static Stored stored(Weight weight) {
        return switch (weight) {
            case Stored stored -> stored;
            case Tensor tensor ->
                new Stored(
                        tensor.shape(),
                        DType.F32,
                        MemorySegment.ofArray(tensor.data())
                                .asSlice((long) Float.BYTES * tensor.offset(), (long) Float.BYTES * tensor.size()));
        };
    }

    /** Rows of each head between the pairs (i, i + half) and (2i, 2i + 1). */
    private static IntUnaryOperator pairs(ModelConfig config, boolean adjacent) {
        int headSize = config.headSize();
        int dimensions = config.rotary().orElseThrow().dimensions();
        int half = dimensions / 2;
        return row -> {
            int in = row % headSize;
            if (in >= dimensions) {
                return row;
            }
            return row - in + (adjacent ? in % 2 * half + in / 2 : in % half * 2 + in / half);
        };
    }

    /** Rows of a fused matrix between head by head and three blocks. */
    private static IntUnaryOperator qkv(ModelConfig config, boolean interleaved) {
        int headSize = config.headSize();
        int width = config.queryWidth();
        return row -> {
            int number = row % headSize;
            int part = interleaved ? row / headSize % 3 : row / width;
            int head = interleaved ? row / headSize / 3 : row % width / headSize;
            return interleaved ? part * width + head * headSize + number : (head * 3 + part) * headSize + number;
        };
    }

    Shape shape() {
        return shape;
    }

    DType type() {
        return source.type();
    }

    int rows() {
        return rows;
    }

    /** Numbers of one row. */
    int columns() {
        return columns;
    }

    /** Whether whole rows can be copied as bytes. */
    boolean copies() {
        return !transposed && columns % source.type().blockElements() == 0;
    }

    /** Copies rows {@code first … first + count - 1} as they are stored to the beginning of {@code out}. */
    void copy(int first, int count, MemorySegment out) {
        long rowBytes = source.type().bytes(columns);
        if (!moved) {
            MemorySegment.copy(source.bytes(), first * rowBytes, out, 0, count * rowBytes);
            return;
        }
        for (int i = 0; i < count; i++) {
            long from = sourceRow.applyAsInt(first + i) * rowBytes;
            MemorySegment.copy(source.bytes(), from, out, i * rowBytes, rowBytes);
        }
    }

    /** Reads rows {@code first … first + count - 1} into {@code out}. */
    void decode(int first, int count, float[] out) {
        if (transposed) {
            decodeColumns(first, count, out);
            return;
        }
        if (!moved) {
            Blocks.decode(source.type(), source.bytes(), (long) first * columns, count * columns, out, 0);
            return;
        }
        for (int i = 0; i < count; i++) {
            long from = (long) sourceRow.applyAsInt(first + i) * columns;
            Blocks.decode(source.type(), source.bytes(), from, columns, out, i * columns);
        }
    }

    private void decodeColumns(int first, int count, float[] out) {
        float[] part = new float[count];
        for (int i = 0; i < columns; i++) {
            Blocks.decode(source.type(), source.bytes(), (long) i * rows + first, count, part, 0);
            for (int j = 0; j < count; j++) {
                out[j * columns + i] = part[j];
            }
        }
    }
}
