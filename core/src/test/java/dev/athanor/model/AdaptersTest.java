package dev.athanor.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.checkpoint.Fixtures;
import dev.athanor.kernel.Compute;
import dev.athanor.model.Adapters.Side;
import dev.athanor.model.TensorSpec.Role;
import dev.athanor.tensor.Shape;
import dev.athanor.tensor.Tensor;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Low-rank additions: what they compute, how they learn, and what merging makes of them, in every family. */
class AdaptersTest {
    private static final long SEED = 2024;
    private static final int RANK = 3;
    private static final double ALPHA = 6;
    private static final int BATCH = 2;
    private static final int LENGTH = 6;

    static List<String> cases() {
        return Fixtures.CASES;
    }

    private static BiFunction<TensorSpec, Side, Tensor> random(ModelConfig config, double size) {
        SplittableRandom random = new SplittableRandom(SEED);
        return (spec, side) -> {
            Tensor t =
                    Tensor.zeros(Adapters.side(config, spec, RANK, side).shape().toArray());
            for (int i = 0; i < t.size(); i++) {
                t.data()[i] = (float) ((random.nextDouble() * 2 - 1) * size);
            }
            return t;
        };
    }

    private static List<Tensor> zeros(List<Parameter> list) {
        return list.stream().map(p -> Tensor.zeros(p.spec().shape().toArray())).toList();
    }

    private static int[] tokens(ModelConfig config, int step) {
        int[] tokens = new int[BATCH * LENGTH];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = (i * step + 3) % config.vocabularySize();
        }
        return tokens;
    }

    /** 1e-5: sums of tens of products of order one in F32, merged on one side and added on the other. */
    @ParameterizedTest
    @MethodSource("cases")
    void aMergedModelComputesWhatTheAdaptedOneDoes(String name) {
        Parameters base = Checkpoint.load(Fixtures.directory(name));
        ModelConfig c = base.config();
        Adapters adapters = Adapters.of(c, RANK, ALPHA, Adapters.POSSIBLE, random(c, 0.1));
        int[] tokens = tokens(c, 7);
        int[] targets = tokens(c, 5);
        float scale = 1f / targets.length;
        try (Compute compute = Compute.create(2)) {
            Transformer plain = new Transformer(base, compute);
            double adapted = plain.lossAndGradients(
                    adapters, tokens, targets, BATCH, LENGTH, scale, zeros(adapters.list()), true, 0);
            double merged = new Transformer(adapters.merged(base), compute).loss(tokens, targets, BATCH, LENGTH);
            double untouched = plain.loss(tokens, targets, BATCH, LENGTH);
            assertEquals(merged, adapted, 1e-5 * targets.length, name + ", seed " + SEED);
            assertTrue(Math.abs(untouched - adapted) > 1e-3, name + ": the additions must add something");
        }
    }

    /**
     * dA = s Bᵀ dW and dB = s dW Aᵀ, with dW of the merged model: its gradients are compared with PyTorch's elsewhere.
     */
    @ParameterizedTest
    @MethodSource("cases")
    void gradientsAreThoseOfTheMergedModelSeenThroughTheOtherSide(String name) {
        Parameters base = Checkpoint.load(Fixtures.directory(name));
        ModelConfig c = base.config();
        Adapters adapters = Adapters.of(c, RANK, ALPHA, Adapters.POSSIBLE, random(c, 0.1));
        Parameters whole = adapters.merged(base);
        List<Tensor> full = zeros(whole.list());
        List<Tensor> narrow = zeros(adapters.list());
        int[] tokens = tokens(c, 7);
        int[] targets = tokens(c, 5);
        float scale = 1f / targets.length;
        try (Compute compute = Compute.create(2)) {
            new Transformer(whole, compute).lossAndGradients(tokens, targets, BATCH, LENGTH, scale, full, true, 0);
            new Transformer(base, compute)
                    .lossAndGradients(adapters, tokens, targets, BATCH, LENGTH, scale, narrow, true, 0);
        }
        for (int pair = 0; pair < narrow.size(); pair += 2) {
            TensorSpec spec = adapters.list().get(pair).spec();
            Tensor dw = full.get(whole.indexOf(spec.role(), spec.layer()));
            Tensor a = adapters.list().get(pair).value();
            Tensor b = adapters.list().get(pair + 1).value();
            boolean inputMajor = c.layout().inputMajor();
            check(name, spec, expectedA(dw, b, a.shape(), inputMajor), narrow.get(pair));
            check(name, spec, expectedB(dw, a, b.shape(), inputMajor), narrow.get(pair + 1));
        }
    }

    private static double at(Tensor dw, int out, int in, boolean inputMajor) {
        return dw.data()[inputMajor ? in * dw.dim(1) + out : out * dw.dim(1) + in];
    }

    private static double[] expectedA(Tensor dw, Tensor b, Shape shape, boolean inputMajor) {
        double[] expected = new double[(int) shape.elements()];
        for (int r = 0; r < RANK; r++) {
            for (int in = 0; in < shape.dim(1); in++) {
                for (int out = 0; out < b.dim(0); out++) {
                    expected[r * shape.dim(1) + in] +=
                            ALPHA / RANK * b.data()[out * RANK + r] * at(dw, out, in, inputMajor);
                }
            }
        }
        return expected;
    }

    private static double[] expectedB(Tensor dw, Tensor a, Shape shape, boolean inputMajor) {
        double[] expected = new double[(int) shape.elements()];
        for (int out = 0; out < shape.dim(0); out++) {
            for (int r = 0; r < RANK; r++) {
                for (int in = 0; in < a.dim(1); in++) {
                    expected[out * RANK + r] +=
                            ALPHA / RANK * a.data()[r * a.dim(1) + in] * at(dw, out, in, inputMajor);
                }
            }
        }
        return expected;
    }

    /** 1e-4 of the largest: what gradients of these models keep against PyTorch's. */
    private static void check(String name, TensorSpec spec, double[] expected, Tensor found) {
        double largest = 1e-6;
        for (double x : expected) {
            largest = Math.max(largest, Math.abs(x));
        }
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], found.data()[i], 1e-4 * largest, name + ", seed " + SEED + ": " + spec.name());
        }
    }

    @Test
    void aRankThatIsNoSmallerThanTheMatrixIsRefused() {
        ModelConfig c = Checkpoint.load(Fixtures.directory("llama-gqa")).config();
        String sentence = String.valueOf(assertThrows(
                        IllegalArgumentException.class,
                        () -> Adapters.of(c, 999, 1, Set.of(Role.KEY_WEIGHT), (spec, side) -> Tensor.zeros(1)))
                .getMessage());
        assertTrue(sentence.contains("expected a rank below") && sentence.endsWith("found rank=999"), sentence);
        assertThrows(
                IllegalArgumentException.class,
                () -> Adapters.of(c, 2, 1, Set.of(Role.QKV_WEIGHT), (spec, side) -> Tensor.zeros(1)));
        assertThrows(
                IllegalArgumentException.class,
                () -> Adapters.of(c, 2, 1, Set.of(Role.FINAL_NORM_WEIGHT), (spec, side) -> Tensor.zeros(1)));
    }
}
