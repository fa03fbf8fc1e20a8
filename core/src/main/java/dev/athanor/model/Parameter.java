package dev.athanor.model;

import dev.athanor.tensor.Tensor;

/**
 * A tensor that learns.
 *
 * @param spec its name, role and shape
 * @param value the weights
 */
public record Parameter(TensorSpec spec, Tensor value) {
    public Parameter {
        if (!spec.shape().equals(value.shape())) {
            throw new IllegalArgumentException("tensor " + spec.name() + ": expected " + spec.shape()
                    + " from the configuration (" + spec.reason() + "), found " + value.shape());
        }
    }

    public String name() {
        return spec.name();
    }
}
