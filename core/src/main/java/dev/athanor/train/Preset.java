package dev.athanor.train;

import dev.athanor.model.ModelConfig;
import dev.athanor.model.ModelConfig.Activation;
import dev.athanor.model.ModelConfig.Family;
import dev.athanor.model.ModelConfig.NormKind;
import dev.athanor.model.ModelConfig.Positions;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import tools.jackson.core.JacksonException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * A whole training recipe as data; the files are in {@code presets/}.
 *
 * @param about one sentence for people
 * @param tokenizer how text becomes tokens
 * @param model the shape of the model
 * @param batch sequences per micro-batch
 * @param accumulate micro-batches per step
 * @param optimizer how weights change
 * @param schedule how the learning rate moves over the run
 * @param clip largest global gradient norm, 0 for none
 * @param evaluate when and how validation loss is measured
 * @param budget how long the run lasts unless the user says otherwise
 */
public record Preset(
        String about,
        TokenizerSpec tokenizer,
        ModelSpec model,
        int batch,
        int accumulate,
        OptimizerSpec optimizer,
        ScheduleSpec schedule,
        double clip,
        EvaluateSpec evaluate,
        BudgetSpec budget) {

    /** @param kind {@code char} or {@code bpe}; @param vocabulary ids of a BPE */
    public record TokenizerSpec(String kind, int vocabulary) {}

    /** @param family {@code gpt2} or {@code qwen3}; @param init standard deviation of initial weights */
    public record ModelSpec(
            String family, int layers, int width, int heads, int kvHeads, int headSize, int feedForward, int context, boolean tied,
            double dropout, double init) {}

    /** @param kind {@code adamw} or {@code muon}; {@code matrixLearningRate}, {@code momentum} and {@code matrixDecay} are Muon's */
    public record OptimizerSpec(
            String kind, double learningRate, double beta1, double beta2, double epsilon, double weightDecay, double matrixLearningRate,
            double momentum, double matrixDecay) {}

    /** @param kind {@code cosine} or {@code trapezoid}; shares of the run */
    public record ScheduleSpec(String kind, double warmUp, double cooldown, double last) {}

    /** @param every steps between evaluations; @param batches how many fixed validation batches each sees (0: all) */
    public record EvaluateSpec(int every, int batches) {}

    /** Exactly one is not zero. */
    public record BudgetSpec(long steps, double minutes) {}

    private static final List<String> NAMES = List.of("tales", "nano-char", "best-char", "small-10m", "gpt2-124m", "jdk");

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    /** Names of the presets that come with Athanor. */
    public static List<String> names() {
        return NAMES;
    }

    /** The preset called {@code name}. */
    public static Preset named(String name) {
        if (!NAMES.contains(name)) {
            throw new IllegalArgumentException("preset: expected one of " + String.join(", ", NAMES) + ", found \"" + name + "\"");
        }
        try (InputStream in = Preset.class.getResourceAsStream("/dev/athanor/train/presets/" + name + ".json")) {
            if (in == null) {
                throw new IllegalStateException("preset " + name + " is missing from the program");
            }
            return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8), name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A preset from the text of its file; unknown fields are refused by name. */
    public static Preset parse(String json, String where) {
        try {
            return MAPPER.readValue(json, Preset.class);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("preset " + where + ": " + e.getOriginalMessage(), e);
        }
    }

    /** This recipe's model over a vocabulary. */
    public ModelConfig modelConfig(int vocabulary, int endOfText) {
        OptionalInt end = endOfText < 0 ? OptionalInt.empty() : OptionalInt.of(endOfText);
        return switch (model.family) {
            case "gpt2" -> new ModelConfig(Family.GPT2, vocabulary, model.context, model.layers, model.width, model.heads, model.heads,
                    model.width / model.heads, model.feedForward, NormKind.LAYER_NORM, 1e-5f, Activation.GELU_TANH,
                    new Positions.Learned(), false, false, true, true, true, model.tied, OptionalInt.empty(),
                    (float) model.dropout, end, end);
            case "qwen3" -> new ModelConfig(Family.QWEN3, vocabulary, model.context, model.layers, model.width, model.heads,
                    model.kvHeads, model.headSize, model.feedForward, NormKind.RMS_NORM, 1e-6f, Activation.SILU_GATED,
                    new Positions.Rotary(10_000, model.headSize), false, true, false, false, false, model.tied, OptionalInt.empty(),
                    (float) model.dropout, end, end);
            default -> throw new IllegalArgumentException("preset: expected family gpt2 or qwen3, found \"" + model.family + "\"");
        };
    }

    /** This recipe's schedule. */
    public Schedule learningRates() {
        return switch (schedule.kind) {
            case "cosine" -> new Schedule.Cosine(schedule.warmUp, schedule.last);
            case "trapezoid" -> new Schedule.Trapezoid(schedule.warmUp, schedule.cooldown, schedule.last);
            default -> throw new IllegalArgumentException(
                    "preset: expected schedule cosine or trapezoid, found \"" + schedule.kind + "\"");
        };
    }
}
