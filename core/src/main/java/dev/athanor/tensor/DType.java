package dev.athanor.tensor;

/**
 * Number formats a stored tensor can have. Arithmetic inside Athanor is F32.
 *
 * <p>Most formats store every number on its own. The quantised ones, named and laid out as in ggml, store blocks of
 * consecutive numbers of a row that share scales.
 */
public enum DType {
    F64(8),
    F32(4),
    BF16(2),
    F16(2),
    I64(8),
    I32(4),
    I16(2),
    I8(1),
    U8(1),
    BOOL(1),
    Q4_0(32, 18),
    Q4_1(32, 20),
    Q5_0(32, 22),
    Q5_1(32, 24),
    Q8_0(32, 34),
    Q2_K(256, 84),
    Q3_K(256, 110),
    Q4_K(256, 144),
    Q5_K(256, 176),
    Q6_K(256, 210),
    IQ4_NL(32, 18);

    private final int blockElements;
    private final int blockBytes;

    DType(int bytes) {
        this(1, bytes);
    }

    DType(int blockElements, int blockBytes) {
        this.blockElements = blockElements;
        this.blockBytes = blockBytes;
    }

    /** Numbers in one block: 1 where every number stands on its own. */
    public int blockElements() {
        return blockElements;
    }

    /** Bytes one block takes. */
    public int blockBytes() {
        return blockBytes;
    }

    /** Whether numbers share scales. */
    public boolean quantised() {
        return blockElements > 1;
    }

    /** Bytes {@code elements} numbers take; {@code elements} must be whole blocks. */
    public long bytes(long elements) {
        if (elements % blockElements != 0) {
            throw new IllegalArgumentException(
                    this + ": expected a multiple of " + blockElements + " numbers, found " + elements);
        }
        return Math.multiplyExact(elements / blockElements, (long) blockBytes);
    }
}
