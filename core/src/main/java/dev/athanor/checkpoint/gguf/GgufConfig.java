package dev.athanor.checkpoint.gguf;

import dev.athanor.checkpoint.ModelFormatException;
import dev.athanor.checkpoint.TensorEntry;
import dev.athanor.model.Layout;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.ModelConfig.Activation;
import dev.athanor.model.ModelConfig.Family;
import dev.athanor.model.ModelConfig.NormKind;
import dev.athanor.model.ModelConfig.Positions;
import dev.athanor.model.TensorSpec.Role;
import dev.athanor.quant.Blocks;
import dev.athanor.tensor.Stored;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Reads the metadata of a GGUF file into a {@link ModelConfig}; keys and defaults as llama.cpp's. What GGUF does not
 * say follows from which tensors are there: biases, and a head that is the token embedding again.
 */
final class GgufConfig {
    private static final int MAX_LAYERS = 4096;
    private static final int MAX_SIZE = 1 << 24;
    static final String ACTIVATION = "hidden_activation";

    /** Keys that change the computation in ways none of the five architectures has. */
    private static final List<String> FOREIGN = List.of(
            "expert_count",
            "attention.scale",
            "attention.clamp_kqv",
            "attention.max_alibi_bias",
            "attn_logit_softcapping",
            "final_logit_softcapping",
            "logit_scale",
            "residual_scale",
            "embedding_scale");

    private final Gguf file;
    private final GgufMetadata metadata;
    private final Family family;
    private final String architecture;

    private GgufConfig(Gguf file, GgufMetadata metadata, Family family) {
        this.file = file;
        this.metadata = metadata;
        this.family = family;
        this.architecture = GgufNames.architecture(family);
    }

    /**
     * The model in {@code file}, its weights arranged as there.
     *
     * @throws ModelFormatException when a key is missing, of another type or out of range, or describes what Athanor
     *     does not compute
     */
    static ModelConfig read(Gguf file, GgufMetadata metadata) {
        String architecture = metadata.text("general.architecture");
        Family family = switch (architecture) {
            case "gpt2" -> Family.GPT2;
            case "gptneox" -> Family.GPT_NEOX;
            case "llama" -> metadata.given("llama.attention.sliding_window") ? Family.MISTRAL : Family.LLAMA;
            case "qwen2" -> Family.QWEN2;
            case "qwen3" -> Family.QWEN3;
            default ->
                throw metadata.fail("general.architecture", "one of gpt2, gptneox, llama, qwen2, qwen3", architecture);
        };
        int parts = metadata.whole("split.count", 1, 0, Integer.MAX_VALUE);
        if (parts > 1) {
            throw metadata.fail(
                    "split.count",
                    "1",
                    parts + ": the file is one of several parts; join them with llama-gguf-split --merge");
        }
        try {
            return new GgufConfig(file, metadata, family).config();
        } catch (IllegalArgumentException e) {
            throw new ModelFormatException(file.path() + ": " + e.getMessage(), e);
        }
    }

    private ModelConfig config() {
        refuseForeign();
        int width = size("embedding_length");
        int heads = size("attention.head_count");
        int kvHeads = metadata.whole(key("attention.head_count_kv"), heads, 1, MAX_SIZE);
        int headSize = headSize(width, heads);
        int context = size("context_length");
        boolean layerNorm = family == Family.GPT2 || family == Family.GPT_NEOX;
        String epsilon = "attention.layer_norm_" + (layerNorm ? "" : "rms_") + "epsilon";
        int vocabulary = vocabulary();
        if (layerNorm && kvHeads != heads) {
            throw metadata.fail(key("attention.head_count_kv"), "the number of heads, " + heads, "" + kvHeads);
        }
        return new ModelConfig(
                family,
                vocabulary,
                context,
                metadata.whole(key("block_count"), 1, MAX_LAYERS),
                width,
                heads,
                kvHeads,
                headSize,
                size("feed_forward_length"),
                layerNorm ? NormKind.LAYER_NORM : NormKind.RMS_NORM,
                epsilon(epsilon),
                activation(),
                positions(headSize, context),
                family == Family.GPT_NEOX && metadata.flag(key("use_parallel_residual"), true),
                family == Family.QWEN3,
                has(layerNorm ? Role.QKV_BIAS : Role.QUERY_BIAS),
                has(Role.ATTENTION_OUTPUT_BIAS),
                layerNorm,
                tiedHead(),
                window(),
                0f,
                token("tokenizer.ggml.bos_token_id", vocabulary),
                token("tokenizer.ggml.eos_token_id", vocabulary),
                Layout.gguf(family));
    }

    private void refuseForeign() {
        for (String name : FOREIGN) {
            Optional<GgufValue> value = metadata.value(key(name));
            boolean idle = value.isEmpty()
                    || value.get() instanceof GgufValue.Whole whole && whole.value() == 0
                    || value.get() instanceof GgufValue.Real real && real.value() == 0;
            if (!idle) {
                throw metadata.fail(
                        key(name), "absent (Athanor does not compute it for " + architecture + ")", value.get());
            }
        }
        if (!metadata.flag(key("attention.causal"), true)) {
            throw metadata.fail(key("attention.causal"), "true", "false");
        }
    }

