package dev.athanor.checkpoint.gguf;

import dev.athanor.model.ModelConfig.Family;
import dev.athanor.model.TensorSpec.Role;
import java.util.EnumMap;
import java.util.Map;

/** What llama.cpp calls architectures and their tensors (its gguf-py constants). */
final class GgufNames {
    static final String ROPE_FACTORS = "rope_freqs.weight";
    static final String TOKEN_EMBEDDING = "token_embd.weight";
    static final String HEAD = "output.weight";

    private static final Map<Role, String> OUTSIDE = Map.of(
            Role.TOKEN_EMBEDDING, TOKEN_EMBEDDING,
            Role.POSITION_EMBEDDING, "position_embd.weight",
            Role.FINAL_NORM_WEIGHT, "output_norm.weight",
            Role.FINAL_NORM_BIAS, "output_norm.bias",
            Role.HEAD_WEIGHT, HEAD);

    private static final Map<Role, String> BLOCK = new EnumMap<>(Map.ofEntries(
            Map.entry(Role.ATTENTION_NORM_WEIGHT, "attn_norm.weight"),
            Map.entry(Role.ATTENTION_NORM_BIAS, "attn_norm.bias"),
            Map.entry(Role.QKV_WEIGHT, "attn_qkv.weight"),
            Map.entry(Role.QKV_BIAS, "attn_qkv.bias"),
            Map.entry(Role.QUERY_WEIGHT, "attn_q.weight"),
            Map.entry(Role.QUERY_BIAS, "attn_q.bias"),
            Map.entry(Role.KEY_WEIGHT, "attn_k.weight"),
            Map.entry(Role.KEY_BIAS, "attn_k.bias"),
            Map.entry(Role.VALUE_WEIGHT, "attn_v.weight"),
            Map.entry(Role.VALUE_BIAS, "attn_v.bias"),
            Map.entry(Role.QUERY_NORM_WEIGHT, "attn_q_norm.weight"),
            Map.entry(Role.KEY_NORM_WEIGHT, "attn_k_norm.weight"),
            Map.entry(Role.ATTENTION_OUTPUT_WEIGHT, "attn_output.weight"),
            Map.entry(Role.ATTENTION_OUTPUT_BIAS, "attn_output.bias"),
            Map.entry(Role.FEED_FORWARD_NORM_WEIGHT, "ffn_norm.weight"),
            Map.entry(Role.FEED_FORWARD_NORM_BIAS, "ffn_norm.bias"),
            Map.entry(Role.GATE_WEIGHT, "ffn_gate.weight"),
            Map.entry(Role.UP_WEIGHT, "ffn_up.weight"),
            Map.entry(Role.UP_BIAS, "ffn_up.bias"),
            Map.entry(Role.DOWN_WEIGHT, "ffn_down.weight"),
            Map.entry(Role.DOWN_BIAS, "ffn_down.bias")));

    private GgufNames() {}

    static String architecture(Family family) {
        return switch (family) {
            case GPT2 -> "gpt2";
            case GPT_NEOX -> "gptneox";
            case LLAMA, MISTRAL -> "llama";
            case QWEN2 -> "qwen2";
            case QWEN3 -> "qwen3";
        };
    }

    /** Name of the tensor that has {@code role} in block {@code layer} (-1 outside the blocks). */
    static String tensor(Role role, int layer) {
        String name = layer < 0 ? OUTSIDE.get(role) : BLOCK.get(role);
        if (name == null) {
            throw new IllegalArgumentException("GGUF has no tensor for " + role + " in layer " + layer);
        }
        return layer < 0 ? name : "blk." + layer + "." + name;
    }
}
