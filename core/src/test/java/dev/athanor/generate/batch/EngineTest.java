package dev.athanor.generate.batch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.corpus.tales.Tales;
import dev.athanor.generate.FinishReason;
import dev.athanor.generate.constraint.Constraint;
import dev.athanor.generate.constraint.ConstraintLimits;
import dev.athanor.generate.sample.SamplerSettings;
import dev.athanor.kernel.Compute;
import dev.athanor.model.Transformer;
import dev.athanor.tokenizer.Tokenizer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Texts alone and in company, prompts that begin alike, scores, forms, and what an engine refuses. */
class EngineTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static Tokenizer tokenizer;

    @SuppressWarnings("NullAway.Init")
    private Compute compute;

    @SuppressWarnings("NullAway.Init")
    private Transformer model;

    @SuppressWarnings("NullAway.Init")
    private Engine engine;

    @BeforeAll
    static void learn() {
        tokenizer = Heard.tokenizer();
    }

    @BeforeEach
    void open() {
        compute = Compute.create(2);
        model = Heard.model(tokenizer, compute);
        engine = engine(EngineLimits.DEFAULT);
    }

    private Engine engine(EngineLimits limits) {
        return new Engine(model, tokenizer, List.of(), limits);
    }

    @AfterEach
    void close() {
        engine.close();
        compute.close();
    }

    private Heard write(TextRequest request) {
        Heard heard = new Heard();
        engine.submit(request, heard);
        heard.end.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
        return heard;
    }

    private static SamplerSettings seeded(long seed) {
        return SamplerSettings.builder().temperature(1.1).topP(0.95).seed(seed).build();
    }

    private static TextRequest request(int[] prompt, int most, SamplerSettings sampling, boolean shared) {
        return new TextRequest(prompt, most, sampling, List.of(), Set.of(), true, Optional.empty(), -1, false, shared);
    }

    @Test
    void theSameRequestHasTheSameTokensAloneAndInCompany() {
        List<TextRequest> requests = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            int[] prompt = Arrays.copyOf(tokenizer.encode(Tales.story(3, i).text()), i == 5 ? 1 : 3 + 7 * i);
            requests.add(request(prompt, 10 + 3 * i, seeded(i), true));
        }
        List<int[]> alone = requests.stream().map(r -> write(r).ids()).toList();
        engine.close();
        engine = engine(new EngineLimits(8, 64, 1 << 20, 16));
        List<Heard> together = new ArrayList<>();
        for (TextRequest request : requests) {
            together.add(new Heard());
            engine.submit(request, together.getLast());
        }
        for (int i = 0; i < requests.size(); i++) {
            together.get(i).end.orTimeout(30, TimeUnit.SECONDS).join();
            assertArrayEquals(alone.get(i), together.get(i).ids(), "text " + i);
        }
        assertTrue(
                engine.stats().steps() < alone.stream().mapToInt(a -> a.length).sum() / 2, "passes were shared");
    }

    @Test
    void aPromptThatBeginsLikeOneBeforeIsNotReadAgainAndChangesNothing() {
        int[] prompt = Arrays.copyOf(tokenizer.encode(Tales.story(4, 0).text()), 60);
        Heard first = write(request(prompt, 12, seeded(1), true));
        assertEquals(0, first.end.join().usage().cachedTokens());
        Heard again = write(request(prompt, 12, seeded(1), true));
        assertEquals(58, again.end.join().usage().cachedTokens());
        assertArrayEquals(first.ids(), again.ids());
        int[] longer = Arrays.copyOf(prompt, 90);
        Arrays.fill(longer, 60, 90, 7);
        int[] cold = write(request(longer, 12, seeded(2), false)).ids();
        Heard warm = write(request(longer, 12, seeded(2), true));
        assertEquals(60, warm.end.join().usage().cachedTokens());
        assertArrayEquals(cold, warm.ids());
    }

    @Test
    void scoresOfThePromptAndOfTheTextAreTheModelsOwn() {
        int[] prompt = Arrays.copyOf(tokenizer.encode(Tales.story(5, 0).text()), 70);
        TextRequest request =
                new TextRequest(prompt, 1, seeded(1), List.of(), Set.of(), false, Optional.empty(), 2, true, true);
        Heard heard = write(request);
        assertEquals(69, heard.prompt.size());
        int v = tokenizer.vocabularySize();
        engine.close(); // the model's passes are the test's again
        float[] logits = model.logits(prompt, 1, prompt.length).toArray();
        for (int i = 0; i < 69; i++) {
            double sum = 0;
            for (int t = 0; t < v; t++) {
                sum += Math.exp(logits[i * v + t]);
            }
            Scored score = heard.prompt.get(i);
            assertEquals(prompt[i + 1], score.id());
            assertEquals(logits[i * v + prompt[i + 1]] - Math.log(sum), score.logprob(), 2e-5, "token " + (i + 1));
            assertEquals(2, score.top().size());
            assertTrue(score.top().get(0).logprob() >= score.top().get(1).logprob());
        }
        assertEquals(1, heard.tokens.size());
        assertTrue(heard.tokens.getFirst().score().isPresent());
        engine = engine(EngineLimits.DEFAULT);
    }

    @Test
    void aFormIsKeptAndEndsTheText() {
        Constraint form = Constraint.regex("(yes|no|maybe), [0-9]{3}", ConstraintLimits.DEFAULT);
        for (int seed = 0; seed < 10; seed++) {
            Heard heard = write(new TextRequest(
                    new int[] {5, 6, 7},
                    100,
                    seeded(seed),
                    List.of(),
                    Set.of(),
                    false,
                    Optional.of(form),
                    -1,
                    false,
                    true));
            assertTrue(heard.text.toString().matches("(yes|no|maybe), [0-9]{3}"), heard.text.toString());
            assertEquals(FinishReason.EOS, heard.end.join().reason());
        }
    }

    @Test
    void aStopTextEndsTheTextAndIsNotPartOfIt() {
        int[] prompt = tokenizer.encode("The king");
        String free = write(request(prompt, 40, seeded(3), true)).text.toString();
        String stop = free.substring(10, 14);
        Heard heard = write(new TextRequest(
                prompt, 40, seeded(3), List.of(stop), Set.of(), true, Optional.empty(), -1, false, true));
        assertEquals(free.substring(0, free.indexOf(stop)), heard.text.toString());
        assertEquals(stop, heard.end.join().stop());
        assertEquals(FinishReason.STOP, heard.end.join().reason());
    }

    @Test
    void cancellingEndsATextWithinATokenAndFreesItsSeat() throws InterruptedException {
        CountDownLatch third = new CountDownLatch(3);
        Heard heard = new Heard() {
            @Override
            public void token(Spoken token) {
                super.token(token);
                third.countDown();
            }
        };
        Ticket ticket = engine.submit(request(new int[] {1, 2, 3}, 120, seeded(1), true), heard);
        assertTrue(third.await(20, TimeUnit.SECONDS));
        ticket.cancel();
        int when = heard.tokens.size();
        Ended ended = heard.end.orTimeout(20, TimeUnit.SECONDS).join();
        assertEquals(FinishReason.CANCELLED, ended.reason());
        assertTrue(heard.tokens.size() <= when + 2, when + " tokens, then " + heard.tokens.size());
        assertTrue(engine.drain(PATIENCE));
        assertEquals(0, engine.stats().active());
    }

    @Test
    void aListenerThatThrowsHarmsNobodyElse() {
        TextListener bad = new TextListener() {
            @Override
            public void token(Spoken token) {
                throw new IllegalStateException("bad");
            }

            @Override
            public void ended(Ended ended) {
                throw new IllegalStateException("bad");
            }

            @Override
            public void failed(RuntimeException reason) {
                throw new IllegalStateException("bad");
            }
        };
        engine.submit(request(new int[] {1, 2, 3}, 20, seeded(1), true), bad);
        assertEquals(
                20,
                write(request(new int[] {1, 2, 3}, 20, seeded(1), true)).tokens.size());
    }

    @Test
    void aFullQueueAndAPromptThatDoesNotFitAreRefused() {
        engine.close();
        engine = engine(new EngineLimits(1, 1, 0, 16));
        List<Heard> heard = new ArrayList<>();
        EngineFullException full = assertThrows(EngineFullException.class, () -> {
            for (int i = 0; i < 50; i++) {
                heard.add(new Heard());
                engine.submit(request(new int[] {1, 2, 3}, 120, seeded(i), true), heard.getLast());
            }
        });
        assertTrue(String.valueOf(full.getMessage()).contains("queue is full"), full.getMessage());
        int context = model.config().contextLength();
        IllegalArgumentException large = assertThrows(
                IllegalArgumentException.class,
                () -> engine.submit(request(new int[context + 5], 1, seeded(1), true), new Heard()));
        assertTrue(
                String.valueOf(large.getMessage()).contains("found " + (context + 5))
                        && String.valueOf(large.getMessage()).contains(String.valueOf(context - 1)),
                large.getMessage());
    }

    @Test
    void closingFailsWhatIsNotCompleteAndDrainingLetsItEnd() {
        Heard drained = new Heard();
        engine.submit(request(new int[] {1, 2, 3}, 60, seeded(1), true), drained);
        assertTrue(engine.drain(PATIENCE));
        assertEquals(FinishReason.LENGTH, drained.end.join().reason());
        assertThrows(
                EngineFullException.class,
                () -> engine.submit(request(new int[] {1}, 1, seeded(1), true), new Heard()));
        engine.close();
        engine = engine(EngineLimits.DEFAULT);
        Heard cut = new Heard();
        engine.submit(request(new int[] {1, 2, 3}, 120, seeded(1), true), cut);
        engine.close();
        assertTrue(cut.end.isDone(), "told when the engine closed");
    }

    @Test
    void embeddingsHaveLengthOneAndAreTheSameInCompany() {
        int[] text = tokenizer.encode("A king lies.");
        float[] alone = engine.embed(text);
        double squares = 0;
        for (float x : alone) {
            squares += (double) x * x;
        }
        assertEquals(1, squares, 1e-5);
        engine.submit(request(new int[] {1, 2, 3}, 60, seeded(1), true), new Heard());
        assertArrayEquals(alone, engine.embed(text));
    }
}
