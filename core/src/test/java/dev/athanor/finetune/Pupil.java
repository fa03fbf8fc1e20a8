package dev.athanor.finetune;

import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.corpus.tales.Tales;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.ModelConfig.Activation;
import dev.athanor.model.ModelConfig.Family;
import dev.athanor.model.ModelConfig.NormKind;
import dev.athanor.model.ModelConfig.Positions;
import dev.athanor.model.Parameters;
import dev.athanor.tokenizer.BpeLearner;
import dev.athanor.tokenizer.BpeTokenizer;
import dev.athanor.tokenizer.Tokenizer;
import dev.athanor.tokenizer.TokenizerJson;
import dev.athanor.train.Initializer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** A model small enough to learn in a blink, in a directory as training leaves it. */
final class Pupil {
    static final int CONTEXT = 48;

    private Pupil() {}

    static Tokenizer tokenizer() {
        BpeLearner learner = new BpeLearner();
        Tales.corpus(5, 40).forEach(learner::feed);
        return learner.learn(300, List.of(BpeTokenizer.END_OF_TEXT));
    }

    /** A Qwen3 with rotary positions, or a GPT-2 with a table of them. */
    static Path save(Path directory, Family family) {
        Tokenizer tokenizer = tokenizer();
        Parameters parameters = Initializer.initialize(config(family, tokenizer), 0.1, 3);
        Checkpoint.save(directory, parameters, Optional.of(TokenizerJson.write(tokenizer)));
        return directory;
    }

    private static ModelConfig config(Family family, Tokenizer tokenizer) {
        boolean gpt2 = family == Family.GPT2;
        return new ModelConfig(
                family,
                tokenizer.vocabularySize(),
                CONTEXT,
                2,
                16,
                2,
                2,
                8,
                32,
                gpt2 ? NormKind.LAYER_NORM : NormKind.RMS_NORM,
                1e-5f,
                gpt2 ? Activation.GELU_TANH : Activation.SILU_GATED,
                gpt2 ? new Positions.Learned() : new Positions.Rotary(10000, 8),
                false,
                !gpt2,
                gpt2,
                gpt2,
                gpt2,
                gpt2,
                OptionalInt.empty(),
                0f,
                OptionalInt.of(tokenizer.endOfText()),
                OptionalInt.of(tokenizer.endOfText()));
    }
}
