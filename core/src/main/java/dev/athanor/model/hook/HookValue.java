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
        Tensor copy = Tensor.view(new float[Math.toIntExact(shape().elements())], 0, shape());
        walk((at, i, count) -> System.arraycopy(data, at, copy.data(), i, count));
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
        walk((at, i, count) -> System.arraycopy(tensor.data(), tensor.offset() + i, data, at, count));
    }

    private interface Visit {
        /** {@code count} neighbours: from {@code place} here, from {@code number} in a copy without gaps. */
        void at(int place, int number, int count);
    }

    /** In runs as long as they lie without gaps. */
    private void walk(Visit visit) {
        int axes = dims.length;
        int run = 1;
        while (axes > 0 && strides[axes - 1] == run) {
            run *= dims[--axes];
        }
        int size = run;
        for (int axis = 0; axis < axes; axis++) {
            size *= dims[axis];
        }
        int[] index = new int[axes];
        int at = offset;
        for (int i = 0; i < size; i += run) {
            visit.at(at, i, run);
            for (int axis = axes - 1; axis >= 0; axis--) {
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
