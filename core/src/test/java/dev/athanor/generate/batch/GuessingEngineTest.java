package dev.athanor.generate.batch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.corpus.tales.Tales;
import dev.athanor.generate.constraint.Constraint;
import dev.athanor.generate.constraint.ConstraintLimits;
import dev.athanor.generate.sample.SamplerSettings;
import dev.athanor.generate.speculate.Speculation;
import dev.athanor.kernel.Compute;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.Parameters;
import dev.athanor.model.Transformer;
import dev.athanor.tokenizer.BpeLearner;
import dev.athanor.tokenizer.Tokenizer;
import dev.athanor.train.Initializer;
import dev.athanor.train.Preset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** An engine that guesses writes what one that does not writes, whatever a request asks for. */
class GuessingEngineTest {
    @SuppressWarnings("NullAway.Init") // set before all tests
    private static Tokenizer tokenizer;

    @SuppressWarnings("NullAway.Init")
    private static Compute compute;

    @SuppressWarnings("NullAway.Init")
    private static Parameters parameters;

    @BeforeAll
    static void learn() {
        BpeLearner learner = new BpeLearner();
        Tales.corpus(1, 100).forEach(learner::feed);
        tokenizer = learner.learn(400, List.of("<|endoftext|>"));
        ModelConfig config = Preset.named("nano-char").modelConfig(tokenizer.vocabularySize(), tokenizer.endOfText());
        compute = Compute.create(2);
        parameters = Initializer.initialize(config, 0.2, 1);
    }

    @AfterAll
    static void close() {
        compute.close();
    }

    private static Engine engine(Speculation speculation) {
        return new Engine(
                new Transformer(parameters, compute), tokenizer, List.of(), EngineLimits.DEFAULT, speculation);
    }

    /** All that a text was: its tokens, their scores and why it ended. */
    private static final class Heard implements TextListener {
        final CompletableFuture<List<Object>> all = new CompletableFuture<>();
        private final List<Object> heard = new ArrayList<>();

        @Override
        public void token(Spoken token) {
            heard.add(token);
        }

        @Override
        public void ended(Ended ended) {
            heard.add(ended.reason());
            heard.add(ended.rest());
            all.complete(heard);
        }

        @Override
        public void failed(RuntimeException reason) {
            all.completeExceptionally(reason);
        }
    }

    private static CompletableFuture<List<Object>> write(Engine engine, TextRequest request) {
        Heard heard = new Heard();
        engine.submit(request, heard);
        return heard.all.orTimeout(30, TimeUnit.SECONDS);
    }

    private static TextRequest request(SamplerSettings settings, Optional<Constraint> form, int logprobs) {
        int[] prompt = Arrays.copyOf(tokenizer.encode(Tales.story(3, 1).text()), 12);
        return new TextRequest(prompt, 40, settings, List.of(), Set.of(), true, form, logprobs, false, true);
    }

    private static List<TextRequest> requests() {
        List<SamplerSettings> each = List.of(
                SamplerSettings.builder().temperature(0).build(),
                SamplerSettings.builder().temperature(0.3).seed(1).build(),
                SamplerSettings.builder().mirostat(2).mirostatTau(2).seed(2).build(),
                SamplerSettings.builder().mirostat(1).mirostatTau(2).seed(3).build(),
                SamplerSettings.builder()
                        .dryMultiplier(0.8)
                        .repeatPenalty(1.2)
                        .seed(4)
                        .build(),
                SamplerSettings.builder()
                        .xtcProbability(0.5)
                        .xtcThreshold(0.05)
                        .seed(5)
                        .build(),
                SamplerSettings.builder().adaptiveTarget(0.4).seed(6).build());
        List<TextRequest> all = new ArrayList<>();
        each.forEach(settings -> all.add(request(settings, Optional.empty(), -1)));
        all.add(request(each.get(1), Optional.empty(), 3));
        Constraint form = Constraint.regex("(ab|cd){8}", ConstraintLimits.DEFAULT);
        all.add(request(each.get(1), Optional.of(form), -1));
        return all;
    }

    @Test
    void everyRequestHasTheTokensItHasWithoutGuessesAloneAndInCompany() {
        List<List<Object>> plain = new ArrayList<>();
        try (Engine engine = engine(Speculation.none())) {
            requests().forEach(r -> plain.add(write(engine, r).join()));
            assertEquals(0, engine.stats().drafted());
        }
        for (Speculation way :
                List.of(new Speculation.Lookup(8), new Speculation.Draft("itself", parameters, tokenizer, 5))) {
            try (Engine engine = engine(way)) {
                for (int i = 0; i < plain.size(); i++) {
                    assertEquals(plain.get(i), write(engine, requests().get(i)).join(), "alone, request " + i);
                }
                EngineStats alone = engine.stats();
                assertTrue(alone.drafted() > 0 && alone.accepted() > 0, "guesses: " + alone);
                assertTrue(alone.steps() < alone.completionTokens(), "passes were spared: " + alone);
                List<CompletableFuture<List<Object>>> together =
                        requests().stream().map(r -> write(engine, r)).toList();
                for (int i = 0; i < plain.size(); i++) {
                    assertEquals(plain.get(i), together.get(i).join(), "in company, request " + i);
                }
            }
        }
    }

    @Test
    void aTextThatFillsTheContextEndsWhereItEndsWithoutGuesses() {
        int[] prompt = {1, 2, 3, 4};
        SamplerSettings greedy = SamplerSettings.builder().temperature(0).build();
        TextRequest request =
                new TextRequest(prompt, 10_000, greedy, List.of(), Set.of(), true, Optional.empty(), -1, false, false);
        Object[] expected;
        try (Engine engine = engine(Speculation.none())) {
            expected = write(engine, request).join().toArray();
        }
        try (Engine engine = engine(new Speculation.Lookup(16))) {
            assertArrayEquals(expected, write(engine, request).join().toArray());
            assertTrue(engine.stats().accepted() > 0, "guesses: " + engine.stats());
        }
    }
}
