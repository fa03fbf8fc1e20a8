package dev.athanor.generate.sample;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SamplerChainTest {
    private static final int[] NOTHING = {};
    private static final long SEED = 41;

    private static SamplerSettings.Builder off() {
        return SamplerSettings.builder();
    }

    private static SamplerChain chain(SamplerSettings.Builder b) {
        return new SamplerChain(b.build(), DryBreakers.none());
    }

    private static Choice choice(SamplerSettings.Builder b, int[] recent, float... logits) {
        return chain(b).chooseWithProbabilities(logits, logits.length, recent, recent.length, logits.length);
    }

    private static List<Integer> left(SamplerSettings.Builder b, float... logits) {
        return choice(b, NOTHING, logits).candidates().stream()
                .filter(c -> c.probability() > 0)
                .map(Choice.Candidate::token)
                .toList();
    }

    @Test
    void temperatureZeroTakesTheLikeliestAndOfEqualOnesTheLowestId() {
        SamplerSettings.Builder greedy = off().temperature(0).xtcProbability(1).typicalP(0.1);
        assertEquals(1, choice(greedy, NOTHING, 1, 3, 3, 2).token());
        assertEquals(0, choice(greedy, NOTHING, -0f, 0f).token(), "the two zeros are one score");
        assertEquals(
                2, choice(greedy.repeatPenalty(2), new int[] {1}, 1, 3, 3, 2).token(), "after penalties");
        assertEquals(
                3, choice(greedy.logitBias(Map.of(3, 9.0)), NOTHING, 1, 3, 3, 2).token(), "after the bias");
        assertEquals(
                1, choice(off().temperature(0).mirostat(2), NOTHING, 1, 3, 2).token(), "with mirostat");
    }

    @Test
    void theOrderDecides() {
        float[] l = {2, 1, 0, -1};
        List<String> cutThenHeat = List.of("top_p", "temperature");
        SamplerSettings.Builder b = off().topP(0.9).temperature(3);
        assertEquals(List.of(0, 1, 2), left(b.order(cutThenHeat), l));
        assertEquals(List.of(0, 1, 2, 3), left(b.order(List.of("temperature", "top_p")), l));
        // 0.64, 0.24, 0.09, 0.03: of all four two reach 0.85; of the first two the first has 0.73, of three 0.67.
        SamplerSettings.Builder k = off().topK(2).topP(0.7);
        assertEquals(List.of(0), left(k.order(List.of("top_k", "top_p")), l));
        assertEquals(List.of(0, 1), left(k.order(List.of("top_p", "top_k")), l));
        assertEquals(List.of(0, 1, 2, 3), left(k.order(List.of()), l), "what the order does not name does not run");
    }

    @Test
    void mirostatTakesThePlaceOfTheOrder() {
        assertEquals(3, left(off().mirostat(2).mirostatTau(50).topK(1), 1, 2, 3).size());
    }

    @Test
    void penaltiesCountTheWindow() {
        int[] recent = {0, 1, 1, 2};
        float[] l = {2, 2, 2, -2, -2};
        assertArrayEquals(new double[] {1, 1, 1, -2, -2}, scores(off().repeatPenalty(2), recent, l), 1e-9, "once");
        assertArrayEquals(
                new double[] {1.5, 1, 1.5, -2, -2}, scores(off().frequencyPenalty(0.5), recent, l), 1e-9, "each");
        assertArrayEquals(
                new double[] {1.5, 1.5, 1.5, -2, -2}, scores(off().presencePenalty(0.5), recent, l), 1e-9, "presence");
        SamplerSettings.Builder two = off().presencePenalty(1).frequencyPenalty(1);
        assertArrayEquals(new double[] {2, 0, 0, -2, -2}, scores(two.repeatLastN(2), recent, l), 1e-9, "the last two");
        assertArrayEquals(new double[] {2, 2, 2, -2, -2}, scores(two.repeatLastN(0), recent, l), 1e-9, "none");
        assertArrayEquals(new double[] {0, -1, 0, -2, -2}, scores(two.repeatLastN(-1), recent, l), 1e-9, "all");
        assertArrayEquals(
                new double[] {2, 2, 2, -4, -2},
                scores(off().repeatPenalty(2), new int[] {3, 9, -1}, l),
                1e-9,
                "below 0");
    }

    /** Scores after the chain, set to agree with the last token, which no test penalises. */
    private static double[] scores(SamplerSettings.Builder b, int[] recent, float... logits) {
        double[] p = new double[logits.length];
        for (Choice.Candidate c : choice(b, recent, logits).candidates()) {
            p[c.token()] = c.probability();
        }
        int last = logits.length - 1;
        return Arrays.stream(p).map(x -> Math.log(x / p[last]) + logits[last]).toArray();
    }

    @Test
    void dryMakesAContinuedRepetitionLessLikelyUnlessABreakerLiesBetween() {
        int[] recent = {7, 1, 2, 3, 4, 1, 2, 3};
        float[] flat = new float[9];
        SamplerSettings dry = off().dryMultiplier(1).dryBase(2).build();
        double fallen = probability(dry, DryBreakers.none(), recent, flat, 4);
        assertEquals(Math.exp(-2) / (8 + Math.exp(-2)), fallen, 1e-12, "1 · 2^(3 - 2) off the score of token 4");
        for (int[] breaker : List.of(new int[] {3}, new int[] {2, 3}, new int[] {4})) {
            double p = probability(dry, DryBreakers.ofTokens(List.of(breaker)), recent, flat, 4);
            assertEquals(1 / 9.0, p, 1e-12, "breaker " + Arrays.toString(breaker));
        }
        assertEquals(fallen, probability(dry, DryBreakers.ofTokens(List.of(new int[] {7})), recent, flat, 4), 1e-12);
        SamplerSettings near = dry.toBuilder().dryPenaltyLastN(3).build();
        assertEquals(1 / 9.0, probability(near, DryBreakers.none(), recent, flat, 4), 1e-12, "out of sight");
    }

    private static double probability(
            SamplerSettings s, DryBreakers breakers, int[] recent, float[] logits, int token) {
        return new SamplerChain(s, breakers)
                        .chooseWithProbabilities(logits, logits.length, recent, recent.length, logits.length)
                        .candidates()
                        .stream()
                        .filter(c -> c.token() == token)
                        .findFirst()
                        .orElseThrow()
                        .probability();
    }

    @Test
    void scoresThatAreNotFiniteAreRefusedByToken() {
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            String found = assertThrows(IllegalStateException.class, () -> choice(off(), NOTHING, 1, 2, bad))
                    .getMessage();
            assertEquals(
                    "logits: expected finite numbers, found " + bad
                            + " for token 2; the weights hold numbers that are not finite or far too large",
                    found);
        }
        assertThrows(IllegalArgumentException.class, () -> chain(off()).choose(new float[2], 3, NOTHING, 0));
        assertThrows(IllegalArgumentException.class, () -> chain(off()).choose(new float[2], 2, NOTHING, 1));
    }

    @Test
    void forbiddenTokensAreNeverChosenAndOneMustBeLeft() {
        SamplerSettings.Builder b = off().logitBias(Map.of(1, Double.NEGATIVE_INFINITY, 90, 1.0));
        assertEquals(List.of(0, 2), left(b, 1, 9, 0).stream().sorted().toList());
        assertThrows(
                IllegalStateException.class,
                () -> choice(b.logitBias(Map.of(0, Double.NEGATIVE_INFINITY)), NOTHING, 1));
        BitSet allowed = new BitSet();
        allowed.set(2);
        assertEquals(2, chain(off()).choose(new float[] {9, 9, 1}, 3, allowed, NOTHING, 0));
        assertThrows(
                IllegalStateException.class, () -> chain(off()).choose(new float[] {9}, 1, new BitSet(), NOTHING, 0));
    }

    @Test
    void oneTokenIsLeftHoweverMuchIsCut() {
        List<SamplerSettings.Builder> strict = List.of(
                off().topK(1),
                off().topP(0),
                off().minP(1),
                off().typicalP(0),
                off().topNSigma(1e-9),
                off().xtcProbability(1).xtcThreshold(0),
                off().temperature(1e-300),
                off().mirostat(1).mirostatTau(0),
                off().mirostat(2).mirostatTau(0));
        for (SamplerSettings.Builder b : strict) {
            assertEquals(1, left(b, 0.5f, 0.25f, 3, 2).size(), b.build().toString());
            assertEquals(List.of(0), left(b, -3), "a vocabulary of one, " + b.build());
        }
    }

    @Test
    void theSameSeedDrawsTheSameTokens() {
        SamplerSettings.Builder b = off().xtcProbability(0.5).dynatempRange(0.3).adaptiveTarget(0.3);
        assertArrayEquals(draws(b.seed(7)), draws(b.seed(7)));
        assertFalse(Arrays.equals(draws(b.seed(7)), draws(b.seed(8))), "another seed draws other tokens");
    }

    private static int[] draws(SamplerSettings.Builder b) {
        SamplerChain chain = chain(b);
        float[] l = {0.1f, 0.2f, 0.3f, 0.4f, 1};
        return IntStream.range(0, 200)
                .map(i -> chain.choose(l, l.length, NOTHING, 0))
                .toArray();
    }

    @Test
    void aLargeVocabularyIsCutAsASortWouldCutIt() {
        Random random = new Random(SEED);
        int v = 20_000;
        float[] l = new float[v];
        for (int i = 0; i < v; i++) {
            l[i] = Math.round(random.nextGaussian() * 300) / 100f; // many ties
        }
        List<Integer> sorted = new ArrayList<>(IntStream.range(0, v).boxed().toList());
        sorted.sort((a, c) -> l[a] != l[c] ? Float.compare(l[c], l[a]) : Integer.compare(a, c));
        for (int k : new int[] {1, 40, 1000, 1500, 19_999, v}) {
            assertEquals(sorted.subList(0, k), left(off().topK(k), l), "top_k " + k + ", seed " + SEED);
        }
        for (double p : new double[] {0.01, 0.5, 0.999}) {
            List<Integer> kept = left(off().topP(p), l);
            assertEquals(sorted.subList(0, kept.size()), kept, "top_p " + p + ", seed " + SEED);
        }
    }
}
