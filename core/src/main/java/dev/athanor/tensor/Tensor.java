package dev.athanor.tensor;

/**
 * A dense row-major block of F32 numbers: {@code shape.elements()} floats of {@code data} from {@code offset} on.
 *
 * <p>A tensor is a view and never copies: two tensors may share one array, as rows of one buffer do.
 */
public final class Tensor implements Weight {
    private final Shape shape;
    private final float[] data;
    private final int offset;

    private Tensor(Shape shape, float[] data, int offset) {
        if (offset < 0 || shape.elements() > data.length - (long) offset) {
            throw new IllegalArgumentException("tensor " + shape + ": expected " + shape.elements()
                    + " floats from offset " + offset + ", found an array of " + data.length);
        }
        this.shape = shape;
        this.data = data;
        this.offset = offset;
    }

    /** A tensor of zeros in an array of its own. */
    public static Tensor zeros(int... dims) {
        Shape shape = Shape.of(dims);
        return new Tensor(shape, new float[Math.toIntExact(shape.elements())], 0);
    }

    /** A view on {@code data} from {@code offset}; writes go through. */
    public static Tensor view(float[] data, int offset, Shape shape) {
        return new Tensor(shape, data, offset);
    }

    @Override
    public Shape shape() {
        return shape;
    }

    /** Size of one dimension; negative axes count from the end. */
    public int dim(int axis) {
        return shape.dim(axis);
    }

    public int size() {
        return (int) shape.elements();
    }

    /** The array that holds the numbers; this tensor's begin at {@link #offset()}. */
    public float[] data() {
        return data;
    }

    public int offset() {
        return offset;
    }

    /** The same numbers under another shape of the same number of elements. */
    public Tensor reshape(int... dims) {
        Shape other = Shape.of(dims);
        if (other.elements() != shape.elements()) {
            throw new IllegalArgumentException("reshape: expected " + shape.elements() + " elements as in " + shape
                    + ", found " + other.elements() + " in " + other);
        }
        return new Tensor(other, data, offset);
    }

    /** A copy of the numbers in a new array. */
    public float[] toArray() {
        float[] copy = new float[size()];
        System.arraycopy(data, offset, copy, 0, copy.length);
        return copy;
    }

    @Override
    public String toString() {
        return "Tensor" + shape;
    }
}
