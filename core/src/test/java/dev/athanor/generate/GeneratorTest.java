package dev.athanor.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.kernel.Compute;
import dev.athanor.model.Parameters;
import dev.athanor.model.Transformer;
import dev.athanor.tokenizer.BpeLearner;
import dev.athanor.tokenizer.BpeTokenizer;
import dev.athanor.tokenizer.Tokenizer;
import dev.athanor.train.Initializer;
import dev.athanor.train.Preset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class GeneratorTest {
    private static final Compute COMPUTE = Compute.create(1);
    private static final Tokenizer TOKENIZER = tokenizer();
    private static final Transformer MODEL = model();

    /** Speaks on whatever it says: its end of text is not special to it. */
    private static final Generator SPEAKER = new Generator(MODEL, new Endless(TOKENIZER), List.of());

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
        var config = Preset.named("nano-char").modelConfig(TOKENIZER.vocabularySize(), TOKENIZER.endOfText());
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
        String stop =
                free.text().substring(free.text().length() / 2, free.text().length() / 2 + 3);
        StringBuilder streamed = new StringBuilder();
        Generation stopped = new Generator(MODEL, TOKENIZER)
                .generate(request("the cat", 60, 1, 3, stop, "not there"), piece -> {
                    streamed.append(piece);
                    return true;
                });
        assertEquals(free.text().substring(0, free.text().indexOf(stop)), stopped.text(), "stop \"" + stop + "\"");
        assertEquals(FinishReason.STOP, stopped.finishReason());
        assertEquals(stopped.text(), streamed.toString());
    }

    @Test
    void aFullContextEndsTheTextUnlessShiftingIsAsked() {
        int context = MODEL.config().contextLength();
        GenerationRequest plain = request("the cat", 10 * context, 0, 1);
        Generation ended = SPEAKER.generate(plain);
        assertEquals(FinishReason.CONTEXT, ended.finishReason());
        assertEquals(
                context + 1,
                TOKENIZER.encode("the cat").length + ended.ids().length,
                "the last token has no place in the window");
        GenerationRequest shifting = new GenerationRequest("the cat", 2 * context, Sampling.greedy(), List.of(), true);
        Generation shifted = SPEAKER.generate(shifting);
        assertEquals(FinishReason.LENGTH, shifted.finishReason());
        assertEquals(2 * context, shifted.ids().length);
        assertTrue(shifted.shifts() >= 2, "shifts: " + shifted.shifts());
        assertArrayEquals(
                ended.ids(), Arrays.copyOf(shifted.ids(), ended.ids().length), "the same until the window is full");
    }

    @Test
    void cachedGenerationEqualsRecomputingTheWholeWindowForEveryToken() {
        int context = MODEL.config().contextLength();
        for (boolean shift : new boolean[] {false, true}) {
            GenerationRequest request =
                    new GenerationRequest("the cat", 3 * context / 2, Sampling.greedy(), List.of(), shift);
            int[] ids = SPEAKER.generate(request).ids();
            List<Integer> window = new ArrayList<>(
                    Arrays.stream(TOKENIZER.encode("the cat")).boxed().toList());
            for (int i = 0; i < ids.length; i++) {
                if (window.size() > context) {
                    window = new ArrayList<>(window.subList(window.size() - context / 2, window.size()));
                }
                int[] tokens = window.stream().mapToInt(Integer::intValue).toArray();
                float[] all = MODEL.logits(tokens, 1, tokens.length).data();
                int v = MODEL.config().vocabularySize();
                float[] last = Arrays.copyOfRange(all, (tokens.length - 1) * v, tokens.length * v);
                int best = Softmax.order(last)[0];
                // Kernels may sum in another order for one row than for many: within a tie of rounding either token is
                // right.
                assertEquals(last[best], last[ids[i]], 1e-4 * Math.abs(last[best]), "token " + i + ", shift " + shift);
                window.add(ids[i]);
            }
        }
    }

    @Test
    void whatLiesBehindTheTokenizersIdsIsNeverSaid() {
        var config = Preset.named("nano-char").modelConfig(TOKENIZER.vocabularySize() + 500, TOKENIZER.endOfText());
        Transformer padded =
                new Transformer(Initializer.initialize(config, new Initializer.Settings(0.4, false), 4), COMPUTE);
        Generation g = new Generator(padded, TOKENIZER).generate(request("the", 60, 3, 2));
        for (int id : g.ids()) {
            assertTrue(id < TOKENIZER.vocabularySize(), "id " + id);
        }
        List<NextTokens> rows = NextTokens.after(padded, TOKENIZER, "the", Integer.MAX_VALUE);
        assertEquals(config.vocabularySize(), rows.size(), "the table shows the whole vocabulary of the model");
    }

    @Test
    void everyTokenNamedAsAnEndEndsTheText() {
        int[] ids = SPEAKER.generate(request("the", 12, 0, 1)).ids();
        Generation g = new Generator(MODEL, TOKENIZER, List.of(ids[3])).generate(request("the", 12, 0, 1));
        assertEquals(FinishReason.EOS, g.finishReason());
        int first = 0;
        while (ids[first] != ids[3]) {
            first++;
        }
        assertArrayEquals(Arrays.copyOf(ids, first + 1), g.ids());
        assertEquals(TOKENIZER.decode(Arrays.copyOf(ids, first)), g.text(), "the end itself is no text");
    }

    @Test
    void aListenerThatWantsNoMoreEndsTheTextWhereItHeardIt() {
        StringBuilder heard = new StringBuilder();
        Generation g = new Generator(MODEL, TOKENIZER).generate(request("the", 60, 1, 3), piece -> {
            heard.append(piece);
            return heard.length() < 5;
        });
        assertEquals(FinishReason.CANCELLED, g.finishReason());
        assertEquals(heard.toString(), g.text());
        assertTrue(g.ids().length < 60, "tokens: " + g.ids().length);
    }

    @Test
    void aHugeLimitCostsNothingBeforeItIsUsed() {
        Generation g = SPEAKER.generate(request("the", Integer.MAX_VALUE, 0, 1));
        assertEquals(FinishReason.CONTEXT, g.finishReason());
    }

    @Test
    void piecesOfWordsAreShownWithTheWordTheyGrowTo() {
        List<NextTokens> rows = NextTokens.after(MODEL, TOKENIZER, "the", 20);
        List<String> words = NextTokens.words(MODEL, TOKENIZER, "the", rows);
        assertEquals(rows.size(), words.size());
        int grown = 0;
        for (int i = 0; i < rows.size(); i++) {
            assertTrue(words.get(i).startsWith(rows.get(i).text()), words.get(i));
            String more = words.get(i).substring(rows.get(i).text().length());
            assertTrue(more.isEmpty() || Character.isLetter(more.codePointAt(0)), words.get(i));
            grown += more.isEmpty() ? 0 : 1;
        }
        assertTrue(grown > 0, "a random model joins letters somewhere: " + words);
    }

    @Test
    void promptsThatDoNotFitAreRefusedWithBothNumbers() {
        String prompt = "the cat sat ".repeat(200);
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> new Generator(MODEL, TOKENIZER).generate(request(prompt, 5, 0, 1)));
        assertEquals(
                "prompt: expected at most 64 tokens, the model's context, found " + TOKENIZER.encode(prompt).length
                        + "; shorten the prompt",
                e.getMessage());
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

    /** A tokenizer none of whose tokens ends a text, so that tests reach the other ends. */
    record Endless(Tokenizer inner) implements Tokenizer {
        @Override
        public int vocabularySize() {
            return inner.vocabularySize();
        }

        @Override
        public int[] encode(String text) {
            return inner.encode(text);
        }

        @Override
        public byte[] bytes(int id) {
            return inner.bytes(id);
        }

        @Override
        public String decode(int... ids) {
            return inner.decode(ids);
        }

        @Override
        public boolean isSpecial(int id) {
            return false;
        }

        @Override
        public int id(String token) {
            return inner.id(token);
        }

        @Override
        public int endOfText() {
            return inner.endOfText();
        }
    }
}
