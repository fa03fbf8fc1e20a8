package dev.athanor.describe;

import dev.athanor.model.TensorSpec.Role;

/** Where in a model a parameter sits. */
public enum Place {
    /** Token and position tables. */
    EMBEDDING("embedding"),
    /** Projections to queries, keys and values and the one after attention, with their biases. */
    ATTENTION("attention"),
    FEED_FORWARD("feed-forward"),
    /** LayerNorm and RMSNorm of the blocks, of heads and at the end. */
    NORMS("norms"),
    /** The unembedding, if it is not the token table again. */
    HEAD("head");

    private final String words;

    Place(String words) {
        this.words = words;
    }

    /** What a page calls it. */
    public String words() {
        return words;
    }

    /** The place of tensors that do {@code role}. */
    public static Place of(Role role) {
        return switch (role) {
            case TOKEN_EMBEDDING, POSITION_EMBEDDING -> EMBEDDING;
            case QKV_WEIGHT,
                    QKV_BIAS,
                    QUERY_WEIGHT,
                    QUERY_BIAS,
                    KEY_WEIGHT,
                    KEY_BIAS,
                    VALUE_WEIGHT,
                    VALUE_BIAS,
                    ATTENTION_OUTPUT_WEIGHT,
                    ATTENTION_OUTPUT_BIAS -> ATTENTION;
            case GATE_WEIGHT, UP_WEIGHT, UP_BIAS, DOWN_WEIGHT, DOWN_BIAS -> FEED_FORWARD;
            case ATTENTION_NORM_WEIGHT,
                    ATTENTION_NORM_BIAS,
                    QUERY_NORM_WEIGHT,
                    KEY_NORM_WEIGHT,
                    FEED_FORWARD_NORM_WEIGHT,
                    FEED_FORWARD_NORM_BIAS,
                    FINAL_NORM_WEIGHT,
                    FINAL_NORM_BIAS -> NORMS;
            case HEAD_WEIGHT -> HEAD;
        };
    }
}
