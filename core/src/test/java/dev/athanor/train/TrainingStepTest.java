package dev.athanor.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.corpus.Batches;
import dev.athanor.corpus.TokenBuffer;
import dev.athanor.kernel.Compute;
import dev.athanor.model.Parameter;
import dev.athanor.model.Parameters;
import dev.athanor.model.Transformer;
import dev.athanor.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingStepTest {
    private static final long SEED = 12;
    private static final int VOCABULARY = 11;

    private static Parameters parameters() {
        return Initializer.initialize(Presets.small("gpt2", "adamw").modelConfig(VOCABULARY, -1), 0.1, SEED);
    }

    private static List<Tensor> zeros(Parameters parameters) {
        return parameters.list().stream()
                .map(p -> Tensor.zeros(p.spec().shape().toArray()))
                .toList();
    }

    @Test
    void accumulationEqualsOneBigBatchThoughItsPartsCountDifferentNumbersOfTokens() {
        int length = 8;
        int[] tokens =
                new SplittableRandom(SEED).ints(4L * length, 0, VOCABULARY).toArray();
        int[] targets =
                new SplittableRandom(SEED + 1).ints(4L * length, 0, VOCABULARY).toArray();
        Arrays.fill(targets, 2 * length + 1, 3 * length, -1); // the second half counts 9 of 16
        Parameters parameters =
                Initializer.initialize(Presets.small("gpt2", "adamw", 0).modelConfig(VOCABULARY, -1), 0.1, SEED);
        try (Compute compute = Compute.create(2)) {
            Transformer model = new Transformer(parameters, compute);
            float each = 1f / 25;
            List<Tensor> whole = zeros(parameters);
            double wholeLoss = model.lossAndGradients(tokens, targets, 4, length, each, whole, true, 0);
            List<Tensor> parts = zeros(parameters);
            parts.forEach(g -> Arrays.fill(g.data(), Float.NaN)); // what they hold means nothing to the first half
            double partsLoss = 0;
            for (int half = 0; half < 2; half++) {
                int from = half * 2 * length;
                partsLoss += model.lossAndGradients(
                        Arrays.copyOfRange(tokens, from, from + 2 * length),
                        Arrays.copyOfRange(targets, from, from + 2 * length),
                        2,
                        length,
                        each,
                        parts,
                        half > 0,
                        0);
            }
            assertEquals(wholeLoss, partsLoss, 25 * 1e-6, "seed " + SEED);
            for (int i = 0; i < whole.size(); i++) {
                float largest = 0;
                for (float g : whole.get(i).data()) {
                    largest = Math.max(largest, Math.abs(g));
                }
                for (int j = 0; j < whole.get(i).size(); j++) {
                    // The same 32 terms in two sums rather than one: 32 roundings of the largest.
                    assertEquals(
                            whole.get(i).data()[j],
                            parts.get(i).data()[j],
                            32 * 6e-8 * Math.max(largest, 1e-3),
                            parameters.list().get(i).name() + " number " + j + ", seed " + SEED);
                }
            }
        }
    }

    @Test
    void clippingBringsTheGlobalNormToTheLimitAndLeavesSmallerOnesAlone() {
        assertEquals(1f, GradientStep.clip(0.5, 1));
        assertEquals(1f, GradientStep.clip(50, 0), "0 means no clipping");
        assertEquals(0.25, GradientStep.clip(4, 1), 1e-6);
        List<Tensor> gradients = List.of(Tensor.zeros(70_000), Tensor.zeros(3, 5));
        Random random = new Random(SEED);
        double sum = 0;
        for (Tensor g : gradients) {
            for (int i = 0; i < g.size(); i++) {
                g.data()[i] = (float) random.nextGaussian();
                sum += (double) g.data()[i] * g.data()[i];
            }
        }
        try (Compute one = Compute.create(1);
                Compute three = Compute.create(3)) {
            double norm = new GradientNorm(gradients, new Slices(gradients), one).measure();
            // Runs of 1024 squares in float: far below 1024 roundings of 6e-8 each.
            assertEquals(Math.sqrt(sum), norm, 1e-5 * norm, "seed " + SEED);
            assertEquals(
                    norm, new GradientNorm(gradients, new Slices(gradients), three).measure(), "threads, seed " + SEED);
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
    void whatIsNotFiniteIsNamedByKindAndTensor(float bad) {
        Parameters parameters = parameters();
        List<Tensor> gradients = zeros(parameters);
        Slices slices = new Slices(gradients);
        Parameter third = parameters.list().get(3);
        try (Compute compute = Compute.create(2)) {
            FiniteCheck check = new FiniteCheck(parameters.list(), gradients, slices, compute);
            check.beforeUpdate(1, 2.0, new GradientNorm(gradients, slices, compute).measure());
            check.afterUpdate(1);

            gradients.get(3).data()[1] = bad;
            TrainingException gradient = assertThrows(
                    TrainingException.class,
                    () -> check.beforeUpdate(8, 2.0, new GradientNorm(gradients, slices, compute).measure()));
            assertSays("step 8: ", gradient);
            assertSays("the gradient of " + third.name(), gradient);

            third.value().data()[0] = bad;
            assertSays(
                    "found weight " + third.name(), assertThrows(TrainingException.class, () -> check.afterUpdate(9)));
            assertSays(
                    "weight " + third.name(),
                    assertThrows(TrainingException.class, () -> check.beforeUpdate(9, bad, 1)));
        }
    }

    @Test
    void aLearningRateThatBreaksAWeightIsRefusedInItsOwnStep() {
        Parameters parameters = parameters();
        TokenBuffer tokens = new TokenBuffer();
        tokens.add(new SplittableRandom(SEED).ints(200, 0, VOCABULARY).toArray(), 200);
        Preset preset = Presets.small("gpt2", "adamw");
        try (Compute compute = Compute.create(1)) {
            AdamW broken = new AdamW(parameters.list(), new AdamW.Settings(1e38, 0.9, 0.95, 1e-8, 10), compute);
            TrainingStep step = new TrainingStep(
                    preset, SEED, new Batches(tokens, SEED, 16), new Transformer(parameters, compute), broken, compute);
            assertSays(
                    "step 1: expected finite numbers, found weight",
                    assertThrows(TrainingException.class, () -> step.run(0, 1)));
        }
    }

    private static void assertSays(String expected, Exception e) {
        assertTrue(
                String.valueOf(e.getMessage()).contains(expected),
                "expected \"" + expected + "\" in \"" + e.getMessage() + "\"");
    }

    @Test
    void neighbouringSeedsGiveUnrelatedWeights() {
        // Multiplying the seed by SplittableRandom's own constant, as one is tempted to, gives the same numbers shifted
        // by a few places.
        float[] one = Initializer.initialize(parameters().config(), 0.1, 1)
                .list()
                .get(0)
                .value()
                .data();
        for (long seed = 2; seed < 6; seed++) {
            float[] other = Initializer.initialize(parameters().config(), 0.1, seed)
                    .list()
                    .get(0)
                    .value()
                    .data();
            for (int shift = -8; shift <= 8; shift++) {
                int same = 0;
                for (int i = 8; i < one.length - 8; i++) {
                    same += one[i] == other[i + shift] ? 1 : 0;
                }
                assertTrue(
                        same < one.length / 100, same + " equal weights of seeds 1 and " + seed + " at shift " + shift);
            }
        }
    }

    @Test
    void everyTensorHasItsOwnStreamAndTheSameSeedTheSameBits() {
        Parameters first = parameters();
        Parameters again = parameters();
        for (int i = 0; i < first.list().size(); i++) {
            assertEquals(
                    Arrays.toString(first.list().get(i).value().data()),
                    Arrays.toString(again.list().get(i).value().data()));
        }
        assertNotEquals(Seeds.of(1, 2), Seeds.of(2, 1));
        assertNotEquals(Seeds.of(1), Seeds.of(1, 0));
    }
}
