package dev.athanor.checkpoint;

import dev.athanor.model.ModelConfig;
import dev.athanor.model.ModelConfig.Activation;
import dev.athanor.model.ModelConfig.Family;
import dev.athanor.model.ModelConfig.NormKind;
import dev.athanor.model.ModelConfig.Positions;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * Reads config.json of transformers into a {@link ModelConfig}; defaults are those of transformers' configuration
 * classes.
 *
 * <p>Dropout is read as 0: it is a setting of the next training, not of the model. What would change the computation
 * and is not supported is refused by name.
 */
public final class HfConfig {
    private static final int MAX_LAYERS = 4096;

    /** Largest width, vocabulary or context; three of them still add up within an int. */
    private static final int MAX_SIZE = 1 << 24;

    private static final List<String> FAMILIES = List.of("gpt2", "gpt_neox", "llama", "mistral", "qwen2", "qwen3");

    /** Fields without influence on what Athanor computes. */
    private static final Set<String> HARMLESS = Set.of(
            "architectures",
            "_name_or_path",
            "transformers_version",
            "torch_dtype",
            "dtype",
            "use_cache",
            "initializer_range",
            "attn_pdrop",
            "embd_pdrop",
            "resid_pdrop",
            "attention_dropout",
            "hidden_dropout",
            "classifier_dropout",
            "summary_activation",
            "summary_first_dropout",
            "summary_proj_to_labels",
            "summary_type",
            "summary_use_proj",
            "task_specific_params",
            "pad_token_id",
            "n_ctx",
            "pretraining_tp",
            "output_past",
            "output_attentions",
            "output_hidden_states",
            "return_dict",
            "is_decoder",
            "gradient_checkpointing",
            "id2label",
            "label2id",
            "max_window_layers",
            "sliding_window",
            "model_type");

    private final ConfigFields fields;

    private HfConfig(ConfigFields fields) {
        this.fields = fields;
    }

    /**
     * The model {@code text} describes.
     *
     * @param where the file's name, for errors
     * @throws ModelFormatException when it is not JSON, contradicts itself or describes what Athanor does not compute
     */
    public static ModelConfig parse(String text, String where) {
        return read(new ConfigFields(StrictJson.object(text, where), where), where);
    }

    /** One sentence for every field of {@code text} that was neither needed nor known to be harmless. */
    public static List<String> notes(String text, String where) {
        ConfigFields fields = new ConfigFields(StrictJson.object(text, where), where);
        read(fields, where);
        return fields.unread().stream()
                .filter(name -> !HARMLESS.contains(name))
                .map(name -> where + ": field " + Quote.of(name) + " is not known to Athanor and was ignored")
                .toList();
    }

    /** Every id of {@code eos_token_id}, one number or a list. */
    static List<Integer> endTokens(String text, String where, int vocabularySize) {
        return tokens(new ConfigFields(StrictJson.object(text, where), where), "eos_token_id", vocabularySize);
    }

    private static ModelConfig read(ConfigFields fields, String where) {
        HfConfig c = new HfConfig(fields);
        String type = fields.text("model_type", "");
        c.refuseForeign();
        try {
            return switch (type) {
                case "gpt2" -> c.gpt2();
                case "gpt_neox" -> c.gptNeoX();
                case "llama" -> c.llama(Family.LLAMA);
                case "mistral" -> c.llama(Family.MISTRAL);
                case "qwen2" -> c.llama(Family.QWEN2);
                case "qwen3" -> c.llama(Family.QWEN3);
                default ->
                    throw fields.fail(
                            "model_type to be one of " + String.join(", ", FAMILIES), fields.node("model_type"));
            };
        } catch (IllegalArgumentException e) {
            throw new ModelFormatException(where + ": " + e.getMessage(), e);
        }
    }

    /** What no family here computes. */
    private void refuseForeign() {
        fields.requireFlag("is_encoder_decoder", false, false);
        fields.requireFlag("add_cross_attention", false, false);
        for (String name : List.of("quantization_config", "pruned_heads")) {
            JsonNode node = fields.node(name);
            if (fields.given(name) && !node.isEmpty()) {
                throw fields.fail("no " + name + " (Athanor does not read such checkpoints)", node);
            }
        }
    }

