package dev.athanor.checkpoint;

import dev.athanor.model.ModelConfig;
import dev.athanor.model.ModelConfig.Positions;
import dev.athanor.tensor.DType;
import java.util.Locale;
import java.util.OptionalInt;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.node.ObjectNode;

/** Writes a {@link ModelConfig} as the config.json transformers reads. */
final class HfConfigWriter {
    private HfConfigWriter() {}

    static String config(ModelConfig c, DType dtype) {
        ObjectNode n = StrictJson.mapper().createObjectNode();
        switch (c.family()) {
            case GPT2 -> gpt2(c, n);
            case GPT_NEOX -> gptNeoX(c, n);
            case LLAMA, MISTRAL, QWEN2, QWEN3 -> llama(c, n);
        }
        n.put("vocab_size", c.vocabularySize());
        n.put("tie_word_embeddings", c.tiedHead());
        // Null and not absent: transformers has defaults of its own for absent ids.
        token(n, "bos_token_id", c.bosToken());
        token(n, "eos_token_id", c.eosToken());
        n.put(
                "torch_dtype",
                switch (dtype) {
                    case BF16 -> "bfloat16";
                    case F16 -> "float16";
                    default -> "float32";
                });
        return pretty(n);
    }

    static String generationConfig(ModelConfig c) {
        ObjectNode n = StrictJson.mapper().createObjectNode();
        c.bosToken().ifPresent(id -> n.put("bos_token_id", id));
        c.eosToken().ifPresent(id -> n.put("eos_token_id", id));
        n.put("max_length", c.contextLength());
        return pretty(n);
    }

    static String tokenizerConfig(ModelConfig c) {
        ObjectNode n = StrictJson.mapper().createObjectNode();
        n.put("tokenizer_class", "PreTrainedTokenizerFast");
        n.put("model_max_length", c.contextLength());
        return pretty(n);
    }

    private static void token(ObjectNode n, String name, OptionalInt id) {
        if (id.isPresent()) {
            n.put(name, id.getAsInt());
        } else {
            n.putNull(name);
        }
    }

    private static double dropout(ModelConfig c) {
        return Double.parseDouble(Float.toString(c.dropout()));
    }

    private static String gelu(ModelConfig c) {
        return c.activation() == ModelConfig.Activation.GELU_ERF ? "gelu" : "gelu_new";
    }

    private static String pretty(ObjectNode n) {
        return StrictJson.mapper()
                        .writer()
                        .with(SerializationFeature.INDENT_OUTPUT)
                        .writeValueAsString(n) + "\n";
    }

    private static void gpt2(ModelConfig c, ObjectNode n) {
        n.putArray("architectures").add("GPT2LMHeadModel");
        n.put("model_type", "gpt2");
        n.put("n_embd", c.width());
        n.put("n_layer", c.layers());
        n.put("n_head", c.heads());
        n.put("n_positions", c.contextLength());
        n.put("n_inner", c.feedForwardWidth());
        n.put("activation_function", gelu(c));
        n.put("layer_norm_epsilon", epsilon(c));
        n.put("embd_pdrop", dropout(c));
        n.put("attn_pdrop", 0.0);
        n.put("resid_pdrop", dropout(c));
    }

    private static void gptNeoX(ModelConfig c, ObjectNode n) {
        n.putArray("architectures").add("GPTNeoXForCausalLM");
        n.put("model_type", "gpt_neox");
        common(c, n);
        Positions.Rotary rotary = c.rotary().orElseThrow();
        n.put("rotary_pct", rotary.dimensions() / (double) c.headSize());
        n.put("rotary_emb_base", rotary.theta());
        RopeScalingFields.write(rotary.scaling(), n);
        n.put("use_parallel_residual", c.parallelResidual());
        n.put("hidden_act", gelu(c));
        n.put("layer_norm_eps", epsilon(c));
        n.put("attention_bias", c.qkvBias());
        n.put("attention_dropout", 0.0);
        n.put("hidden_dropout", dropout(c));
    }

    private static void llama(ModelConfig c, ObjectNode n) {
        String name = switch (c.family()) {
            case MISTRAL -> "Mistral";
            case QWEN2 -> "Qwen2";
            case QWEN3 -> "Qwen3";
            default -> "Llama";
        };
        n.putArray("architectures").add(name + "ForCausalLM");
        n.put("model_type", name.toLowerCase(Locale.ROOT));
        common(c, n);
        n.put("num_key_value_heads", c.kvHeads());
        n.put("head_dim", c.headSize());
        if (c.family() == ModelConfig.Family.LLAMA || c.family() == ModelConfig.Family.QWEN3) {
            n.put("attention_bias", c.qkvBias());
        }
        n.put("rope_theta", c.rotary().orElseThrow().theta());
        RopeScalingFields.write(c.rotary().orElseThrow().scaling(), n);
        n.put("rms_norm_eps", epsilon(c));
        n.put("hidden_act", "silu");
        if (c.family() == ModelConfig.Family.MISTRAL) {
            if (c.slidingWindow().isPresent()) {
                n.put("sliding_window", c.slidingWindow().getAsInt());
            } else {
                n.putNull("sliding_window");
            }
        } else if (c.family() != ModelConfig.Family.LLAMA) {
            n.put("use_sliding_window", c.slidingWindow().isPresent());
            if (c.slidingWindow().isPresent()) {
                n.put("sliding_window", c.slidingWindow().getAsInt());
                n.put("max_window_layers", 0);
            }
        }
    }

    private static void common(ModelConfig c, ObjectNode n) {
        n.put("hidden_size", c.width());
        n.put("num_hidden_layers", c.layers());
        n.put("num_attention_heads", c.heads());
        n.put("intermediate_size", c.feedForwardWidth());
        n.put("max_position_embeddings", c.contextLength());
    }

    /** 1e-5 as 1e-5, not as the nearest float's many digits. */
    private static double epsilon(ModelConfig c) {
        return Double.parseDouble(Float.toString(c.normEpsilon()));
    }
}
