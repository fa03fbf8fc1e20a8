package dev.athanor.checkpoint.gguf;

import dev.athanor.tensor.DType;

/**
 * What became of one tensor.
 *
 * @param name in the new file
 * @param before type it was stored as
 * @param after type it is stored as now
 * @param reason why that is not the type asked for; empty where it is
 * @param elements how many numbers
 * @param bytesBefore size it had
 * @param bytesAfter size it has
 * @param squaredError sum of the squared changes of its numbers
 */
public record TensorChange(
        String name,
        DType before,
        DType after,
        String reason,
        long elements,
        long bytesBefore,
        long bytesAfter,
        double squaredError) {
    /** The name with the number of its block left out, as tensors are counted together. */
    public String group() {
        if (!name.startsWith("blk.")) {
            return name;
        }
        int dot = name.indexOf('.', "blk.".length());
        return "blk.*" + name.substring(dot);
    }
}
