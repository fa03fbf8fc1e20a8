package dev.athanor.microscope.truth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.corpus.tales.Tales;
import dev.athanor.kernel.Compute;
import dev.athanor.microscope.Microscope;
import dev.athanor.microscope.attribution.Method;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.Transformer;
import dev.athanor.tokenizer.BpeLearner;
import dev.athanor.tokenizer.Tokenizer;
import dev.athanor.train.Initializer;
import dev.athanor.train.Preset;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A model that has learned nothing explains nothing better than chance, and is as far from the truth as can be. */
class ExplainScoreTest {
    @Test
    void anUntrainedModelIsFarFromTheTruthAndItsScoresAreTheSameEveryTime() {
        BpeLearner learner = new BpeLearner();
        Tales.corpus(1, 60).forEach(learner::feed);
        Tokenizer tokenizer = learner.learn(600, List.of("<|endoftext|>"));
        ModelConfig config = Preset.named("tales").modelConfig(tokenizer.vocabularySize(), tokenizer.endOfText());
        try (Compute compute = Compute.create(2)) {
            Transformer model = new Transformer(Initializer.initialize(config, 0.02, 1), compute);
            Microscope microscope = new Microscope(model);
            ExplainScore score = ExplainScore.of(microscope, tokenizer, 2, 4, done -> {});
            assertEquals(4, score.slots());
            assertEquals(Method.values().length, score.methods().size());
            assertEquals(4, score.scenes().stream().mapToInt(s -> s.slots()).sum());
            // Every word is about as likely as every other: 600 of them, and words of several tokens less.
            assertTrue(
                    score.model().divergence() > 3,
                    "divergence " + score.model().divergence());
            assertTrue(
                    score.model().variation() > 0.9,
                    "variation " + score.model().variation());
            assertEquals(score, ExplainScore.of(microscope, tokenizer, 2, 4, done -> {}));
        }
    }
}
