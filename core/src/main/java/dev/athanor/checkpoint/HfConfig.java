package dev.athanor.checkpoint;

import dev.athanor.model.ModelConfig;
import dev.athanor.model.ModelConfig.Activation;
import dev.athanor.model.ModelConfig.Family;
import dev.athanor.model.ModelConfig.NormKind;
import dev.athanor.model.ModelConfig.Positions;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;

/** Reads config.json of transformers into a {@link ModelConfig}; defaults are those of transformers' configuration classes. */
public final class HfConfig {
    private final JsonNode json;
    private final String where;

    private HfConfig(JsonNode json, String where) {
        this.json = json;
        this.where = where;
    }

    /**
     * The model {@code text} describes.
     *
     * @param where the file's name, for errors
     */
    public static ModelConfig parse(String text, String where) {
        HfConfig c = new HfConfig(StrictJson.object(text, where), where);
        String type = c.text("model_type", "");
        try {
            return switch (type) {
                case "gpt2" -> c.gpt2();
                case "gpt_neox" -> c.gptNeoX();
                case "llama" -> c.llama(Family.LLAMA);
                case "mistral" -> c.llama(Family.MISTRAL);
                case "qwen2" -> c.llama(Family.QWEN2);
                case "qwen3" -> c.llama(Family.QWEN3);
                default -> throw c.fail("model_type", "gpt2, gpt_neox, llama, mistral, qwen2 or qwen3", c.json.path("model_type"));
            };
        } catch (IllegalArgumentException e) {
            throw new ModelFormatException(where + ": " + e.getMessage(), e);
        }
    }

    private ModelConfig gpt2() {
        int d = whole("n_embd", 768);
        int heads = whole("n_head", 12);
        requireDivides("n_embd", d, "n_head", heads);
        require("activation_function", text("activation_function", "gelu_new"), "gelu_new", "gelu_pytorch_tanh");
        requireFlag("scale_attn_weights", true, true);
        requireFlag("scale_attn_by_inverse_layer_idx", false, false);
        requireFlag("reorder_and_upcast_attn", false, false);
        return new ModelConfig(Family.GPT2, whole("vocab_size", 50257), whole("n_positions", 1024), whole("n_layer", 12), d, heads,
                heads, d / heads, whole("n_inner", 4 * d), NormKind.LAYER_NORM, real("layer_norm_epsilon", 1e-5),
                Activation.GELU_TANH, new Positions.Learned(), false, false, true, true, true, flag("tie_word_embeddings", true),
                OptionalInt.empty(), 0f, token("bos_token_id"), token("eos_token_id"));
    }

    private ModelConfig gptNeoX() {
        int d = whole("hidden_size", 6144);
        int heads = whole("num_attention_heads", 64);
        requireDivides("hidden_size", d, "num_attention_heads", heads);
        require("hidden_act", text("hidden_act", "gelu"), "gelu");
        requireFlag("attention_bias", true, true);
        refuseScaledRope();
        double share = json.has("rotary_pct") ? real("rotary_pct", 0.25) : rope("partial_rotary_factor", 0.25);
        int rotary = (int) (d / heads * share);
        return new ModelConfig(Family.GPT_NEOX, whole("vocab_size", 50432), whole("max_position_embeddings", 2048),
                whole("num_hidden_layers", 44), d, heads, heads, d / heads, whole("intermediate_size", 24576), NormKind.LAYER_NORM,
                real("layer_norm_eps", 1e-5), Activation.GELU_ERF,
                new Positions.Rotary(json.has("rotary_emb_base") ? real64("rotary_emb_base", 10000) : rope("rope_theta", 10000), rotary),
                flag("use_parallel_residual", true), false, true, true, true, flag("tie_word_embeddings", false),
                OptionalInt.empty(), 0f, token("bos_token_id"), token("eos_token_id"));
    }

