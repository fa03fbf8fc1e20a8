package dev.athanor.generate.batch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.generate.sample.SamplerSettings;
import dev.athanor.kernel.Compute;
import dev.athanor.model.Transformer;
import dev.athanor.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Prompts that wait together share passes over the weights, and nobody's text or turn suffers for it. */
class PromptsTogetherTest {
    private static final long SEED = 21;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static Tokenizer tokenizer;

    @SuppressWarnings("NullAway.Init")
    private Compute compute;

    @SuppressWarnings("NullAway.Init")
    private Transformer model;

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final CountDownLatch plugged = new CountDownLatch(1);
    private final CountDownLatch all = new CountDownLatch(1);

    @BeforeAll
    static void learn() {
        tokenizer = Heard.tokenizer();
    }

    @BeforeEach
    void open() {
        compute = Compute.create(2);
        model = Heard.model(tokenizer, compute);
    }

    @AfterEach
    void close() {
        compute.close();
    }

    private Engine engine(long prefixBytes, int chunk) {
        return new Engine(model, tokenizer, List.of(), new EngineLimits(64, 64, prefixBytes, chunk));
    }

    private int[] prompt(int length) {
        return random.ints(length, 0, 300).toArray();
    }

    private static TextRequest request(int[] prompt, int most, boolean echo) {
        SamplerSettings sampling =
                SamplerSettings.builder().temperature(1).seed(prompt.length).build();
        return new TextRequest(
                prompt, most, sampling, List.of(), Set.of(), true, Optional.empty(), echo ? 0 : -1, echo, true);
    }

    /** Submits all before the engine reads any of them. */
    private List<Heard> together(Engine engine, List<TextRequest> requests) {
        Heard plug = new Heard() {
            @Override
            public void token(Spoken token) {
                super.token(token);
                plugged.countDown();
                try {
                    all.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        };
        engine.submit(request(new int[] {1, 2}, 1, false), plug);
        try {
            plugged.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        List<Heard> heard = new ArrayList<>();
        for (TextRequest request : requests) {
            heard.add(new Heard());
            engine.submit(request, heard.getLast());
        }
        all.countDown();
        plug.await();
        heard.forEach(Heard::await);
        return heard;
    }

    @Test
    void sixteenShortPromptsAreReadInOnePassForEveryChunk() {
        List<TextRequest> requests = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            requests.add(request(prompt(20 + i % 3), 3, false));
        }
        long tokens = requests.stream().mapToInt(r -> r.prompt().length).sum();
        try (Engine engine = engine(1 << 20, 64)) {
            together(engine, requests);
            assertEquals(tokens + 2, engine.stats().promptTokens());
            long passes = engine.stats().readings() - 1; // the first was the plug's
            long least = (tokens + 65) / 66; // a piece may be one token longer, not to leave one alone
            assertTrue(passes >= least && passes <= tokens / 64 + 1, passes + " passes for " + tokens + " tokens");
        }
    }

    @Test
    void everyTextIsTheOneWrittenAloneWhateverOthersAreReadBesideIt() {
        int[] beginning = prompt(40);
        List<TextRequest> requests = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            int[] prompt = prompt(1 + random.nextInt(100));
            if (i % 3 == 0 && prompt.length > 45) {
                System.arraycopy(beginning, 0, prompt, 0, beginning.length); // is read once
            }
            requests.add(request(prompt, 4, i % 7 == 3));
        }
        List<Heard> alone = new ArrayList<>();
        try (Engine engine = engine(0, 256)) {
            for (TextRequest request : requests) {
                alone.add(new Heard());
                engine.submit(request, alone.getLast());
                alone.getLast().await();
            }
        }
        try (Engine engine = engine(1 << 20, 50)) {
            List<Heard> found = together(engine, requests);
            for (int i = 0; i < requests.size(); i++) {
                assertArrayEquals(alone.get(i).ids(), found.get(i).ids(), "text " + i + ", seed " + SEED);
                assertEquals(alone.get(i).prompt, found.get(i).prompt, "scores of " + i + ", seed " + SEED);
            }
            assertTrue(engine.stats().cachedTokens() >= 40, engine.stats().cachedTokens() + " tokens known");
        }
    }

    @Test
    void theSameInstructionsAskedAtOnceAreReadOnce() {
        int[] instructions = prompt(90);
        List<TextRequest> requests = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            int[] prompt = Arrays.copyOf(instructions, 100);
            System.arraycopy(prompt(10), 0, prompt, 90, 10);
            requests.add(request(prompt, 2, false));
        }
        try (Engine engine = engine(1 << 22, 256)) {
            List<Heard> heard = together(engine, requests);
            assertEquals(7 * 90, engine.stats().cachedTokens());
            assertEquals(0, heard.getFirst().await().usage().cachedTokens());
            assertEquals(3, engine.stats().readings()); // the plug, the first, all others
        }
    }

    @Test
    void aLongPromptDoesNotKeepAShortOneWaiting() {
        List<TextRequest> requests = List.of(request(prompt(110), 1, false), request(prompt(9), 1, false));
        try (Engine engine = engine(0, 20)) {
            List<Heard> heard = together(engine, requests);
            assertTrue(heard.get(1).firstToken < heard.get(0).firstToken, "the short one was first");
        }
    }
}
