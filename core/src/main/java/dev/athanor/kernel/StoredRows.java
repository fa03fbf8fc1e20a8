package dev.athanor.kernel;

import dev.athanor.quant.Blocks;
import dev.athanor.tensor.Stored;
import dev.athanor.tensor.Tensor;

/** Single rows of stored tensors as F32. */
public final class StoredRows {
    private StoredRows() {}

    /** Row {@code row} into {@code out} from {@code oo} on. */
    public static void read(Stored stored, int row, float[] out, int oo) {
        int columns = stored.shape().dim(-1);
        Blocks.decode(stored.type(), stored.bytes(), (long) row * columns, columns, out, oo);
    }

    /** All of a small tensor, such as the weight of a norm. */
    public static Tensor toTensor(Stored stored) {
        Tensor tensor = Tensor.zeros(stored.shape().toArray());
        Blocks.decode(stored.type(), stored.bytes(), 0, tensor.size(), tensor.data(), 0);
        return tensor;
    }
}