    private ModelConfig llama(Family family) {
        int d = whole("hidden_size", 4096);
        int heads = whole("num_attention_heads", 32);
        boolean headSizeGiven = json.hasNonNull("head_dim");
        if (!headSizeGiven && family != Family.QWEN3) {
            requireDivides("hidden_size", d, "num_attention_heads", heads);
        }
        int headSize = whole("head_dim", family == Family.QWEN3 ? 128 : d / heads);
        require("hidden_act", text("hidden_act", "silu"), "silu");
        refuseScaledRope();
        requireFlag("attention_bias", false, false);
        requireFlag("mlp_bias", false, false);
        int kvDefault = family == Family.MISTRAL ? 8 : family == Family.LLAMA ? heads : 32;
        return new ModelConfig(family, whole("vocab_size", family == Family.QWEN2 || family == Family.QWEN3 ? 151936 : 32000),
                whole("max_position_embeddings", family == Family.LLAMA ? 2048 : 32768), whole("num_hidden_layers", 32), d, heads,
                whole("num_key_value_heads", kvDefault), headSize, whole("intermediate_size", 11008), NormKind.RMS_NORM,
                real("rms_norm_eps", 1e-6), Activation.SILU_GATED, new Positions.Rotary(rope("rope_theta", 10000), headSize), false,
                family == Family.QWEN3, family == Family.QWEN2, false, false, flag("tie_word_embeddings", false), window(family), 0f,
                token("bos_token_id"), token("eos_token_id"));
    }

    private OptionalInt window(Family family) {
        if (family == Family.LLAMA) {
            return OptionalInt.empty();
        }
        if (family != Family.MISTRAL) {
            requireFlag("use_sliding_window", false, false);
            return OptionalInt.empty();
        }
        if (!json.has("sliding_window")) {
            return OptionalInt.of(4096);
        }
        return json.hasNonNull("sliding_window") ? OptionalInt.of(whole("sliding_window", 1)) : OptionalInt.empty();
    }

    private double rope(String name, double otherwise) {
        JsonNode nested = json.path("rope_parameters").path(name);
        return nested.isNumber() ? nested.asDouble() : real64(name, otherwise);
    }

    private void refuseScaledRope() {
        for (String field : new String[] {"rope_scaling", "rope_parameters"}) {
            JsonNode node = json.path(field);
            JsonNode kind = node.has("rope_type") ? node.path("rope_type") : node.path("type");
            if (kind.isString() && !kind.asString().equals("default")) {
                throw fail(field + " of type", "default", kind);
            }
        }
    }

    private int whole(String name, int otherwise) {
        JsonNode node = json.path(name);
        if (node.isMissingNode() || node.isNull()) {
            return otherwise;
        }
        if (!node.isIntegralNumber() || !node.canConvertToInt() || node.asInt() < 1) {
            throw fail(name, "a whole number of at least 1", node);
        }
        return node.asInt();
    }

    private float real(String name, double otherwise) {
        return (float) real64(name, otherwise);
    }

    private double real64(String name, double otherwise) {
        JsonNode node = json.path(name);
        if (node.isMissingNode() || node.isNull()) {
            return otherwise;
        }
        if (!node.isNumber() || !Double.isFinite(node.asDouble()) || node.asDouble() < 0) {
            throw fail(name, "a number of at least 0", node);
        }
        return node.asDouble();
    }

    private boolean flag(String name, boolean otherwise) {
        JsonNode node = json.path(name);
        if (node.isMissingNode() || node.isNull()) {
            return otherwise;
        }
        if (!node.isBoolean()) {
            throw fail(name, "true or false", node);
        }
        return node.asBoolean();
    }

    private void requireFlag(String name, boolean otherwise, boolean wanted) {
        if (flag(name, otherwise) != wanted) {
            throw fail(name, wanted + " (the other is not supported)", json.path(name));
        }
    }

    private String text(String name, String otherwise) {
        JsonNode node = json.path(name);
        return node.isString() ? node.asString() : otherwise;
    }

    private void require(String name, String found, String... wanted) {
        for (String w : wanted) {
            if (w.equals(found)) {
                return;
            }
        }
        throw fail(name, String.join(" or ", wanted), json.path(name));
    }

    private void requireDivides(String name, int value, String by, int divisor) {
        if (value % divisor != 0) {
            throw new ModelFormatException(
                    where + ": expected " + name + " to be a multiple of " + by + "=" + divisor + ", found " + name + "=" + value);
        }
    }

    /** A token id; of a list the first counts. */
    private OptionalInt token(String name) {
        JsonNode node = json.path(name);
        JsonNode first = node.isArray() ? node.path(0) : node;
        return first.isIntegralNumber() && first.canConvertToInt() ? OptionalInt.of(first.asInt()) : OptionalInt.empty();
    }

    private ModelFormatException fail(String name, String expected, JsonNode found) {
        String value = found.isMissingNode() ? "nothing" : found.toString();
        return new ModelFormatException(where + ": expected " + name + " " + expected + ", found " + value);
    }
}
