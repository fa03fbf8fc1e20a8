package dev.athanor.generate.sample;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** 200,000 draws of each sampler and of random chains follow {@link NaiveSampler}. */
class SamplerDrawsTest {
    private static final int DRAWS = 200_000;
    private static final long SEED = 20_250_611;
    private static final int[] RECENT = {1, 2, 1, 5, 1, 2, 0};
    private static final float[] LOGITS = {1.5f, 1.2f, 0.9f, 0.1f, -0.2f, -0.9f, -1.1f, -2.5f};

    private static SamplerSettings.Builder off() {
        return SamplerSettings.builder().seed(SEED);
    }

    private static void followsTheDefinition(String what, SamplerSettings s, float[] logits) {
        double[] p = new NaiveSampler(s).distribution(logits, RECENT);
        SamplerChain chain = new SamplerChain(s, DryBreakers.none());
        int[] counts = new int[logits.length];
        for (int i = 0; i < DRAWS; i++) {
            counts[chain.choose(logits, logits.length, RECENT, RECENT.length)]++;
        }
        for (int i = 0; i < p.length; i++) {
            double sigma = Math.sqrt(DRAWS * p[i] * (1 - p[i]));
            // A p of 1 less rounding has no spread to speak of, but may miss a draw.
            assertEquals(
                    DRAWS * p[i], counts[i], 4.5 * sigma + 1e-6, what + ", token " + i + ", seed " + SEED + ": " + s);
        }
    }

    @Test
    void drawsOfEverySamplerFollowItsDefinition() {
        Map<String, SamplerSettings.Builder> each = Map.ofEntries(
                Map.entry("none", off()),
                Map.entry("top_k", off().topK(3)),
                Map.entry("top_p", off().topP(0.6)),
                Map.entry("min_p", off().minP(0.2)),
                Map.entry("typical_p", off().typicalP(0.5)),
                Map.entry("top_n_sigma", off().topNSigma(1)),
                Map.entry("xtc", off().xtcProbability(0.4).xtcThreshold(0.15)),
                Map.entry("temperature", off().temperature(0.6)),
                Map.entry("dynatemp", off().temperature(1.1).dynatempRange(0.8).dynatempExponent(1.4)),
                Map.entry(
                        "penalties",
                        off().repeatPenalty(1.3).presencePenalty(0.2).frequencyPenalty(0.15)),
                Map.entry("repeat_last_n", off().repeatPenalty(1.3).repeatLastN(2)),
                Map.entry("logit_bias", off().logitBias(Map.of(0, -1.5, 1, Double.NEGATIVE_INFINITY, 7, 4.0))));
        each.forEach((what, s) -> followsTheDefinition(what, s.build(), LOGITS));
    }

    @Test
    void drawsOfThirtyRandomChainsFollowTheirDefinitions() {
        Random random = new Random(SEED);
        for (int i = 0; i < 30; i++) {
            List<String> order = new ArrayList<>(SamplerSettings.samplers());
            order.removeAll(List.of("dry", "adaptive_p"));
            Collections.shuffle(order, random);
            SamplerSettings s = off().order(order.subList(0, 3 + random.nextInt(order.size() - 2)))
                    .temperature(0.5 + random.nextDouble())
                    .dynatempRange(random.nextInt(3) == 0 ? 0.4 * random.nextDouble() : 0)
                    .topK(random.nextInt(9))
                    .topP(0.7 + 0.3 * random.nextDouble())
                    .minP(0.2 * random.nextDouble())
                    .typicalP(random.nextBoolean() ? 1 : 0.6 + 0.4 * random.nextDouble())
                    .topNSigma(random.nextBoolean() ? -1 : 0.8 + random.nextDouble())
                    .xtcProbability(random.nextBoolean() ? 0 : random.nextDouble())
                    .xtcThreshold(0.3 * random.nextDouble())
                    .repeatPenalty(1 + random.nextDouble())
                    .frequencyPenalty(0.2 * random.nextDouble())
                    .build();
            float[] logits = new float[8];
            for (int k = 0; k < logits.length; k++) {
                logits[k] = (float) random.nextGaussian();
            }
            followsTheDefinition("chain " + i, s, logits);
        }
    }

    @Test
    void mirostatAndAdaptiveDrawsFollowWhatTheyLearn() {
        List<String> adaptive = new ArrayList<>(SamplerSettings.samplers());
        for (SamplerSettings s : List.of(
                off().mirostat(1).mirostatTau(1.6).mirostatEta(0.05).build(),
                off().mirostat(2)
                        .mirostatTau(1.3)
                        .mirostatEta(0.2)
                        .temperature(1.2)
                        .build(),
                off().adaptiveTarget(0.2)
                        .adaptiveDecay(0.8)
                        .order(adaptive)
                        .minP(0.05)
                        .build())) {
            NaiveSampler naive = new NaiveSampler(s);
            SamplerChain chain = new SamplerChain(s, DryBreakers.none());
            double[] expected = new double[LOGITS.length];
            double[] variance = new double[LOGITS.length];
            int[] counts = new int[LOGITS.length];
            for (int i = 0; i < DRAWS / 4; i++) {
                double[] p = naive.distribution(LOGITS, RECENT);
                for (int k = 0; k < p.length; k++) {
                    expected[k] += p[k];
                    variance[k] += p[k] * (1 - p[k]);
                }
                int token = chain.choose(LOGITS, LOGITS.length, RECENT, RECENT.length);
                assertTrue(p[token] > 0, "draw " + i + " is possible, found " + token + " in " + Arrays.toString(p));
                counts[token]++;
                naive.learn(LOGITS, RECENT, token);
            }
            for (int k = 0; k < expected.length; k++) {
                double spread = 4.5 * Math.sqrt(variance[k]) + 1e-6;
                assertEquals(expected[k], counts[k], spread, "token " + k + ", seed " + SEED + ": " + s);
            }
        }
    }
}
