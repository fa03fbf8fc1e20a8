package dev.athanor.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.kernel.Compute;
import dev.athanor.model.Parameters;
import dev.athanor.model.Transformer;
import dev.athanor.tensor.Shape;
import dev.athanor.tensor.Tensor;
import dev.athanor.tokenizer.BpeLearner;
import dev.athanor.tokenizer.BpeTokenizer;
import dev.athanor.tokenizer.Tokenizer;
import dev.athanor.train.Initializer;
import dev.athanor.train.Preset;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class GeneratorTest {
    private static final Compute COMPUTE = Compute.create(1);
    private static final Tokenizer TOKENIZER = tokenizer();
    private static final Transformer MODEL = model();

    @AfterAll
    static void close() {
        COMPUTE.close();
    }

    private static Tokenizer tokenizer() {
        BpeLearner learner = new BpeLearner();
        learner.feed("the cat sat on the mat – déjà vu 🙂 🙂 the the cat");
        return learner.learn(280, List.of(BpeTokenizer.END_OF_TEXT));
    }

    /** Random weights speak any bytes, also halves of characters. */
    private static Transformer model() {
        var config = Preset.named("tales").modelConfig(TOKENIZER.vocabularySize(), TOKENIZER.endOfText());
        Parameters parameters = Initializer.initialize(config, 0.4, 4);
        return new Transformer(parameters, COMPUTE);
    }

    private static GenerationRequest request(String prompt, int tokens, double temperature, long seed, String... stop) {
        return new GenerationRequest(prompt, tokens, Sampling.of(temperature, seed), List.of(stop), false);
    }

    @Test
    void streamedPiecesTogetherAreTheTextAndHoldWholeCharacters() {
        for (long seed = 0; seed < 20; seed++) {
            StringBuilder streamed = new StringBuilder();
            Generation g = new Generator(MODEL, TOKENIZER).generate(request("the", 40, 1.5, seed), piece -> {
                streamed.append(piece);
                return true;
            });
            assertEquals(g.text(), streamed.toString(), "seed " + seed);
            Generation again = new Generator(MODEL, TOKENIZER).generate(request("the", 40, 1.5, seed));
            assertArrayEquals(g.ids(), again.ids(), "seed " + seed);
        }
    }

    @Test
    void stopTextsEndGenerationAndNeverLeak() {
        Generation free = new Generator(MODEL, TOKENIZER).generate(request("the cat", 60, 1, 3));
        String stop = free.text().substring(free.text().length() / 2, free.text().length() / 2 + 3);
        StringBuilder streamed = new StringBuilder();
        Generation stopped = new Generator(MODEL, TOKENIZER).generate(request("the cat", 60, 1, 3, stop, "not there"), piece -> {
            streamed.append(piece);
            return true;
        });
        assertEquals(free.text().substring(0, free.text().indexOf(stop)), stopped.text(), "stop \"" + stop + "\"");
        assertEquals("stop", stopped.finishReason());
        assertEquals(stopped.text(), streamed.toString());
    }

    @Test
    void aFullContextEndsTheTextUnlessShiftingIsAsked() {
        int context = MODEL.config().contextLength();
        Generation ended = new Generator(MODEL, TOKENIZER).generate(request("the cat", 10 * context, 0, 1));
        if (!ended.finishReason().equals("eos")) {
            assertEquals("context", ended.finishReason());
        }
        // Temperature high enough that an end-of-text of 280 tokens is certain to come only by chance.
        GenerationRequest shifting = new GenerationRequest("the cat", 2 * context, Sampling.of(0.7, 5), List.of(), true);
        Generation shifted = new Generator(MODEL, TOKENIZER).generate(shifting);
        assertTrue(shifted.shifts() >= 1 || shifted.finishReason().equals("eos"), shifted.finishReason() + " " + shifted.shifts());
    }

    @Test
    void promptsThatDoNotFitAreRefusedWithBothNumbers() {
        String prompt = "the cat sat ".repeat(200);
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class, () -> new Generator(MODEL, TOKENIZER).generate(request(prompt, 5, 0, 1)));
        assertEquals("prompt: expected at most 128 tokens, the model's context, found " + TOKENIZER.encode(prompt).length
                + "; shorten the prompt", e.getMessage());
    }

    @Test
    void nextTokensAreADistributionOverTheWholeVocabulary() {
        List<NextTokens> all = NextTokens.after(MODEL, TOKENIZER, "the", Integer.MAX_VALUE);
        assertEquals(TOKENIZER.vocabularySize(), all.size());
        assertEquals(1, all.stream().mapToDouble(NextTokens::p).sum(), 1e-12);
        for (int i = 1; i < all.size(); i++) {
            assertTrue(all.get(i - 1).p() >= all.get(i).p(), "row " + i);
        }
    }

    private static Tensor logits(float... values) {
        return Tensor.view(values, 0, Shape.of(values.length));
    }

    private static int[] draws(Sampling sampling, Tensor logits, int times) {
        Sampler sampler = new Sampler(sampling);
        int[] counts = new int[logits.size()];
        for (int i = 0; i < times; i++) {
            counts[sampler.choose(logits, new int[0], 0)]++;
        }
        return counts;
    }

    @Test
    void drawsFollowTheDistributionAndFiltersCutIt() {
        Tensor l = logits((float) Math.log(0.5), (float) Math.log(0.3), (float) Math.log(0.15), (float) Math.log(0.05), -40);
        int n = 20_000;
        int[] free = draws(Sampling.of(1, 1), l, n);
        double[] p = {0.5, 0.3, 0.15, 0.05, 0};
        for (int i = 0; i < p.length; i++) {
            // Five standard deviations of a binomial count.
            assertEquals(n * p[i], free[i], 5 * Math.sqrt(n * p[i] * (1 - p[i])) + 1, "token " + i);
        }
        assertEquals(0, draws(new Sampling(1, 2, 1, 0, 1, 64, 1), l, n)[2], "top-k 2");
        assertEquals(0, draws(new Sampling(1, 0, 0.79, 0, 1, 64, 1), l, n)[2], "top-p 0.79");
        assertTrue(draws(new Sampling(1, 0, 0.81, 0, 1, 64, 1), l, n)[2] > 0, "top-p 0.81");
        assertEquals(0, draws(new Sampling(1, 0, 1, 0.2, 1, 64, 1), l, n)[3], "min-p 0.2");
        assertTrue(draws(new Sampling(1, 0, 1, 0.2, 1, 64, 1), l, n)[2] > 0, "min-p 0.2 keeps 0.3 of the likeliest");
    }

    @Test
    void theRepetitionPenaltyMakesRecentTokensLessLikely() {
        Sampler sampler = new Sampler(new Sampling(0, 0, 1, 0, 2, 64, 1));
        assertEquals(0, sampler.choose(logits(3, 2, -1), new int[0], 0));
        assertEquals(1, sampler.choose(logits(3, 2, -1), new int[] {0}, 1));
        assertEquals(2, sampler.choose(logits(-1, -1, -1.5f), new int[] {0, 1}, 2));
    }

    @Test
    void settingsOutOfRangeAreRefusedByName() {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> new Sampling(-1, 0, 1, 0, 1, 64, 1));
        assertEquals("temperature: expected between 0.0 and 100.0, found -1.0", e.getMessage());
        assertThrows(IllegalArgumentException.class, () -> new Sampling(1, 0, 1.5, 0, 1, 64, 1));
        assertThrows(IllegalArgumentException.class, () -> GenerationRequest.of("a", 0, Sampling.greedy()));
        assertFalse(GenerationRequest.of("a", 1, Sampling.greedy()).shift());
    }
}
