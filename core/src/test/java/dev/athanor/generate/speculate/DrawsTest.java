package dev.athanor.generate.speculate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.generate.Sampler;
import dev.athanor.generate.Sampling;
import dev.athanor.kernel.Compute;
import dev.athanor.model.KvCache;
import dev.athanor.model.Transformer;
import dev.athanor.tensor.Shape;
import dev.athanor.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Texts drawn with guesses follow the distribution of those drawn without. */
class DrawsTest {
    private static final long SEED = 53;
    private static final int V = 6;
    private static final int NEW = 3;
    private static final int TEXTS = 6_000;
    private static final int[] PROMPT = {0, 3, 1, 3};

    static Stream<Sampling> samplings() {
        return Stream.of(
                Sampling.of(1, SEED),
                new Sampling(0.7, 4, 1, 0, 1, 64, SEED),
                new Sampling(1.3, 0, 0.8, 0.05, 1.4, 5, SEED));
    }

    /** The probability of every text of {@link #NEW} tokens, from the model's logits one token at a time. */
    private static double[] exact(Transformer model, Sampling sampling) {
        double[] p = new double[V * V * V];
        Sampler sampler = new Sampler(sampling);
        for (int outcome = 0; outcome < p.length; outcome++) {
            int[] text = text(outcome);
            double product = 1;
            for (int count = PROMPT.length; count < text.length; count++) {
                Tensor logits = model.nextLogits(Arrays.copyOf(text, count), model.newCache(text.length));
                product *= sampler.propose(logits, text, count).probabilities()[text[count]];
            }
            p[outcome] = product;
        }
        return p;
    }

    private static int[] text(int outcome) {
        int[] text = Arrays.copyOf(PROMPT, PROMPT.length + NEW);
        text[PROMPT.length] = outcome / V / V;
        text[PROMPT.length + 1] = outcome / V % V;
        text[PROMPT.length + 2] = outcome % V;
        return text;
    }

    @ParameterizedTest
    @MethodSource("samplings")
    void textsDrawnWithADraftModelFollowTheModelsDistribution(Sampling sampling) {
        try (Compute compute = Compute.create(1)) {
            Transformer model = new Transformer(TinyModels.random(V, 16, OptionalInt.empty(), 0.5, SEED), compute);
            Transformer small = model.with(TinyModels.random(V, 16, OptionalInt.empty(), 0.5, SEED + 1));
            double[] p = exact(model, sampling);
            int[] counts = new int[p.length];
            KvCache cache = model.newCache(PROMPT.length + NEW);
            Tensor first = model.nextLogits(PROMPT, cache);
            long accepted = 0;
            long drafted = 0;
            Sampler sampler = new Sampler(sampling);
            Sampler guesser = new Sampler(sampling.withSeed(SEED + 2));
            for (int i = 0; i < TEXTS; i++) {
                cache.truncate(PROMPT.length);
                Speculator speculator = new Speculator(model, new ModelDrafter(small, guesser::propose, 0), NEW);
                int[] text = Arrays.copyOf(PROMPT, PROMPT.length + NEW);
                Tensor logits = first;
                for (int count = PROMPT.length; count < text.length; count++) {
                    text[count] = sampler.choose(logits, text, count, speculator.proposal());
                    if (count + 1 < text.length) {
                        logits = speculator.next(text, count + 1, cache, text.length - count - 1);
                    }
                }
                speculator.settle(cache);
                int at = PROMPT.length;
                counts[(text[at] * V + text[at + 1]) * V + text[at + 2]]++;
                accepted += speculator.stats().accepted();
                drafted += speculator.stats().drafted();
            }
            assertTrue(accepted > drafted / 10 && accepted < drafted * 9 / 10, accepted + " right of " + drafted);
            fits(p, counts, sampling);
        }
    }

    /** Pearson's statistic, whose mean is its degrees of freedom and whose variance is about twice that. */
    private static void fits(double[] p, int[] counts, Sampling sampling) {
        double statistic = 0;
        double restP = 0;
        int rest = 0;
        int cells = 0;
        for (int i = 0; i < p.length; i++) {
            double expected = p[i] * TEXTS;
            if (expected < 5) { // too few for the normal approximation: together
                restP += p[i];
                rest += counts[i];
                continue;
            }
            statistic += (counts[i] - expected) * (counts[i] - expected) / expected;
            cells++;
        }
        double expected = restP * TEXTS;
        assertTrue(
                Math.abs(rest - expected) <= 4.5 * Math.sqrt(expected) + 1e-6,
                "rare texts: expected " + expected + ", found " + rest + ", seed " + SEED);
        double bound = cells + 4.5 * Math.sqrt(2.0 * cells);
        assertTrue(
                statistic <= bound,
                sampling + ", seed " + SEED + ": expected at most " + bound + " over " + cells + " texts, found "
                        + statistic);
    }

    @Test
    void theStatisticRefusesTheUsualMistake() {
        double[] p = {0.3, 0.25, 0.2, 0.15, 0.07, 0.03};
        double[] q = {0.2, 0.2, 0.2, 0.2, 0.1, 0.1};
        double[] texts = new double[V * V * V];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = p[i / V / V] * p[i / V % V] * p[i % V];
        }
        int[] counts = new int[texts.length];
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < TEXTS; i++) {
            int outcome = 0;
            for (int j = 0; j < NEW; j++) {
                int guess = draw(q, random);
                boolean kept = random.nextDouble() * q[guess] < p[guess];
                // A guess refused wants a draw out of what p has more than q, not out of p.
                outcome = outcome * V + (kept ? guess : draw(p, random));
            }
            counts[outcome]++;
        }
        assertThrows(AssertionError.class, () -> fits(texts, counts, Sampling.of(1, SEED)), "seed " + SEED);
    }

    private static int draw(double[] p, SplittableRandom random) {
        double at = random.nextDouble();
        int i = 0;
        while (i < p.length - 1 && at >= p[i]) {
            at -= p[i++];
        }
        return i;
    }

    @Test
    void guessesMadeWithoutChanceChangeNoDraw() {
        SplittableRandom random = new SplittableRandom(SEED);
        Sampling sampling = new Sampling(1.1, 0, 0.9, 0, 1.2, 8, SEED);
        Sampler plain = new Sampler(sampling);
        Sampler guessed = new Sampler(sampling);
        int[] expected = new int[500];
        int[] found = new int[500];
        for (int i = 0; i < expected.length; i++) {
            float[] logits = new float[V];
            for (int j = 0; j < V; j++) {
                logits[j] = (float) random.nextGaussian();
            }
            Tensor t = Tensor.view(logits, 0, Shape.of(V));
            expected[i] = plain.choose(t, expected, i);
            found[i] = guessed.choose(t, found, i, Optional.of(Proposal.certain(random.nextInt(V))));
        }
        assertArrayEquals(expected, found, "seed " + SEED);
    }
}
