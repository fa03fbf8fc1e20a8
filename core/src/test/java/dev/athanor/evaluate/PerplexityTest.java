package dev.athanor.evaluate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.corpus.CorpusException;
import dev.athanor.corpus.Document;
import dev.athanor.corpus.TextSource;
import dev.athanor.kernel.Compute;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.ModelConfig.Activation;
import dev.athanor.model.ModelConfig.Family;
import dev.athanor.model.ModelConfig.NormKind;
import dev.athanor.model.ModelConfig.Positions;
import dev.athanor.model.Parameter;
import dev.athanor.model.Parameters;
import dev.athanor.model.Transformer;
import dev.athanor.tokenizer.BpeLearner;
import dev.athanor.tokenizer.BpeTokenizer;
import dev.athanor.tokenizer.CharTokenizer;
import dev.athanor.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PerplexityTest {
    private static final long SEED = 77;
    private static final List<String> TEXTS = List.of(
            "the cat sat on the mat and looked at the rat",
            "a naïve café, 猫が好き and then nothing at all happened for a while",
            "x",
            "",
            "the rat looked at the cat that sat on the mat; the mat was flat and that was that");

    private static TextSource source(List<String> texts) {
        return new TextSource() {
            @Override
            public void read(Consumer<Document> reader) {
                texts.forEach(text -> reader.accept(new Document("text", text)));
            }

            @Override
            public String name() {
                return "texts";
            }
        };
    }

    private static Tokenizer bytePairs() {
        BpeLearner learner = new BpeLearner();
        TEXTS.forEach(learner::feed);
        return learner.learn(280, List.of(BpeTokenizer.END_OF_TEXT));
    }

    private static Transformer model(int vocabulary, int context, boolean random, Compute compute) {
        ModelConfig config = new ModelConfig(
                Family.LLAMA,
                vocabulary,
                context,
                1,
                16,
                2,
                1,
                8,
                24,
                NormKind.RMS_NORM,
                1e-5f,
                Activation.SILU_GATED,
                new Positions.Rotary(1e4, 8),
                false,
                false,
                false,
                false,
                false,
                true,
                OptionalInt.empty(),
                0f,
                OptionalInt.empty(),
                OptionalInt.empty());
        Parameters parameters = Parameters.zeros(config);
        SplittableRandom numbers = new SplittableRandom(SEED);
        for (Parameter p : parameters.list()) {
            float[] data = p.value().data();
            for (int i = 0; random && i < data.length; i++) {
                data[i] = (float) numbers.nextGaussian() * 0.5f;
            }
        }
        return new Transformer(parameters, compute);
    }

    /** Every token from the window that must predict it, one by one. */
    private static double[] oneByOne(
            Transformer model, List<Integer> ids, List<Boolean> counts, int context, int stride) {
        double nats = 0;
        int tokens = 0;
        for (int target = 1; target < ids.size(); target++) {
            if (!counts.get(target)) {
                continue;
            }
            int start = 0;
            while (start + context < target) {
                start += stride;
            }
            int[] window = ids.subList(start, target).stream().mapToInt(i -> i).toArray();
            float[] logits =
                    model.nextLogits(window, model.newCache(window.length)).data();
            double most = Double.NEGATIVE_INFINITY;
            for (float logit : logits) {
                most = Math.max(most, logit);
            }
            double sum = 0;
            for (float logit : logits) {
                sum += Math.exp(logit - most);
            }
            nats += most + Math.log(sum) - logits[ids.get(target)];
            tokens++;
        }
        return new double[] {nats, tokens};
    }

    @ParameterizedTest
    @CsvSource({"8,4", "8,8", "8,1", "13,5", "16,7", "64,32"})
    void everyTokenIsPredictedOnceFromTheWindowItBelongsTo(int context, int stride) {
        Tokenizer tokenizer = bytePairs();
        List<Integer> ids = new ArrayList<>();
        List<Boolean> counts = new ArrayList<>();
        for (String text : TEXTS) {
            if (!text.isEmpty()) {
                ids.add(tokenizer.endOfText());
                counts.add(false);
                Arrays.stream(tokenizer.encode(text)).forEach(id -> {
                    ids.add(id);
                    counts.add(true);
                });
            }
        }
        try (Compute compute = Compute.create(1)) {
            Transformer model = model(tokenizer.vocabularySize(), 64, true, compute);
            double[] expected = oneByOne(model, ids, counts, context, stride);
            List<Long> seen = new ArrayList<>();
            Perplexity.Result found = Perplexity.measure(
                    model,
                    tokenizer,
                    source(TEXTS),
                    new Perplexity.Options(context, stride, 0),
                    now -> seen.add(now.tokens()));
            assertEquals((long) expected[1], found.tokens());
            // Some hundred losses, each within a few roundings of itself.
            assertEquals(expected[0], found.nats(), 1e-5 * expected[0]);
            long bytes = TEXTS.stream()
                    .mapToLong(t -> t.getBytes(StandardCharsets.UTF_8).length)
                    .sum();
            assertEquals(bytes, found.bytes());
            assertEquals(found.tokens(), seen.getLast());
        }
    }

    @Test
    void aModelThatKnowsNothingNeedsTheBitsOfItsVocabulary() {
        Tokenizer tokenizer = bytePairs();
        try (Compute compute = Compute.create(1)) {
            Transformer model = model(tokenizer.vocabularySize(), 32, false, compute);
            Perplexity.Result found =
                    Perplexity.measure(model, tokenizer, source(TEXTS), Perplexity.Options.of(model), now -> {});
            assertEquals(tokenizer.vocabularySize(), found.perplexity(), 1e-3);
            double bits = found.tokens() * Math.log(tokenizer.vocabularySize()) / Math.log(2) / found.bytes();
            assertEquals(bits, found.bitsPerByte(), 1e-5);
        }
    }

    @Test
    void withoutATokenToBeginWithTheFirstIsNotCounted() {
        Tokenizer tokenizer = CharTokenizer.learn(List.of("éab"));
        try (Compute compute = Compute.create(1)) {
            Transformer model = model(tokenizer.vocabularySize(), 8, true, compute);
            Perplexity.Result found = Perplexity.measure(
                    model, tokenizer, source(List.of("éabab", "ba")), Perplexity.Options.of(model), now -> {});
            assertEquals(6, found.tokens());
            assertEquals(6, found.bytes());
        }
    }

    @Test
    void measuringEndsAtTheTokensAskedFor() {
        Tokenizer tokenizer = bytePairs();
        try (Compute compute = Compute.create(1)) {
            Transformer model = model(tokenizer.vocabularySize(), 16, true, compute);
            Perplexity.Result found =
                    Perplexity.measure(model, tokenizer, source(TEXTS), new Perplexity.Options(16, 8, 5), now -> {});
            assertEquals(5, found.tokens());
            int[] first = Arrays.copyOf(tokenizer.encode(TEXTS.getFirst()), 5);
            assertEquals(tokenizer.decode(first).length(), found.bytes());
        }
    }

    @Test
    void nothingToPredictIsSaidInOneSentence() {
        Tokenizer tokenizer = bytePairs();
        try (Compute compute = Compute.create(1)) {
            Transformer model = model(tokenizer.vocabularySize(), 16, true, compute);
            CorpusException e = assertThrows(
                    CorpusException.class,
                    () -> Perplexity.measure(
                            model, tokenizer, source(List.of("", "")), Perplexity.Options.of(model), now -> {}));
            assertEquals("texts: expected at least two tokens of text, found fewer", e.getMessage());
            IllegalArgumentException tooLong = assertThrows(
                    IllegalArgumentException.class,
                    () -> Perplexity.measure(
                            model, tokenizer, source(TEXTS), new Perplexity.Options(17, 8, 0), now -> {}));
            assertTrue(String.valueOf(tooLong.getMessage()).contains("at most 16 tokens"), tooLong.getMessage());
        }
    }
}
