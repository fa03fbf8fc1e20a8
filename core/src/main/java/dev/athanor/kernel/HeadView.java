package dev.athanor.kernel;

/**
 * Where the heads of queries, keys or values lie: element e of head h at row t is {@code data[offset + t * rowStride +
 * h * headStride + e]}. One view serves separate matrices, fused q|k|v blocks and GPT-NeoX's head-by-head interleaving.
 */
public record HeadView(float[] data, int offset, int rowStride, int headStride) implements HeadRows {
    /** Index of the first element of head {@code head} at row {@code row}. */
    public int at(int row, int head) {
        return offset + row * rowStride + head * headStride;
    }

    @Override
    public void read(Kernels kernels, int first, int count, int head, int size, float[] out, int oo) {
        for (int row = 0; row < count; row++) {
            System.arraycopy(data, at(first + row, head), out, oo + row * size, size);
        }
    }
}
