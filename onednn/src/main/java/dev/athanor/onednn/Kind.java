package dev.athanor.onednn;

/** In which numbers a tile is multiplied, and to which depth in one call. */
enum Kind {
    /**
     * Unsigned activations, signed weights, 32-bit sums. 256 numbers share a scale, as in ggml's Q8_K; their largest
     * sum of products, 255 · 127 · 256, is far from overflow.
     */
    INT8(Dnnl.U8, Dnnl.S8, Dnnl.S32, 1, 256),

    /**
     * BF16 operands, F32 sums. So deep that C is met once, but for a head's gradient; a tile of weights has 512 KiB.
     */
    BF16(Dnnl.BF16, Dnnl.BF16, Dnnl.F32, 2, 4096),

    /** What the other two are measured against; products in F32 stay with the vector kernels. */
    F32(Dnnl.F32, Dnnl.F32, Dnnl.F32, 4, 256);

    private final int source;
    private final int weights;
    private final int result;
    private final int bytes;
    private final int depth;

    Kind(int source, int weights, int result, int bytes, int depth) {
        this.source = source;
        this.weights = weights;
        this.result = result;
        this.bytes = bytes;
        this.depth = depth;
    }

    int source() {
        return source;
    }

    int weights() {
        return weights;
    }

    int result() {
        return result;
    }

    /** Bytes of one number of an operand. */
    int bytes() {
        return bytes;
    }

    /** Most steps of k in one call. */
    int depth() {
        return depth;
    }
}
