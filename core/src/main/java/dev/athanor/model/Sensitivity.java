package dev.athanor.model;

import dev.athanor.tensor.Tensor;

/**
 * A sum of logits and how it changes with each number of the words' embeddings.
 *
 * @param value the sum
 * @param gradient [T, d]
 */
public record Sensitivity(double value, Tensor gradient) {}
