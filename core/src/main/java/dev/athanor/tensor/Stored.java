package dev.athanor.tensor;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * A row-major tensor as a file stores it: read only, in any format, and usually mapped, so that opening a model copies
 * nothing.
 *
 * @param shape outermost dimension first; the last one is whole blocks of {@code type}
 * @param type how {@code bytes} are to be read, little-endian
 * @param bytes exactly the bytes of the tensor
 * @param laidOut the same numbers in the order in which kernels read them, where somebody has prepared that
 */
public record Stored(Shape shape, DType type, MemorySegment bytes, Optional<MemorySegment> laidOut) implements Weight {
    public Stored {
        long expected = type.bytes(shape.elements());
        if (shape.rank() > 0 && shape.dim(-1) % type.blockElements() != 0) {
            throw new IllegalArgumentException("stored tensor " + shape + ": expected rows of whole blocks of "
                    + type.blockElements() + " numbers (" + type + "), found " + shape.dim(-1));
        }
        if (bytes.byteSize() != expected) {
            throw new IllegalArgumentException("stored tensor " + shape + " " + type + ": expected " + expected
                    + " bytes, found " + bytes.byteSize());
        }
        bytes = bytes.asReadOnly();
        laidOut = laidOut.map(MemorySegment::asReadOnly);
    }

    /** A tensor of which nothing is prepared. */
    public Stored(Shape shape, DType type, MemorySegment bytes) {
        this(shape, type, bytes, Optional.empty());
    }

    /** The same tensor with what was prepared of it. */
    public Stored with(MemorySegment prepared) {
        return new Stored(shape, type, bytes, Optional.of(prepared));
    }

    /** Bytes of one row, the last dimension. */
    public long rowBytes() {
        return type.bytes(shape.dim(-1));
    }
}
