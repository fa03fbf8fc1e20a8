package dev.athanor.checkpoint;

import dev.athanor.tensor.DType;
import dev.athanor.tensor.Shape;

/**
 * A tensor on its way into a file, its numbers made when they are written.
 *
 * @param type how the numbers are written
 * @param content writes exactly {@link #bytes()} bytes
 */
public record TensorContent(String name, DType type, Shape shape, DurableWrites.Content content) {
    public long bytes() {
        return type.bytes(shape.elements());
    }
}