    private int headSize(int width, int heads) {
        Optional<Integer> given = metadata.optionalWhole(key("attention.key_length"), 1, MAX_SIZE);
        if (given.isEmpty() && width % heads != 0) {
            throw metadata.fail(key("embedding_length"), "a multiple of head_count=" + heads, "" + width);
        }
        int headSize = given.orElse(width / heads);
        int values = metadata.whole(key("attention.value_length"), headSize, 1, MAX_SIZE);
        if (values != headSize) {
            throw metadata.fail(key("attention.value_length"), "as long as keys, " + headSize, "" + values);
        }
        if ((long) heads * headSize > MAX_SIZE) {
            throw metadata.fail(
                    key("attention.head_count"),
                    "such that all heads have at most " + MAX_SIZE + " numbers",
                    "" + heads);
        }
        return headSize;
    }

    /** The embedding's rows; vocabulary and metadata must agree with them. */
    private int vocabulary() {
        TensorEntry embedding = file.entries().get(GgufNames.TOKEN_EMBEDDING);
        if (embedding == null
                || embedding.shape().rank() != 2
                || embedding.shape().dim(0) > MAX_SIZE) {
            throw new ModelFormatException(file.path() + ": expected a matrix " + GgufNames.TOKEN_EMBEDDING
                    + " of at most " + MAX_SIZE + " rows, found "
                    + (embedding == null ? "none" : embedding.shape() + " at byte " + embedding.begin()));
        }
        int rows = embedding.shape().dim(0);
        int said = metadata.whole(key("vocab_size"), rows, 1, MAX_SIZE);
        long tokens = metadata.given("tokenizer.ggml.tokens") ? metadata.count("tokenizer.ggml.tokens") : rows;
        if (said != rows || tokens != rows) {
            throw metadata.fail(
                    said != rows ? key("vocab_size") : "tokenizer.ggml.tokens",
                    "as long as " + GgufNames.TOKEN_EMBEDDING + " has rows, " + rows,
                    said != rows ? "" + said : "an array of " + tokens);
        }
        return rows;
    }

    private Activation activation() {
        Activation usual = switch (family) {
            case GPT2 -> Activation.GELU_TANH;
            case GPT_NEOX -> Activation.GELU_ERF;
            case LLAMA, MISTRAL, QWEN2, QWEN3 -> Activation.SILU_GATED;
        };
        Optional<String> name = usual.gated() ? Optional.empty() : metadata.optionalText(key(ACTIVATION));
        return name.map(text -> switch (text) {
                    case "gelu" -> Activation.GELU_ERF;
                    case "gelu_new" -> Activation.GELU_TANH;
                    default -> throw metadata.fail(key(ACTIVATION), "gelu or gelu_new", text);
                })
                .orElse(usual);
    }

    private Positions positions(int headSize, int context) {
        if (family == Family.GPT2) {
            return new Positions.Learned();
        }
        Optional<float[]> factors = Optional.empty();
        if (file.entries().containsKey(GgufNames.ROPE_FACTORS)) {
            factors = Optional.of(factors(metadata.whole(key("rope.dimension_count"), headSize, 2, headSize)));
        }
        return new GgufRope(metadata, architecture).read(headSize, context, factors);
    }

    private float[] factors(int dimensions) {
        Stored stored = file.tensor(GgufNames.ROPE_FACTORS);
        if (stored.shape().rank() != 1 || stored.shape().dim(0) != dimensions / 2) {
            throw new ModelFormatException(file.path() + ": tensor " + GgufNames.ROPE_FACTORS + ": expected ["
                    + dimensions / 2 + "] for " + dimensions + " rotated dimensions, found " + stored.shape());
        }
        float[] factors = new float[dimensions / 2];
        Blocks.decode(stored.type(), stored.bytes(), 0, factors.length, factors, 0);
        return factors;
    }

    private boolean has(Role bias) {
        return file.entries().containsKey(GgufNames.tensor(bias, 0));
    }

    /** No head of its own, or the token embedding a second time: some writers store it for readers that ask for it. */
    private boolean tiedHead() {
        if (!file.entries().containsKey(GgufNames.HEAD)) {
            return true;
        }
        Stored head = file.tensor(GgufNames.HEAD);
        Stored embedding = file.tensor(GgufNames.TOKEN_EMBEDDING);
        return head.type() == embedding.type()
                && head.shape().equals(embedding.shape())
                && head.bytes().mismatch(embedding.bytes()) < 0;
    }

    private OptionalInt window() {
        Optional<Integer> window = family == Family.GPT2 || family == Family.GPT_NEOX
                ? Optional.empty()
                : metadata.optionalWhole(key("attention.sliding_window"), 1, Integer.MAX_VALUE);
        return window.map(OptionalInt::of).orElse(OptionalInt.empty());
    }

    private OptionalInt token(String key, int vocabulary) {
        return metadata.optionalWhole(key, 0, vocabulary - 1)
                .map(OptionalInt::of)
                .orElse(OptionalInt.empty());
    }

    private int size(String name) {
        return metadata.whole(key(name), 1, MAX_SIZE);
    }

    private float epsilon(String name) {
        double epsilon = metadata.positive(key(name))
                .orElseThrow(() -> metadata.fail(key(name), "a floating-point number", "nothing"));
        if ((float) epsilon == 0 || !Float.isFinite((float) epsilon)) {
            throw metadata.fail(key(name), "a positive number in F32", String.valueOf(epsilon));
        }
        return (float) epsilon;
    }

    private String key(String name) {
        return architecture + "." + name;
    }
}
