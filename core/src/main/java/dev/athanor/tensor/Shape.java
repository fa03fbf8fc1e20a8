package dev.athanor.tensor;

import java.util.Arrays;

/** The sizes of a tensor's dimensions, outermost first. A scalar has no dimensions and one element. */
public final class Shape {
    private final int[] dims;
    private final long elements;

    private Shape(int[] dims) {
        long product = 1;
        for (int dim : dims) {
            if (dim < 0) {
                throw new IllegalArgumentException("shape: expected dimensions >= 0, found " + Arrays.toString(dims));
            }
            product = Math.multiplyExact(product, (long) dim);
        }
        this.dims = dims;
        this.elements = product;
    }

    /** A shape of the given sizes, for example {@code of(2, 3)} for a [2, 3] matrix. */
    public static Shape of(int... dims) {
        return new Shape(dims.clone());
    }

    public int rank() {
        return dims.length;
    }

    /** Size of dimension {@code axis}; negative axes count from the end, as in {@code dim(-1)}. */
    public int dim(int axis) {
        return dims[axis < 0 ? dims.length + axis : axis];
    }

    public long elements() {
        return elements;
    }

    /** Product of all dimensions but the last: the number of rows when the tensor is read as a matrix. */
    public int rows() {
        return dims.length == 0 ? 1 : Math.toIntExact(dim(-1) == 0 ? 0 : elements / dim(-1));
    }

    public int[] toArray() {
        return dims.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape shape && Arrays.equals(dims, shape.dims);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }

    @Override
    public String toString() {
        return Arrays.toString(dims);
    }
}
