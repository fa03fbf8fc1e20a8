package dev.athanor.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.tensor.Shape;
import dev.athanor.tensor.Tensor;
import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SamplerTest {
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
        Tensor l = logits(
                (float) Math.log(0.5), (float) Math.log(0.3), (float) Math.log(0.15), (float) Math.log(0.05), -40);
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

    @Test
    void theSameSeedDrawsTheSameTokens() {
        Tensor l = logits(0.1f, 0.2f, 0.3f, 0.4f);
        int[] first = sequence(7, l);
        assertArrayEquals(first, sequence(7, l));
        assertFalse(Arrays.equals(first, sequence(8, l)), "another seed draws other tokens");
    }

    private static int[] sequence(long seed, Tensor logits) {
        Sampler sampler = new Sampler(Sampling.of(1, seed));
        return IntStream.range(0, 100)
                .map(i -> sampler.choose(logits, new int[0], 0))
                .toArray();
    }

    @Test
    void onlyRecentTokensAreMadeLessLikely() {
        Sampler two = new Sampler(new Sampling(0, 0, 1, 0, 2, 2, 1));
        assertEquals(0, two.choose(logits(3, 2, 1), new int[] {0, 1, 1, 99}, 3), "token 0 is three tokens back");
        Sampler none = new Sampler(new Sampling(0, 0, 1, 0, 2, 0, 1));
        assertEquals(0, none.choose(logits(3, 2, 1), new int[] {0}, 1), "a window of 0 tokens");
    }

    @Test
    void aTokenSeenTwiceIsPenalisedOnce() {
        Sampler sampler = new Sampler(new Sampling(0, 0, 1, 0, 2, 64, 1));
        assertEquals(0, sampler.choose(logits(3, 1), new int[] {0, 0, 0}, 3));
    }

    @Test
    void equalScoresGoToTheLowestId() {
        assertEquals(1, new Sampler(Sampling.greedy()).choose(logits(0, 5, 5, -0f), new int[0], 0));
        assertArrayEquals(new int[] {1, 2, 0, 3}, Softmax.order(new float[] {0, 5, 5, -0f}));
    }

    @Test
    void theOrderIsThatOfASortByScore() {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        float[] scores = new float[2000];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = random.nextInt(4) == 0 ? random.nextInt(-3, 4) : (float) random.nextDouble(-1e3, 1e3);
        }
        int[] expected = IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(i -> -scores[i]).thenComparing(i -> i))
                .mapToInt(Integer::intValue)
                .toArray();
        assertArrayEquals(expected, Softmax.order(scores), "seed " + seed);
    }

    @Test
    void topKOneIsGreedyAtAnyTemperature() {
        Tensor l = logits(0.1f, 0.11f, 0.09f);
        assertEquals(500, draws(new Sampling(5, 1, 1, 0, 1, 64, 3), l, 500)[1]);
        assertEquals(500, draws(new Sampling(5, 0, 0, 0, 1, 64, 3), l, 500)[1], "top-p 0 keeps one");
        assertEquals(500, draws(new Sampling(5, 0, 1, 1, 1, 64, 3), l, 500)[1], "min-p 1 keeps one");
    }

    @Test
    void filtersComeBeforeTemperature() {
        // 0.7, 0.2, 0.1: top-p 0.75 keeps two; at temperature 100 first, all three would be near a third and be kept.
        Tensor l = logits((float) Math.log(0.7), (float) Math.log(0.2), (float) Math.log(0.1));
        int[] counts = draws(new Sampling(100, 0, 0.75, 0, 1, 64, 3), l, 2000);
        assertEquals(0, counts[2]);
        assertEquals(1000, counts[1], 5 * Math.sqrt(2000 * 0.25) + 20, "nearly even at temperature 100");
    }

    @Test
    void scoresThatAreNotFiniteAreNamed() {
        IllegalStateException e = assertThrows(
                IllegalStateException.class,
                () -> new Sampler(Sampling.greedy()).choose(logits(1, Float.NaN, 2), new int[0], 0));
        assertTrue(
                String.valueOf(e.getMessage()).startsWith("logits: expected finite numbers, found NaN for token 1;"),
                e.getMessage());
    }
}
