package dev.athanor.microscope.attribution;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A way to say which words mattered. */
public enum Method {
    /** Shares of the last layer, averaged over its heads. */
    ATTENTION_LAST,
    /** Shares multiplied through all layers, half of each word left to itself (arXiv:2005.00928). */
    ATTENTION_ROLLOUT,
    /** Shares of every head, weighted by how loudly it votes. */
    ATTENTION_DECIDING,
    /** What the decision would change with each number of an embedding, times the number. */
    GRADIENT_X_INPUT,
    /** Gradients along the way from the average embedding to the word's (arXiv:1703.01365). */
    INTEGRATED_GRADIENTS,
    /** What the decision loses when a word is replaced by the average embedding. */
    ABLATION;

    /** {@code gradient-x-input}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether a negative number speaks against the decision; shares have no sign. */
    public boolean signed() {
        return switch (this) {
            case ATTENTION_LAST, ATTENTION_ROLLOUT, ATTENTION_DECIDING -> false;
            case GRADIENT_X_INPUT, INTEGRATED_GRADIENTS, ABLATION -> true;
        };
    }

    /** @throws IllegalArgumentException when there is none of that name */
    public static Method named(String label) {
        List<String> labels = new ArrayList<>();
        for (Method method : values()) {
            labels.add(method.label());
            if (method.label().equals(label)) {
                return method;
            }
        }
        throw new IllegalArgumentException("method: expected one of " + String.join(", ", labels) + ", found " + label);
    }
}
