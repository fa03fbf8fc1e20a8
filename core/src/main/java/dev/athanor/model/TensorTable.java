package dev.athanor.model;

import dev.athanor.model.ModelConfig.Family;
import dev.athanor.model.ModelConfig.NormKind;
import dev.athanor.model.TensorSpec.Role;
import dev.athanor.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The tensors of every family: names as in Hugging Face checkpoints, shapes from the configuration. A new family is a
 * new table.
 */
public final class TensorTable {
    private static final String BLOCK = "%d";

    private static final Map<Role, String> GPT2 = Map.ofEntries(
            Map.entry(Role.TOKEN_EMBEDDING, "transformer.wte.weight"),
            Map.entry(Role.POSITION_EMBEDDING, "transformer.wpe.weight"),
            Map.entry(Role.ATTENTION_NORM_WEIGHT, "transformer.h.%d.ln_1.weight"),
            Map.entry(Role.ATTENTION_NORM_BIAS, "transformer.h.%d.ln_1.bias"),
            Map.entry(Role.QKV_WEIGHT, "transformer.h.%d.attn.c_attn.weight"),
            Map.entry(Role.QKV_BIAS, "transformer.h.%d.attn.c_attn.bias"),
            Map.entry(Role.ATTENTION_OUTPUT_WEIGHT, "transformer.h.%d.attn.c_proj.weight"),
            Map.entry(Role.ATTENTION_OUTPUT_BIAS, "transformer.h.%d.attn.c_proj.bias"),
            Map.entry(Role.FEED_FORWARD_NORM_WEIGHT, "transformer.h.%d.ln_2.weight"),
            Map.entry(Role.FEED_FORWARD_NORM_BIAS, "transformer.h.%d.ln_2.bias"),
            Map.entry(Role.UP_WEIGHT, "transformer.h.%d.mlp.c_fc.weight"),
            Map.entry(Role.UP_BIAS, "transformer.h.%d.mlp.c_fc.bias"),
            Map.entry(Role.DOWN_WEIGHT, "transformer.h.%d.mlp.c_proj.weight"),
            Map.entry(Role.DOWN_BIAS, "transformer.h.%d.mlp.c_proj.bias"),
            Map.entry(Role.FINAL_NORM_WEIGHT, "transformer.ln_f.weight"),
            Map.entry(Role.FINAL_NORM_BIAS, "transformer.ln_f.bias"),
            Map.entry(Role.HEAD_WEIGHT, "lm_head.weight"));

    private static final Map<Role, String> GPT_NEOX = Map.ofEntries(
            Map.entry(Role.TOKEN_EMBEDDING, "gpt_neox.embed_in.weight"),
            Map.entry(Role.ATTENTION_NORM_WEIGHT, "gpt_neox.layers.%d.input_layernorm.weight"),
            Map.entry(Role.ATTENTION_NORM_BIAS, "gpt_neox.layers.%d.input_layernorm.bias"),
            Map.entry(Role.QKV_WEIGHT, "gpt_neox.layers.%d.attention.query_key_value.weight"),
            Map.entry(Role.QKV_BIAS, "gpt_neox.layers.%d.attention.query_key_value.bias"),
            Map.entry(Role.ATTENTION_OUTPUT_WEIGHT, "gpt_neox.layers.%d.attention.dense.weight"),
            Map.entry(Role.ATTENTION_OUTPUT_BIAS, "gpt_neox.layers.%d.attention.dense.bias"),
            Map.entry(Role.FEED_FORWARD_NORM_WEIGHT, "gpt_neox.layers.%d.post_attention_layernorm.weight"),
            Map.entry(Role.FEED_FORWARD_NORM_BIAS, "gpt_neox.layers.%d.post_attention_layernorm.bias"),
            Map.entry(Role.UP_WEIGHT, "gpt_neox.layers.%d.mlp.dense_h_to_4h.weight"),
            Map.entry(Role.UP_BIAS, "gpt_neox.layers.%d.mlp.dense_h_to_4h.bias"),
            Map.entry(Role.DOWN_WEIGHT, "gpt_neox.layers.%d.mlp.dense_4h_to_h.weight"),
            Map.entry(Role.DOWN_BIAS, "gpt_neox.layers.%d.mlp.dense_4h_to_h.bias"),
            Map.entry(Role.FINAL_NORM_WEIGHT, "gpt_neox.final_layer_norm.weight"),
            Map.entry(Role.FINAL_NORM_BIAS, "gpt_neox.final_layer_norm.bias"),
            Map.entry(Role.HEAD_WEIGHT, "embed_out.weight"));

