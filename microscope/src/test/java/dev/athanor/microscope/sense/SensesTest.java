package dev.athanor.microscope.sense;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.corpus.tales.Tales;
import dev.athanor.kernel.Compute;
import dev.athanor.microscope.Microscope;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.Transformer;
import dev.athanor.tokenizer.BpeLearner;
import dev.athanor.tokenizer.Tokenizer;
import dev.athanor.train.Initializer;
import dev.athanor.train.Preset;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Neighbours drawn by hand, and an untrained model, before whose first layer chance rules. */
class SensesTest {
    @Test
    void theNearestAreThoseOfTheSameDirection() {
        double[][] rows = {{1, 0}, {2, 0.1}, {0, 1}, {0.1, 3}, {1, 0.01}, {0, 2}, {0.05, 1}};
        assertEquals(List.of(4, 1), Senses.nearest(rows).getFirst().subList(0, 2));
        assertEquals(5, Senses.nearest(rows).get(2).getFirst());
    }

    @Test
    void beforeTheFirstLayerTheSensesAreMixedAsChanceHasIt() {
        BpeLearner learner = new BpeLearner();
        Tales.corpus(1, 200).forEach(learner::feed);
        Tokenizer tokenizer = learner.learn(800, List.of("<|endoftext|>"));
        ModelConfig config = Preset.named("tales").modelConfig(tokenizer.vocabularySize(), tokenizer.endOfText());
        try (Compute compute = Compute.create(2)) {
            Microscope microscope = new Microscope(new Transformer(Initializer.initialize(config, 0.02, 1), compute));
            Senses senses = Senses.of(microscope, tokenizer, "lie", 2, 150);
            assertEquals("lies", senses.form());
            assertEquals(2, senses.meanings().size());
            assertEquals(config.layers() + 1, senses.states().size());
            // Five neighbours of each of about a hundred: a standard error of 0.03, but neighbours overlap.
            assertEquals(
                    senses.chance(),
                    senses.states().getFirst().centred(),
                    0.12,
                    senses.meanings().toString());
            String sentence = String.valueOf(assertThrows(
                            IllegalArgumentException.class, () -> Senses.of(microscope, tokenizer, "furnace", 2, 20))
                    .getMessage());
            assertTrue(sentence.contains("two meanings") && sentence.contains("furnace"), sentence);
        }
    }
}
