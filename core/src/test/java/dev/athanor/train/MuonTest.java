package dev.athanor.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.kernel.Compute;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.ModelConfig.Family;
import dev.athanor.model.Parameter;
import dev.athanor.model.Parameters;
import dev.athanor.model.TensorSpec.Role;
import dev.athanor.tensor.Shape;
import dev.athanor.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MuonTest {
    private static final long SEED = 31;
    private static final int WIDTH = 12;
    private static final int HEADS = 3;
    private static final int HEAD_SIZE = 4;

    private static ModelConfig config(Family family) {
        boolean fused = family == Family.GPT2 || family == Family.GPT_NEOX;
        return new ModelConfig(
                family,
                7,
                5,
                1,
                WIDTH,
                HEADS,
                HEADS,
                HEAD_SIZE,
                20,
                fused ? ModelConfig.NormKind.LAYER_NORM : ModelConfig.NormKind.RMS_NORM,
                1e-5f,
                fused ? ModelConfig.Activation.GELU_TANH : ModelConfig.Activation.SILU_GATED,
                family == Family.GPT2
                        ? new ModelConfig.Positions.Learned()
                        : new ModelConfig.Positions.Rotary(1e4, HEAD_SIZE),
                false,
                false,
                false,
                false,
                false,
                false,
                OptionalInt.empty(),
                0f,
                OptionalInt.empty(),
                OptionalInt.empty());
    }

    private static List<Tensor> gradients(Parameters parameters) {
        Random random = new Random(SEED);
        List<Tensor> gradients = new ArrayList<>();
        for (Parameter p : parameters.list()) {
            Tensor g = Tensor.zeros(p.spec().shape().toArray());
            for (int i = 0; i < g.size(); i++) {
                g.data()[i] = (float) random.nextGaussian();
            }
            gradients.add(g);
        }
        return gradients;
    }

    private static Muon muon(Parameters parameters, double decay, Compute compute) {
        return new Muon(
                parameters,
                new Muon.Settings(0.02, 0.95, decay),
                new AdamW.Settings(1e-3, 0.9, 0.95, 1e-8, 0),
                compute);
    }

    /**
     * Where number (row, column) of query, key or value {@code part} stands in the stored tensor, written out from the
     * families' definitions.
     */
    private static int place(Family family, int part, int out, int in) {
        return switch (family) {
            case GPT2 -> in * 3 * WIDTH + part * WIDTH + out;
            case GPT_NEOX -> (out / HEAD_SIZE * 3 * HEAD_SIZE + part * HEAD_SIZE + out % HEAD_SIZE) * WIDTH + in;
            default -> throw new IllegalArgumentException(family.toString());
        };
    }

    @ParameterizedTest
    @EnumSource(names = {"GPT2", "GPT_NEOX"})
    void fusedQueryKeyAndValueStepAsThreeMatrices(Family family) {
        Parameters parameters = Parameters.zeros(config(family));
        int index = parameters.indexOf(Role.QKV_WEIGHT, 0);
        List<Tensor> gradients = gradients(parameters);
        try (Compute compute = Compute.create(2)) {
            muon(parameters, 0, compute).step(gradients, 1f, 1);
            float[] fused = parameters.list().get(index).value().data();
            float[] gradient = gradients.get(index).data();
            for (int part = 0; part < 3; part++) {
                Tensor alone = Tensor.zeros(WIDTH, WIDTH);
                for (int i = 0; i < WIDTH * WIDTH; i++) {
                    alone.data()[i] = gradient[place(family, part, i / WIDTH, i % WIDTH)];
                }
                new NewtonSchulz(compute).apply(alone);
                for (int i = 0; i < WIDTH * WIDTH; i++) {
                    // Sums of 12 to 24 numbers below 1.3 in another order, grown at most threefold in each of five
                    // iterations.
                    assertEquals(
                            -0.02 * alone.data()[i],
                            fused[place(family, part, i / WIDTH, i % WIDTH)],
                            0.02 * 24 * 243 * 6e-8,
                            family + " part " + part + " number " + i + ", seed " + SEED);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"GPT2", "QWEN3"})
    void theStepIsScaledByOutputsOverInputsWhicheverWayAMatrixIsStored(Family family) {
        Parameters parameters = Parameters.zeros(config(family));
        try (Compute compute = Compute.create(1)) {
            muon(parameters, 0, compute).step(gradients(parameters), 1f, 1);
        }
        // Singular values of the update lie in [0.6, 1.25] (Jordan): the mean square is theirs over the longer side.
        assertNorm(parameters, Role.UP_WEIGHT, 0.02 * Math.sqrt(20.0 / 12) * Math.sqrt(12));
        assertNorm(parameters, Role.DOWN_WEIGHT, 0.02 * Math.sqrt(12));
    }

    private static void assertNorm(Parameters parameters, Role role, double expected) {
        Tensor t = parameters.list().get(parameters.indexOf(role, 0)).value();
        double sum = 0;
        for (float x : t.data()) {
            sum += (double) x * x;
        }
        double ratio = Math.sqrt(sum) / expected;
        assertTrue(
                ratio > 0.6 && ratio < 1.25, role + ": expected a norm near " + expected + ", found " + Math.sqrt(sum));
    }

    @Test
    void embeddingsHeadNormsAndBiasesGoToAdamW() {
        Parameters parameters = Parameters.zeros(config(Family.GPT2));
        try (Compute compute = Compute.create(1)) {
            Set<String> withMomentum = muon(parameters, 0, compute).state().keySet().stream()
                    .filter(name -> name.startsWith("muon.momentum."))
                    .map(name -> name.substring("muon.momentum.".length()))
                    .collect(Collectors.toSet());
            assertEquals(
                    Set.of(
                            "transformer.h.0.attn.c_attn.weight",
                            "transformer.h.0.attn.c_proj.weight",
                            "transformer.h.0.mlp.c_fc.weight",
                            "transformer.h.0.mlp.c_proj.weight"),
                    withMomentum);
        }
    }

    @Test
    void decayPullsMatricesTowardsZeroWithoutAGradient() {
        Parameters parameters = Parameters.zeros(config(Family.QWEN3));
        parameters.list().forEach(p -> Arrays.fill(p.value().data(), 1f));
        List<Tensor> zeros = parameters.list().stream()
                .map(p -> Tensor.zeros(p.spec().shape().toArray()))
                .toList();
        try (Compute compute = Compute.create(1)) {
            muon(parameters, 0.5, compute).step(zeros, 1f, 1);
        }
        assertEquals(
                (float) (1 - 0.02 * 0.5),
                parameters
                        .list()
                        .get(parameters.indexOf(Role.UP_WEIGHT, 0))
                        .value()
                        .data()[3]);
        assertEquals(
                1f,
                parameters
                        .list()
                        .get(parameters.indexOf(Role.TOKEN_EMBEDDING, -1))
                        .value()
                        .data()[3]);
    }

    @Test
    void aMatrixOfZerosStaysZero() {
        Tensor x = Tensor.view(new float[12], 0, Shape.of(3, 4));
        try (Compute compute = Compute.create(1)) {
            new NewtonSchulz(compute).apply(x);
        }
        assertArrayEquals(new float[12], x.data());
    }
}
