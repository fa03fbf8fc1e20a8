package dev.athanor.model.hook;

import java.util.Arrays;
import java.util.List;

/**
 * A kind of place in the forward pass, with the classic name that TransformerLens gave it. Shapes: b sequences, p
 * positions, d width, h heads, kv heads of keys and values, e numbers of a head, m feed-forward width, V vocabulary.
 */
public enum HookPoint {
    /** Rows of the token embedding. */
    EMBED("hook_embed", "b p d"),
    /** Rows of the learned positions. */
    POS_EMBED("hook_pos_embed", "b p d"),
    /** Residual stream before a layer. */
    RESID_PRE("blocks.%d.hook_resid_pre", "b p d"),
    /** What attention's norm divides by: the deviation, or the root mean square. */
    LN1_SCALE("blocks.%d.ln1.hook_scale", "b p 1"),
    /** Divided, before the learned weight and bias. */
    LN1_NORMALIZED("blocks.%d.ln1.hook_normalized", "b p d"),
    /** Queries, before any norm of their own and before they are rotated. */
    Q("blocks.%d.attn.hook_q", "b p h e"),
    K("blocks.%d.attn.hook_k", "b p kv e"),
    V("blocks.%d.attn.hook_v", "b p kv e"),
    /** Queries as they are compared, where positions rotate them. */
    ROT_Q("blocks.%d.attn.hook_rot_q", "b p h e"),
    ROT_K("blocks.%d.attn.hook_rot_k", "b p kv e"),
    /** Query times key over the root of e; minus infinity where a word may not look. */
    ATTN_SCORES("blocks.%d.attn.hook_attn_scores", "b h p p"),
    /** The shares that softmax makes of the scores. */
    PATTERN("blocks.%d.attn.hook_pattern", "b h p p"),
    /** Values mixed in these shares. */
    Z("blocks.%d.attn.hook_z", "b p h e"),
    /** What each head adds to the residual stream, without the bias that belongs to all of them. */
    RESULT("blocks.%d.attn.hook_result", "b p h d"),
    ATTN_OUT("blocks.%d.hook_attn_out", "b p d"),
    /** Residual stream between attention and feed-forward, where one follows the other. */
    RESID_MID("blocks.%d.hook_resid_mid", "b p d"),
    LN2_SCALE("blocks.%d.ln2.hook_scale", "b p 1"),
    LN2_NORMALIZED("blocks.%d.ln2.hook_normalized", "b p d"),
    /** Neurons before the activation; of gated ones, the gate. */
    MLP_PRE("blocks.%d.mlp.hook_pre", "b p m"),
    /** What a gate multiplies. */
    MLP_PRE_LINEAR("blocks.%d.mlp.hook_pre_linear", "b p m"),
    /** Neurons as they are read by the second matrix. */
    MLP_POST("blocks.%d.mlp.hook_post", "b p m"),
    MLP_OUT("blocks.%d.hook_mlp_out", "b p d"),
    /** Residual stream after a layer. */
    RESID_POST("blocks.%d.hook_resid_post", "b p d"),
    FINAL_SCALE("ln_final.hook_scale", "b p 1"),
    FINAL_NORMALIZED("ln_final.hook_normalized", "b p d"),
    /** What the head reads. */
    UNEMBED_IN("unembed.hook_in", "b p d"),
    /** Logits. */
    UNEMBED_OUT("unembed.hook_out", "b p V");

    private final String pattern;
    private final List<String> dimensions;

    HookPoint(String pattern, String dimensions) {
        this.pattern = pattern;
        this.dimensions = Arrays.asList(dimensions.split(" ", -1));
    }

    /** Whether every layer has one. */
    public boolean perLayer() {
        return pattern.contains("%d");
    }

    /** Letters of the shape. */
    public List<String> dimensions() {
        return List.copyOf(dimensions);
    }

    /** The name with {@code %d} for the layer, where there is one. */
    String pattern() {
        return pattern;
    }
}
