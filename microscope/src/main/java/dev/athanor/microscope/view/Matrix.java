package dev.athanor.microscope.view;

import dev.athanor.kernel.StoredRows;
import dev.athanor.model.Parameters;
import dev.athanor.model.TensorSpec.Role;
import dev.athanor.tensor.Stored;
import dev.athanor.tensor.Tensor;
import dev.athanor.tensor.Weight;

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

    private void read(int index, float[] row) {
        switch (weight) {
            case Tensor t -> System.arraycopy(t.data(), t.offset() + index * row.length, row, 0, row.length);
            case Stored s -> StoredRows.read(s, index, row, 0);
        }
    }
}
