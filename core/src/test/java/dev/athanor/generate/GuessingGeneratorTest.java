package dev.athanor.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.generate.speculate.Speculation;
import dev.athanor.generate.speculate.SpeculationStats;
import dev.athanor.kernel.Compute;
import dev.athanor.model.Parameters;
import dev.athanor.model.Transformer;
import dev.athanor.tokenizer.BpeLearner;
import dev.athanor.tokenizer.BpeTokenizer;
import dev.athanor.tokenizer.Tokenizer;
import dev.athanor.train.Initializer;
import dev.athanor.train.Preset;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Texts with guesses end, stop and forget as those without. */
class GuessingGeneratorTest {
    private static final Compute COMPUTE = Compute.create(1);
    private static final Tokenizer TOKENIZER =
            new GeneratorTest.Endless(tokenizer("the cat sat on the mat – déjà vu 🙂 🙂 the the cat", 280));
    private static final Parameters PARAMETERS = parameters(TOKENIZER, 4);
    private static final Generator GENERATOR =
            new Generator(new Transformer(PARAMETERS, COMPUTE), TOKENIZER, List.of());

    @AfterAll
    static void close() {
        COMPUTE.close();
    }

    private static Tokenizer tokenizer(String text, int size) {
        BpeLearner learner = new BpeLearner();
        learner.feed(text);
        return learner.learn(size, List.of(BpeTokenizer.END_OF_TEXT));
    }

    private static Parameters parameters(Tokenizer tokenizer, long seed) {
        var config = Preset.named("nano-char").modelConfig(tokenizer.vocabularySize(), tokenizer.endOfText());
        return Initializer.initialize(config, 0.4, seed);
    }

    private static List<Speculation> ways() {
        return List.of(
                new Speculation.Lookup(10),
                new Speculation.Draft("itself", PARAMETERS, TOKENIZER, 6),
                new Speculation.Draft("stranger", parameters(TOKENIZER, 5), TOKENIZER, 6));
    }

    private static Generation same(GenerationRequest r, Speculation way) {
        Generation plain = GENERATOR.generate(r);
        Generation guessed = GENERATOR.generate(
                new GenerationRequest(r.prompt(), r.maxTokens(), r.sampling(), r.stop(), r.shift(), way));
        assertArrayEquals(plain.ids(), guessed.ids(), way + " for " + r);
        assertEquals(plain.text(), guessed.text());
        assertEquals(plain.finishReason(), guessed.finishReason());
        assertEquals(plain.shifts(), guessed.shifts());
        return guessed;
    }

    @Test
    void greedyTextsAreTheSameToTheirEndWhoeverGuesses() {
        for (Speculation way : ways()) {
            Generation free = same(GenerationRequest.of("the cat", 50, Sampling.greedy()), way);
            SpeculationStats stats = free.speculation().orElseThrow();
            assertEquals(
                    49, stats.passes() + stats.accepted(), "a pass or a right guess for every token but the first");
            String stop =
                    free.text().substring(free.text().length() / 2, free.text().length() / 2 + 2);
            same(new GenerationRequest("the cat", 50, Sampling.greedy(), List.of(stop), false), way);
            same(new GenerationRequest("sat", 1, Sampling.greedy(), List.of(), false), way);
            same(new GenerationRequest("on the mat", 1000, Sampling.greedy(), List.of(), false), way);
            same(new GenerationRequest("on the mat", 150, Sampling.greedy(), List.of(), true), way);
            Sampling penalised = new Sampling(0, 0, 1, 0, 1.3, 16, 0);
            same(new GenerationRequest("déjà", 50, penalised, List.of(), false), way);
        }
    }

    @Test
    void lookingUpChangesNoDraw() {
        for (int seed = 0; seed < 10; seed++) {
            Sampling sampling = new Sampling(0.9, 0, 0.9, 0, 1, 64, seed);
            same(new GenerationRequest("the cat the cat", 40, sampling, List.of(), false), new Speculation.Lookup(4));
        }
    }

    @Test
    void theSameSeedDrawsTheSameTextWithADraftModel() {
        GenerationRequest request =
                new GenerationRequest("the", 60, Sampling.of(1, 7), List.of(), false, ways().get(1));
        Generation first = GENERATOR.generate(request);
        assertArrayEquals(first.ids(), GENERATOR.generate(request).ids());
        SpeculationStats stats = first.speculation().orElseThrow();
        // The same model guesses: p / q is 1 but for rounding.
        assertTrue(stats.accepted() >= 0.9 * stats.drafted() && stats.drafted() > 0, stats.toString());
    }

    @Test
    void aDraftModelOfAnotherVocabularyIsRefusedInOneSentence() {
        Tokenizer smaller = tokenizer("another text", 270);
        refused(
                new Speculation.Draft("small", parameters(smaller, 1), smaller, 4),
                "draft model small: expected a vocabulary of 267 tokens, as for the model that it guesses for, found 257");
        Tokenizer other =
                new GeneratorTest.Endless(tokenizer("what a strange text of strange words, what a strange text", 267));
        refused(
                new Speculation.Draft("other", parameters(other, 1), other, 4),
                "draft model other: expected token 257 to be ");
    }

    private static void refused(Speculation way, String beginning) {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> GENERATOR.generate(new GenerationRequest("the", 5, Sampling.greedy(), List.of(), false, way)));
        assertTrue(String.valueOf(e.getMessage()).startsWith(beginning), e.getMessage());
        assertTrue(String.valueOf(e.getMessage())
                .endsWith("; take a smaller model that was made with the same tokenizer"));
    }
}
