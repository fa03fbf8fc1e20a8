package dev.athanor.model.hook;

import dev.athanor.tensor.Shape;
import dev.athanor.tensor.Tensor;
import java.util.Arrays;

/**
 * The numbers at a hook while the forward pass stands there. What is written into them is what the pass goes on with.
 * Valid only during the call that hands it over.
 */
public final class HookValue {
    private final float[] data;
    private final int offset;
    private final int[] dims;
    private final int[] strides;

    /** @param strides distance of neighbours along each dimension; the last may be anything, too */
    public HookValue(float[] data, int offset, int[] dims, int[] strides) {
        this.data = data;
        this.offset = offset;
        this.dims = dims.clone();
        this.strides = strides.clone();
    }

    /** Numbers without gaps. */
    public static HookValue dense(float[] data, int offset, int... dims) {
        int[] strides = new int[dims.length];
        int stride = 1;
        for (int i = dims.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= dims[i];
        }
        return new HookValue(data, offset, dims, strides);
    }

    public Shape shape() {
        return Shape.of(dims);
    }

    public float get(int... index) {
        return data[at(index)];
    }

    public void set(float value, int... index) {
        data[at(index)] = value;
    }

    private int at(int[] index) {
        if (index.length != dims.length) {
            throw new IllegalArgumentException(
                    "index: expected " + dims.length + " numbers for " + shape() + ", found " + Arrays.toString(index));
        }
        int at = offset;
        for (int i = 0; i < index.length; i++) {
            if (index[i] < 0 || index[i] >= dims[i]) {
                throw new IllegalArgumentException(
                        "index: expected one within " + shape() + ", found " + Arrays.toString(index));
            }
            at += index[i] * strides[i];
        }
        return at;
    }

    /** A copy without gaps. */
    public Tensor copy() {
        Tensor copy = Tensor.zeros(dims);
        walk((at, i) -> copy.data()[i] = data[at]);
        return copy;
    }

    /**
     * Replaces every number.
     *
     * @throws IllegalArgumentException where the shape is another
     */
    public void fill(Tensor tensor) {
        if (!tensor.shape().equals(shape())) {
            throw new IllegalArgumentException("edit: expected " + shape() + ", found " + tensor.shape());
        }
        walk((at, i) -> data[at] = tensor.data()[tensor.offset() + i]);
    }

    private interface Visit {
        void at(int place, int number);
    }

    private void walk(Visit visit) {
        int size = 1;
        for (int dim : dims) {
            size *= dim;
        }
        int[] index = new int[dims.length];
        int at = offset;
        for (int i = 0; i < size; i++) {
            visit.at(at, i);
            for (int axis = dims.length - 1; axis >= 0; axis--) {
                at += strides[axis];
                if (++index[axis] < dims[axis]) {
                    break;
                }
                at -= dims[axis] * strides[axis];
                index[axis] = 0;
            }
        }
    }
}
