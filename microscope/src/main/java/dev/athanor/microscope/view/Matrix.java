package dev.athanor.microscope.view;

import dev.athanor.kernel.StoredRows;
import dev.athanor.model.Parameters;
import dev.athanor.model.TensorSpec.Role;
import dev.athanor.tensor.Stored;
import dev.athanor.tensor.Tensor;
import dev.athanor.tensor.Weight;
import java.util.Optional;

/** A matrix of a model, read backwards: what each of its inputs does along a direction of its outputs. */
public final class Matrix {
    private final Weight weight;
    private final boolean inputMajor; // [in, out] rather than [out, in]

    public Matrix(Parameters parameters, Role role, int layer) {
        this.weight = parameters.list().get(parameters.indexOf(role, layer)).weight();
        this.inputMajor = parameters.config().layout().inputMajor();
    }

    /**
     * The dot product of {@code direction} [out] with what one unit of each input adds to the output.
     *
     * @return one number per input from {@code first} on
     */
    public double[] along(double[] direction, int first, int count) {
        double[] sums = new double[count];
        float[] row = new float[weight.shape().dim(-1)];
        if (inputMajor) {
            for (int input = 0; input < count; input++) {
                read(first + input, row);
                for (int out = 0; out < direction.length; out++) {
                    sums[input] += row[out] * direction[out];
                }
            }
            return sums;
        }
        for (int out = 0; out < direction.length; out++) {
            read(out, row);
            for (int input = 0; input < count; input++) {
                sums[input] += row[first + input] * direction[out];
            }
        }
        return sums;
    }

    /**
     * The product with a vector.
     *
     * @param x [in]
     * @return [out]
     */
    public double[] times(float[] x, int outs) {
        double[] sums = new double[outs];
        float[] row = new float[weight.shape().dim(-1)];
        if (inputMajor) {
            for (int in = 0; in < x.length; in++) {
                read(in, row);
                for (int out = 0; out < outs; out++) {
                    sums[out] += (double) row[out] * x[in];
                }
            }
            return sums;
        }
        for (int out = 0; out < outs; out++) {
            read(out, row);
            for (int in = 0; in < x.length; in++) {
                sums[out] += (double) row[in] * x[in];
            }
        }
        return sums;
    }

    /** What one unit of every input adds to one output [in]. */
    double[] output(int out, int in) {
        double[] numbers = new double[in];
        float[] row = new float[weight.shape().dim(-1)];
        if (!inputMajor) {
            read(out, row);
            for (int i = 0; i < in; i++) {
                numbers[i] = row[i];
            }
            return numbers;
        }
        for (int i = 0; i < in; i++) {
            read(i, row);
            numbers[i] = row[out];
        }
        return numbers;
    }

    /** What one unit of an input adds to every output [out]. */
    public double[] input(int in, int outs) {
        double[] numbers = new double[outs];
        float[] row = new float[weight.shape().dim(-1)];
        if (inputMajor) {
            read(in, row);
            for (int i = 0; i < outs; i++) {
                numbers[i] = row[i];
            }
            return numbers;
        }
        for (int i = 0; i < outs; i++) {
            read(i, row);
            numbers[i] = row[in];
        }
        return numbers;
    }

    /** The numbers of a norm or a bias; none where the model has no such tensor. */
    public static Optional<float[]> vector(Parameters parameters, Role role, int layer) {
        int at = parameters.indexOf(role, layer);
        if (at < 0) {
            return Optional.empty();
        }
        return Optional.of(
                switch (parameters.list().get(at).weight()) {
                    case Tensor t -> t.toArray();
                    case Stored s -> StoredRows.toTensor(s).toArray();
                });
    }

    private void read(int index, float[] row) {
        switch (weight) {
            case Tensor t -> System.arraycopy(t.data(), t.offset() + index * row.length, row, 0, row.length);
            case Stored s -> StoredRows.read(s, index, row, 0);
        }
    }
}
