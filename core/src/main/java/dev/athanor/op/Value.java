package dev.athanor.op;

import dev.athanor.kernel.StoredRows;
import dev.athanor.kernel.Workers;
import dev.athanor.tensor.Stored;
import dev.athanor.tensor.Tensor;
import dev.athanor.tensor.Weight;
import java.util.Arrays;

/** A tensor in a computation, and room for its gradient. */
public final class Value {
    private static final float[] NONE = {};

    private final Weight weight;
    private final boolean parameter;
    private float[] gradient;
    private int gradientOffset;
    private boolean holdsGradient;
    private boolean ownsGradient;

    /** Whether what the gradient of a parameter holds means nothing yet. */
    private boolean fresh;

    private Value(Weight weight, boolean parameter, float[] gradient, int gradientOffset) {
        this.weight = weight;
        this.parameter = parameter;
        this.gradient = gradient;
        this.gradientOffset = gradientOffset;
        this.holdsGradient = parameter;
    }

    /** An intermediate result. */
    static Value of(Tensor data) {
        return new Value(data, false, NONE, 0);
    }

    /** Numbers from outside whose gradient can be asked for with {@link #gradientCopy} after a backward pass. */
    public static Value input(Tensor data) {
        return new Value(data, false, NONE, 0);
    }

    /** A copy of the gradient, in the shape of the numbers. */
    public Tensor gradientCopy() {
        Tensor copy = Tensor.zeros(data().shape().toArray());
        System.arraycopy(gradient(), gradientOffset, copy.data(), 0, copy.size());
        return copy;
    }

    /** A weight whose gradient is added to {@code gradient}, which lives longer than any tape. */
    public static Value parameter(Tensor data, Tensor gradient) {
        if (!data.shape().equals(gradient.shape())) {
            throw new IllegalArgumentException("gradient: expected " + data.shape() + ", found " + gradient.shape());
        }
        return new Value(data, true, gradient.data(), gradient.offset());
    }

    /** As {@link #parameter}, for a gradient that is written the first time and added to after that. */
    public static Value freshParameter(Tensor data, Tensor gradient) {
        Value value = parameter(data, gradient);
        value.fresh = true;
        return value;
    }

    /** A weight that does not learn. One that is no matrix is so small that it is read into memory. */
    public static Value constant(Weight weight) {
        boolean small = weight.shape().rank() < 2;
        return new Value(weight instanceof Stored s && small ? StoredRows.toTensor(s) : weight, true, NONE, 0);
    }

    /** The numbers as a tensor in memory; a matrix that is read as a file stores it has none. */
    public Tensor data() {
        return switch (weight) {
            case Tensor tensor -> tensor;
            case Stored stored ->
                throw new IllegalStateException(
                        "expected a tensor in memory, found " + stored.shape() + " as " + stored.type() + " in a file");
        };
    }

    /** The numbers, in memory or in a file. */
    public Weight weight() {
        return weight;
    }

    float[] array() {
        return data().data();
    }

    int offset() {
        return data().offset();
    }

    /** Rows when read as a matrix. */
    int rows() {
        return weight.shape().rows();
    }

    /** Columns when read as a matrix. */
    int columns() {
        return weight.shape().dim(-1);
    }

    float[] gradient() {
        if (!holdsGradient) {
            throw new IllegalStateException("gradient of " + weight.shape() + " asked for before it was computed");
        }
        if (fresh) {
            throw new IllegalStateException("gradient of " + weight.shape() + " asked for before it was begun");
        }
        return gradient;
    }

    /**
     * For a parameter's whole gradient: true when it already holds a part to which the caller must add; else the caller
     * writes it.
     */
    boolean begin() {
        boolean holds = !fresh;
        fresh = false;
        return holds;
    }

    /** For a part of a parameter's gradient: sets it to zero unless it holds something, so that all callers add. */
    public void beginFromZero(Workers workers) {
        if (fresh) {
            fresh = false;
            Rows.forEach(
                    workers,
                    weight.shape().rows(),
                    columns(),
                    (from, to, part) -> Arrays.fill(
                            gradient, gradientOffset + from * columns(), gradientOffset + to * columns(), 0f));
        }
    }

    int gradientOffset() {
        return gradientOffset;
    }

    /** Whether this is a weight that collects a gradient. */
    boolean learns() {
        return parameter && gradient.length > 0;
    }

    boolean holdsGradient() {
        return holdsGradient;
    }

    /** Makes room for the gradient; true when it already holds a part to which the caller must add. */
    boolean claim(Pool pool) {
        if (holdsGradient) {
            return true;
        }
        gradient = pool.take(data().size());
        gradientOffset = 0;
        holdsGradient = true;
        ownsGradient = true;
        return false;
    }

    /** Takes over the gradient array of {@code other}, which keeps reading it. */
    void inherit(Value other) {
        gradient = other.gradient;
        gradientOffset = other.gradientOffset;
        holdsGradient = true;
        ownsGradient = other.ownsGradient;
        other.ownsGradient = false;
    }

    /** Reads the gradient array of {@code other} without owning it. */
    void borrow(Value other) {
        gradient = other.gradient;
        gradientOffset = other.gradientOffset;
        holdsGradient = true;
        ownsGradient = false;
    }

    /** Gives an owned gradient back. */
    void release(Pool pool) {
        if (parameter) {
            return;
        }
        if (ownsGradient) {
            pool.give(gradient);
        }
        gradient = NONE;
        holdsGradient = false;
        ownsGradient = false;
    }
}