    private static final Map<Role, String> LLAMA = Map.ofEntries(
            Map.entry(Role.TOKEN_EMBEDDING, "model.embed_tokens.weight"),
            Map.entry(Role.ATTENTION_NORM_WEIGHT, "model.layers.%d.input_layernorm.weight"),
            Map.entry(Role.QUERY_WEIGHT, "model.layers.%d.self_attn.q_proj.weight"),
            Map.entry(Role.QUERY_BIAS, "model.layers.%d.self_attn.q_proj.bias"),
            Map.entry(Role.KEY_WEIGHT, "model.layers.%d.self_attn.k_proj.weight"),
            Map.entry(Role.KEY_BIAS, "model.layers.%d.self_attn.k_proj.bias"),
            Map.entry(Role.VALUE_WEIGHT, "model.layers.%d.self_attn.v_proj.weight"),
            Map.entry(Role.VALUE_BIAS, "model.layers.%d.self_attn.v_proj.bias"),
            Map.entry(Role.QUERY_NORM_WEIGHT, "model.layers.%d.self_attn.q_norm.weight"),
            Map.entry(Role.KEY_NORM_WEIGHT, "model.layers.%d.self_attn.k_norm.weight"),
            Map.entry(Role.ATTENTION_OUTPUT_WEIGHT, "model.layers.%d.self_attn.o_proj.weight"),
            Map.entry(Role.ATTENTION_OUTPUT_BIAS, "model.layers.%d.self_attn.o_proj.bias"),
            Map.entry(Role.FEED_FORWARD_NORM_WEIGHT, "model.layers.%d.post_attention_layernorm.weight"),
            Map.entry(Role.GATE_WEIGHT, "model.layers.%d.mlp.gate_proj.weight"),
            Map.entry(Role.UP_WEIGHT, "model.layers.%d.mlp.up_proj.weight"),
            Map.entry(Role.UP_BIAS, "model.layers.%d.mlp.up_proj.bias"),
            Map.entry(Role.DOWN_WEIGHT, "model.layers.%d.mlp.down_proj.weight"),
            Map.entry(Role.DOWN_BIAS, "model.layers.%d.mlp.down_proj.bias"),
            Map.entry(Role.FINAL_NORM_WEIGHT, "model.norm.weight"),
            Map.entry(Role.HEAD_WEIGHT, "lm_head.weight"));

    private TensorTable() {}

    /** Name of the tensor that has {@code role} in block {@code layer} (-1 outside the blocks). */
    public static String name(Family family, Role role, int layer) {
        Map<Role, String> names = switch (family) {
            case GPT2 -> GPT2;
            case GPT_NEOX -> GPT_NEOX;
            case LLAMA, MISTRAL, QWEN2, QWEN3 -> LLAMA;
        };
        String name = names.get(role);
        if (name == null) {
            throw new IllegalArgumentException("family " + family + " has no tensor for " + role);
        }
        return name.contains(BLOCK) ? name.replace("%d", Integer.toString(layer)) : name;
    }