    private ModelConfig gpt2() {
        int d = size("n_embd", 768);
        int heads = size("n_head", 12);
        int vocabulary = size("vocab_size", 50257);
        requireDivides("n_embd", d, "n_head", heads);
        fields.requireFlag("scale_attn_weights", true, true);
        fields.requireFlag("scale_attn_by_inverse_layer_idx", false, false);
        fields.requireFlag("reorder_and_upcast_attn", false, false);
        return new ModelConfig(
                Family.GPT2,
                vocabulary,
                size("n_positions", 1024),
                layers("n_layer", 12),
                d,
                heads,
                heads,
                d / heads,
                size("n_inner", Math.multiplyExact(4, d)),
                NormKind.LAYER_NORM,
                epsilon("layer_norm_epsilon", 1e-5),
                gelu("activation_function", "gelu_new"),
                new Positions.Learned(),
                false,
                false,
                true,
                true,
                true,
                fields.flag("tie_word_embeddings", true),
                OptionalInt.empty(),
                0f,
                token("bos_token_id", 50256, vocabulary),
                token("eos_token_id", 50256, vocabulary));
    }

    private ModelConfig gptNeoX() {
        int d = size("hidden_size", 6144);
        int heads = size("num_attention_heads", 64);
        int vocabulary = size("vocab_size", 50432);
        requireDivides("hidden_size", d, "num_attention_heads", heads);
        boolean bias = fields.flag("attention_bias", true);
        int context = size("max_position_embeddings", 2048);
        RopeFields rope = RopeFields.read(fields, "rotary_emb_base", "rotary_pct", 0.25, context);
        return new ModelConfig(
                Family.GPT_NEOX,
                vocabulary,
                context,
                layers("num_hidden_layers", 44),
                d,
                heads,
                heads,
                d / heads,
                size("intermediate_size", 24576),
                NormKind.LAYER_NORM,
                epsilon("layer_norm_eps", 1e-5),
                gelu("hidden_act", "gelu"),
                rope.rotary(d / heads),
                fields.flag("use_parallel_residual", true),
                false,
                bias,
                bias,
                true,
                fields.flag("tie_word_embeddings", false),
                OptionalInt.empty(),
                0f,
                token("bos_token_id", 0, vocabulary),
                token("eos_token_id", 2, vocabulary));
    }

    private ModelConfig llama(Family family) {
        boolean qwen = family == Family.QWEN2 || family == Family.QWEN3;
        int d = size("hidden_size", 4096);
        int heads = size("num_attention_heads", 32);
        int vocabulary = size("vocab_size", qwen ? 151936 : 32000);
        int layers = layers("num_hidden_layers", 32);
        if (!fields.given("head_dim") && family != Family.QWEN3) {
            requireDivides("hidden_size", d, "num_attention_heads", heads);
        }
        int headSize = size("head_dim", family == Family.QWEN3 ? 128 : d / heads);
        int kvHeads = size("num_key_value_heads", family == Family.MISTRAL ? 8 : qwen ? 32 : heads);
        requireDivides("num_attention_heads", heads, "num_key_value_heads", kvHeads);
        if ((long) heads * headSize > MAX_SIZE) {
            throw fields.fail("num_attention_heads x head_dim to be at most " + MAX_SIZE, heads + " x " + headSize);
        }
        fields.requireText("hidden_act", "silu", List.of("silu", "swish"));
        fields.requireFlag("mlp_bias", false, false);
        boolean bias = false;
        if (family == Family.MISTRAL) {
            fields.requireFlag("attention_bias", false, false);
        } else if (family != Family.QWEN2) {
            bias = fields.flag("attention_bias", false);
        }
        int feedForward =
                size("intermediate_size", family == Family.LLAMA ? 11008 : family == Family.MISTRAL ? 14336 : 22016);
        int context = size(
                "max_position_embeddings", family == Family.LLAMA ? 2048 : family == Family.MISTRAL ? 131072 : 32768);
        RopeFields rope = RopeFields.read(fields, "rope_theta", "partial_rotary_factor", 1.0, context);
        boolean llamaTokens = !qwen;
        return new ModelConfig(
                family,
                vocabulary,
                context,
                layers,
                d,
                heads,
                kvHeads,
                headSize,
                feedForward,
                NormKind.RMS_NORM,
                epsilon("rms_norm_eps", 1e-6),
                Activation.SILU_GATED,
                rope.rotary(headSize),
                false,
                family == Family.QWEN3,
                bias || family == Family.QWEN2,
                bias,
                false,
                fields.flag("tie_word_embeddings", false),
                window(family, layers),
                0f,
                token("bos_token_id", llamaTokens ? 1 : -1, vocabulary),
                token("eos_token_id", llamaTokens ? 2 : -1, vocabulary));
    }

