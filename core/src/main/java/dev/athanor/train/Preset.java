package dev.athanor.train;

import dev.athanor.model.ModelConfig;
import dev.athanor.model.ModelConfig.Activation;
import dev.athanor.model.ModelConfig.Family;
import dev.athanor.model.ModelConfig.NormKind;
import dev.athanor.model.ModelConfig.Positions;
import java.util.List;
import java.util.OptionalInt;

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

    public Preset {
        require(batch >= 1, "batch of at least 1", batch);
        require(accumulate >= 1, "accumulate of at least 1", accumulate);
        require(clip >= 0, "clip of at least 0", clip);
        // What the parts build checks their numbers: a wrong recipe is refused when it is read, not after the tokenizer
        // was learned.
        schedule.build();
        optimizer.adamW();
        optimizer.muon();
        model.config(Math.max(1, tokenizer.vocabulary), OptionalInt.empty());
    }

    /**
     * How text becomes tokens.
     *
     * @param kind {@code char} or {@code bpe}
     * @param vocabulary ids of a BPE; 0 for characters, whose number the text decides
     */
    public record TokenizerSpec(String kind, int vocabulary) {
        public TokenizerSpec {
            requireOneOf("tokenizer kind", kind, List.of("char", "bpe"));
            require(
                    kind.equals("char") ? vocabulary == 0 : vocabulary > 256,
                    kind.equals("char")
                            ? "tokenizer vocabulary 0 for characters"
                            : "tokenizer vocabulary above its 256 bytes",
                    vocabulary);
        }
    }

    /**
     * The shape of the model and its first weights.
     *
     * @param family {@code gpt2} or {@code qwen3}
     * @param tied whether the head is the token embedding
     * @param init standard deviation of initial weights
     * @param zeroOutputs whether projections into the residual stream begin at zero, see {@link Initializer}
     */
    public record ModelSpec(
            String family,
            int layers,
            int width,
            int heads,
            int kvHeads,
            int headSize,
            int feedForward,
            int context,
            boolean tied,
            double dropout,
            double init,
            boolean zeroOutputs) {
        public ModelSpec {
            requireOneOf("model family", family, List.of("gpt2", "qwen3"));
            require(dropout >= 0 && dropout < 1, "model dropout in [0, 1)", dropout);
            require(init > 0 && init <= 1, "model init in (0, 1]", init);
            require(
                    !family.equals("gpt2") || (kvHeads == heads && (long) heads * headSize == width),
                    "GPT-2 with kvHeads = heads and heads * headSize = width",
                    "kvHeads=" + kvHeads + ", heads=" + heads + ", headSize=" + headSize + ", width=" + width);
        }

        private ModelConfig config(int vocabulary, OptionalInt end) {
            return family.equals("gpt2")
                    ? new ModelConfig(
                            Family.GPT2,
                            vocabulary,
                            context,
                            layers,
                            width,
                            heads,
                            kvHeads,
                            headSize,
                            feedForward,
                            NormKind.LAYER_NORM,
                            1e-5f,
                            Activation.GELU_TANH,
                            new Positions.Learned(),
                            false,
                            false,
                            true,
                            true,
                            true,
                            tied,
                            OptionalInt.empty(),
                            (float) dropout,
                            end,
                            end)
                    : new ModelConfig(
                            Family.QWEN3,
                            vocabulary,
                            context,
                            layers,
                            width,
                            heads,
                            kvHeads,
                            headSize,
                            feedForward,
                            NormKind.RMS_NORM,
                            1e-6f,
                            Activation.SILU_GATED,
                            new Positions.Rotary(10_000, headSize),
                            false,
                            true,
                            false,
                            false,
                            false,
                            tied,
                            OptionalInt.empty(),
                            (float) dropout,
                            end,
                            end);
        }
    }

    /**
     * How weights change.
     *
     * @param kind {@code adamw} for everything, or {@code muon} for the matrices in the blocks and AdamW for the rest
     * @param matrixLearningRate Muon's; 0 with AdamW, as are the next two
     */
    public record OptimizerSpec(
            String kind,
            double learningRate,
            double beta1,
            double beta2,
            double epsilon,
            double weightDecay,
            double matrixLearningRate,
            double momentum,
            double matrixDecay) {
        public OptimizerSpec {
            requireOneOf("optimizer kind", kind, List.of("adamw", "muon"));
            require(
                    kind.equals("muon") || (matrixLearningRate == 0 && momentum == 0 && matrixDecay == 0),
                    "matrixLearningRate, momentum and matrixDecay of 0 with adamw, which has no use for them",
                    matrixLearningRate + ", " + momentum + ", " + matrixDecay);
        }

        AdamW.Settings adamW() {
            return new AdamW.Settings(learningRate, beta1, beta2, epsilon, weightDecay);
        }

        Muon.Settings muon() {
            return new Muon.Settings(matrixLearningRate, momentum, matrixDecay);
        }
    }

    /**
     * How the learning rate moves.
     *
     * @param kind {@code cosine} or {@code trapezoid}
     * @param warmUp share of the run
     * @param cooldown share of the run; 0 with a cosine, which falls from the warm-up on
     * @param last share of the base rate at the end
     */
    public record ScheduleSpec(String kind, double warmUp, double cooldown, double last) {
        public ScheduleSpec {
            requireOneOf("schedule kind", kind, List.of("cosine", "trapezoid"));
            require(kind.equals("trapezoid") || cooldown == 0, "schedule cooldown of 0 with a cosine", cooldown);
        }

        Schedule build() {
            return kind.equals("cosine")
                    ? new Schedule.Cosine(warmUp, last)
                    : new Schedule.Trapezoid(warmUp, cooldown, last);
        }
    }

    /**
     * When validation loss is measured during the run; the end always measures all of it.
     *
     * @param every steps between evaluations, 0 for none
     * @param batches how many fixed validation batches each sees, 0 for all
     */
    public record EvaluateSpec(int every, int batches) {
        public EvaluateSpec {
            require(every >= 0 && batches >= 0, "evaluate every and batches of at least 0", every + ", " + batches);
        }
    }

    /** How long; exactly one is not zero. */
    public record BudgetSpec(long steps, double minutes) {
        public BudgetSpec {
            require(
                    steps >= 0 && minutes >= 0 && Double.isFinite(minutes) && (steps > 0) != (minutes > 0),
                    "a budget of either steps or minutes above 0",
                    "steps=" + steps + ", minutes=" + minutes);
        }

        Budget build() {
            return steps > 0 ? new Budget.Steps(steps) : new Budget.Minutes(minutes);
        }
    }

    private static void require(boolean holds, String expected, Object found) {
        if (!holds) {
            throw new IllegalArgumentException("expected " + expected + ", found " + found);
        }
    }

    private static void requireOneOf(String what, String found, List<String> allowed) {
        require(allowed.contains(found), what + " " + String.join(" or ", allowed), "\"" + found + "\"");
    }

    /** Names of the presets that come with Athanor. */
    public static List<String> names() {
        return PresetFiles.NAMES;
    }

    /** The preset called {@code name}, or the one in the file {@code name} when that ends in {@code .json}. */
    public static Preset named(String name) {
        return PresetFiles.named(name);
    }

    /** A preset from the text of its file; unknown and missing fields are refused by name. */
    public static Preset parse(String json, String where) {
        return PresetFiles.parse(json, where);
    }

    /** This recipe's model over a vocabulary; {@code endOfText} is negative where there is no such token. */
    public ModelConfig modelConfig(int vocabulary, int endOfText) {
        return model.config(vocabulary, endOfText < 0 ? OptionalInt.empty() : OptionalInt.of(endOfText));
    }

    /** This recipe's schedule. */
    public Schedule learningRates() {
        return schedule.build();
    }
}
