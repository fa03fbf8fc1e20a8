package dev.athanor.op;

import dev.athanor.kernel.HeadView;

/**
 * The queries, keys or values of all heads inside a value: element e of head h at row t is {@code offset + t *
 * rowStride + h * headStride + e} of it.
 */
public record Heads(Value value, int offset, int rowStride, int headStride) {
    /** Heads one after the other in every row of {@code value} [T, heads * headSize]. */
    public static Heads separate(Value value, int headSize) {
        return new Heads(value, 0, value.columns(), headSize);
    }

    /** View of the numbers. */
    public HeadView data() {
        return new HeadView(value.array(), value.offset() + offset, rowStride, headStride);
    }

    HeadView gradient() {
        return new HeadView(value.gradient(), value.gradientOffset() + offset, rowStride, headStride);
    }
}