    /** How far a query sees; Athanor has one answer for all layers. */
    private OptionalInt window(Family family, int layers) {
        OptionalInt window = OptionalInt.empty();
        if (family == Family.MISTRAL) {
            window = fields.absent("sliding_window") ? OptionalInt.of(4096) : given("sliding_window");
        } else if (family != Family.LLAMA && fields.flag("use_sliding_window", false)) {
            window = fields.absent("sliding_window") ? OptionalInt.of(4096) : given("sliding_window");
            JsonNode first = fields.node("max_window_layers");
            if (fields.given("max_window_layers")
                    && !(first.isIntegralNumber() && first.canConvertToInt() && first.asInt() >= 0)) {
                throw fields.fail("max_window_layers to be a whole number of at least 0", first);
            }
            int from = fields.given("max_window_layers") ? first.asInt() : 28;
            if (from >= layers) {
                window = OptionalInt.empty();
            } else if (from > 0 && window.isPresent() && !fields.given("layer_types")) {
                throw fields.fail(
                        "a sliding window in all layers or in none (max_window_layers 0, or at least num_hidden_layers="
                                + layers + ")",
                        String.valueOf(from));
            }
        }
        return layerTypes(window, layers);
    }

    private OptionalInt given(String name) {
        return fields.given(name) ? OptionalInt.of(fields.whole(name, 1, Integer.MAX_VALUE)) : OptionalInt.empty();
    }

    private OptionalInt layerTypes(OptionalInt window, int layers) {
        if (!fields.given("layer_types")) {
            return window;
        }
        JsonNode types = fields.node("layer_types");
        String wanted = window.isPresent() ? "sliding_attention" : "full_attention";
        boolean uniform = types.isArray() && types.size() == layers;
        for (int i = 0; uniform && i < layers; i++) {
            uniform = types.get(i).isString() && types.get(i).asString().equals(wanted);
        }
        if (!uniform) {
            throw fields.fail(
                    "layer_types to be " + layers + " times " + wanted + ", as the sliding window says", types);
        }
        return window;
    }

    private Activation gelu(String name, String otherwise) {
        fields.requireText(name, otherwise, List.of("gelu", "gelu_new", "gelu_fast", "gelu_pytorch_tanh"));
        return fields.text(name, otherwise).equals("gelu") ? Activation.GELU_ERF : Activation.GELU_TANH;
    }

    private int size(String name, int otherwise) {
        return fields.whole(name, otherwise, MAX_SIZE);
    }

    private int layers(String name, int otherwise) {
        return fields.whole(name, otherwise, MAX_LAYERS);
    }

    private float epsilon(String name, double otherwise) {
        float epsilon = (float) fields.positive(name, otherwise);
        if (epsilon == 0f || !Float.isFinite(epsilon)) {
            throw fields.fail(name + " to be a positive number in F32", fields.node(name));
        }
        return epsilon;
    }

    private void requireDivides(String name, int value, String by, int divisor) {
        if (value % divisor != 0) {
            throw fields.fail(name + " to be a multiple of " + by + "=" + divisor, name + "=" + value);
        }
    }

    /** The first id of a field; transformers' default when the field is absent and the vocabulary has it. */
    private OptionalInt token(String name, int otherwise, int vocabulary) {
        if (fields.absent(name)) {
            return otherwise >= 0 && otherwise < vocabulary ? OptionalInt.of(otherwise) : OptionalInt.empty();
        }
        List<Integer> ids = tokens(fields, name, vocabulary);
        return ids.isEmpty() ? OptionalInt.empty() : OptionalInt.of(ids.getFirst());
    }

    private static List<Integer> tokens(ConfigFields fields, String name, int vocabulary) {
        if (!fields.given(name)) {
            return List.of();
        }
        JsonNode node = fields.node(name);
        List<Integer> ids = new ArrayList<>();
        for (JsonNode id : node.isArray() ? List.copyOf(node.values()) : List.of(node)) {
            if (!id.isIntegralNumber() || !id.canConvertToInt() || id.asInt() < 0 || id.asInt() >= vocabulary) {
                throw fields.fail(
                        name + " to be null, a token id below vocab_size=" + vocabulary + " or a list of them", node);
            }
            ids.add(id.asInt());
        }
        return List.copyOf(ids);
    }
}
