package dev.athanor.model;

import dev.athanor.tensor.Shape;

/**
 * One tensor a model must have.
 *
 * @param name its name in a Hugging Face checkpoint
 * @param role what it does
 * @param layer block it belongs to, or -1
 * @param shape as stored
 * @param reason the config.json entries the shape follows from, for error messages ({@code intermediate_size=96})
 */
public record TensorSpec(String name, Role role, int layer, Shape shape, String reason) {
    /** What a tensor does, whatever its family calls it. */
    public enum Role {
        TOKEN_EMBEDDING,
        POSITION_EMBEDDING,
        ATTENTION_NORM_WEIGHT,
        ATTENTION_NORM_BIAS,
        /** Query, key and value in one matrix. */
        QKV_WEIGHT,
        QKV_BIAS,
        QUERY_WEIGHT,
        QUERY_BIAS,
        KEY_WEIGHT,
        KEY_BIAS,
        VALUE_WEIGHT,
        VALUE_BIAS,
        QUERY_NORM_WEIGHT,
        KEY_NORM_WEIGHT,
        ATTENTION_OUTPUT_WEIGHT,
        ATTENTION_OUTPUT_BIAS,
        FEED_FORWARD_NORM_WEIGHT,
        FEED_FORWARD_NORM_BIAS,
        GATE_WEIGHT,
        UP_WEIGHT,
        UP_BIAS,
        DOWN_WEIGHT,
        DOWN_BIAS,
        FINAL_NORM_WEIGHT,
        FINAL_NORM_BIAS,
        HEAD_WEIGHT
    }
}