    /** Every tensor a model of this configuration stores, in reading order: embeddings, blocks, final norm, head. */
    public static List<TensorSpec> of(ModelConfig c) {
        Builder b = new Builder(c);
        int d = c.width();
        String width = "width=" + d;
        b.add(Role.TOKEN_EMBEDDING, -1, "vocab_size=" + c.vocabularySize() + ", " + width, c.vocabularySize(), d);
        if (c.positions() instanceof ModelConfig.Positions.Learned) {
            b.add(Role.POSITION_EMBEDDING, -1, "context=" + c.contextLength() + ", " + width, c.contextLength(), d);
        }
        for (int layer = 0; layer < c.layers(); layer++) {
            b.norm(Role.ATTENTION_NORM_WEIGHT, Role.ATTENTION_NORM_BIAS, layer);
            b.attention(layer);
            b.norm(Role.FEED_FORWARD_NORM_WEIGHT, Role.FEED_FORWARD_NORM_BIAS, layer);
            b.feedForward(layer);
        }
        b.norm(Role.FINAL_NORM_WEIGHT, Role.FINAL_NORM_BIAS, -1);
        if (!c.tiedHead()) {
            b.add(Role.HEAD_WEIGHT, -1, "vocab_size=" + c.vocabularySize() + ", " + width, c.vocabularySize(), d);
        }
        return List.copyOf(b.specs);
    }

    private static final class Builder {
        private final ModelConfig c;
        private final List<TensorSpec> specs = new ArrayList<>();

        Builder(ModelConfig c) {
            this.c = c;
        }

        void add(Role role, int layer, String reason, int... dims) {
            specs.add(new TensorSpec(name(c.family(), role, layer), role, layer, Shape.of(dims), reason));
        }

        /** A projection from {@code in} to {@code out} numbers, stored the way the family stores it. */
        void matrix(Role role, int layer, String reason, int out, int in) {
            if (c.layout().inputMajor()) {
                add(role, layer, reason, in, out);
            } else {
                add(role, layer, reason, out, in);
            }
        }

        void norm(Role weight, Role bias, int layer) {
            add(weight, layer, "width=" + c.width(), c.width());
            if (c.norm() == NormKind.LAYER_NORM) {
                add(bias, layer, "width=" + c.width(), c.width());
            }
        }

        void attention(int layer) {
            int d = c.width();
            int q = c.queryWidth();
            int kv = c.kvWidth();
            String heads =
                    "heads=" + c.heads() + ", kv_heads=" + c.kvHeads() + ", head_dim=" + c.headSize() + ", width=" + d;
            if (c.layout().fusedQkv()) {
                matrix(Role.QKV_WEIGHT, layer, heads, q + 2 * kv, d);
                biasIf(c.qkvBias(), Role.QKV_BIAS, layer, heads, q + 2 * kv);
            } else {
                matrix(Role.QUERY_WEIGHT, layer, heads, q, d);
                biasIf(c.qkvBias(), Role.QUERY_BIAS, layer, heads, q);
                matrix(Role.KEY_WEIGHT, layer, heads, kv, d);
                biasIf(c.qkvBias(), Role.KEY_BIAS, layer, heads, kv);
                matrix(Role.VALUE_WEIGHT, layer, heads, kv, d);
                biasIf(c.qkvBias(), Role.VALUE_BIAS, layer, heads, kv);
            }
            if (c.qkNorm()) {
                add(Role.QUERY_NORM_WEIGHT, layer, heads, c.headSize());
                add(Role.KEY_NORM_WEIGHT, layer, heads, c.headSize());
            }
            matrix(Role.ATTENTION_OUTPUT_WEIGHT, layer, heads, d, q);
            biasIf(c.attentionOutputBias(), Role.ATTENTION_OUTPUT_BIAS, layer, heads, d);
        }

        void feedForward(int layer) {
            int d = c.width();
            int ff = c.feedForwardWidth();
            String reason = "intermediate_size=" + ff + ", width=" + d;
            if (c.activation().gated()) {
                matrix(Role.GATE_WEIGHT, layer, reason, ff, d);
            }
            matrix(Role.UP_WEIGHT, layer, reason, ff, d);
            biasIf(c.feedForwardBias(), Role.UP_BIAS, layer, reason, ff);
            matrix(Role.DOWN_WEIGHT, layer, reason, d, ff);
            biasIf(c.feedForwardBias(), Role.DOWN_BIAS, layer, reason, d);
        }

        private void biasIf(boolean present, Role role, int layer, String reason, int size) {
            if (present) {
                add(role, layer, reason, size);
            }
        }
    }
}
