package dev.athanor.model;

import dev.athanor.tensor.Stored;
import dev.athanor.tensor.Tensor;
import dev.athanor.tensor.Weight;

/**
 * A tensor of a model.
 *
 * @param spec its name, role and shape
 * @param weight its numbers: F32 in an array, which can learn, or as a file stores them
 */
public record Parameter(TensorSpec spec, Weight weight) {
    public Parameter {
        if (!spec.shape().equals(weight.shape())) {
            throw new IllegalArgumentException("tensor " + spec.name() + ": expected " + spec.shape()
                    + " from the configuration (" + spec.reason() + "), found " + weight.shape());
        }
    }

    public String name() {
        return spec.name();
    }

    /** The numbers as an array, for what changes them. */
    public Tensor value() {
        return switch (weight) {
            case Tensor tensor -> tensor;
            case Stored stored ->
                throw new IllegalStateException(
                        "tensor " + name() + ": expected numbers in memory, found them mapped as " + stored.type()
                                + "; load the checkpoint instead of opening it");
        };
    }
}
