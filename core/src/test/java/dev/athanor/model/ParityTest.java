package dev.athanor.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.checkpoint.OpenModel;
import dev.athanor.checkpoint.Verification;
import dev.athanor.kernel.Compute;
import dev.athanor.tensor.Tensor;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every family against numbers of a float64 PyTorch implementation written from the families' definitions. */
class ParityTest {
    private static final long SEED = 8;

    private static Path directory(String name) throws URISyntaxException {
        return Path.of(Objects.requireNonNull(ParityTest.class.getResource("/parity/" + name))
                .toURI());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gpt2",
                "gpt-neox-parallel",
                "gpt-neox-sequential",
                "llama-gqa",
                "llama-tied",
                "mistral-window",
                "qwen2",
                "qwen3"
            })
    void logitsLossAndGradientsAgreeWithPyTorch(String name) throws URISyntaxException {
        Path directory = directory(name);
        try (Compute compute = Compute.create(2)) {
            Verification v = Verification.run(
                    new Transformer(Checkpoint.load(directory), compute), directory.resolve("expected.safetensors"));
            assertTrue(v.logitsMaxAbs() <= 2e-5, "logits differ by " + v.logitsMaxAbs());
            assertTrue(v.lossAbs() <= 1e-6, "loss differs by " + v.lossAbs());
            assertTrue(
                    v.gradientMaxRel() <= 1e-4,
                    v.worstTensor() + " differs by " + v.gradientMaxRel() + " of its largest value");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gpt2",
                "gpt-neox-parallel",
                "gpt-neox-sequential",
                "llama-gqa",
                "llama-tied",
                "mistral-window",
                "qwen2",
                "qwen3"
            })
    void weightsMappedFromTheFileGiveTheBitsOfWeightsInMemory(String name) throws URISyntaxException {
        Path directory = directory(name);
        try (Compute compute = Compute.create(2);
                OpenModel open = Checkpoint.open(directory)) {
            Transformer loaded = new Transformer(Checkpoint.load(directory), compute);
            Transformer mapped = new Transformer(open.parameters(), compute);
            int[] tokens = new SplittableRandom(SEED)
                    .ints(40, 0, loaded.config().vocabularySize())
                    .toArray();
            assertArrayEquals(
                    loaded.logits(tokens, 2, 20).data(),
                    mapped.logits(tokens, 2, 20).data(),
                    "seed " + SEED);
            assertEquals(loaded.loss(tokens, tokens, 2, 20), mapped.loss(tokens, tokens, 2, 20), "seed " + SEED);
            KvCache one = loaded.newCache(20);
            KvCache other = mapped.newCache(20);
            for (int i = 0; i < 4; i++) {
                int[] next = {tokens[i]};
                assertArrayEquals(
                        loaded.nextLogits(next, one).data(),
                        mapped.nextLogits(next, other).data(),
                        "token " + i + ", seed " + SEED);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "gpt-neox-parallel", "llama-gqa", "mistral-window", "qwen2", "qwen3"})
    void cachedGenerationEqualsFullRecomputation(String name) throws URISyntaxException {
        try (Compute compute = Compute.create(2)) {
            Transformer model = new Transformer(Checkpoint.load(directory(name)), compute);
            int length = 40;
            int vocabulary = model.config().vocabularySize();
            int[] tokens =
                    new SplittableRandom(SEED).ints(length, 0, vocabulary).toArray();
            float[] full = model.logits(tokens, 1, length).data();
            KvCache cache = model.newCache(length);
            int[] chunks = {5, 1, 1, 7, 1, 12, 1, 1, 1, 10};
            int at = 0;
            for (int chunk : chunks) {
                float[] next = model.nextLogits(Arrays.copyOfRange(tokens, at, at + chunk), cache)
                        .data();
                at += chunk;
                for (int i = 0; i < vocabulary; i++) {
                    // Logits reach 20; one row sums its products in another order than many rows: some 30 roundings of
                    // 1e-6.
                    assertEquals(
                            full[(at - 1) * vocabulary + i],
                            next[i],
                            5e-5,
                            "position " + at + ", token " + i + ", seed " + SEED);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "qwen3"})
    void aSecondEqualStepAllocatesNoWorkspace(String name) throws URISyntaxException {
        try (Compute compute = Compute.create(2)) {
            Parameters parameters = Checkpoint.load(directory(name));
            Transformer model = new Transformer(parameters, compute);
            var gradients = parameters.list().stream()
                    .map(p -> Tensor.zeros(p.spec().shape().toArray()))
                    .toList();
            int[] tokens = new SplittableRandom(SEED).ints(48, 0, 320).toArray();
            model.lossAndGradients(tokens, tokens, 2, 24, 1f / 48, gradients, true, 0);
            long first = model.workspaceBytes();
            assertTrue(first > 0, "the first step must have used the pool");
            for (int i = 0; i < 3; i++) {
                model.lossAndGradients(tokens, tokens, 2, 24, 1f / 48, gradients, true, 0);
                assertEquals(first, model.workspaceBytes(), "step " + (i + 2));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gpt2",
                "gpt-neox-parallel",
                "gpt-neox-sequential",
                "llama-gqa",
                "llama-tied",
                "mistral-window",
                "qwen2",
                "qwen3"
            })
    void gradientsThatAreWrittenAreThoseThatAreAddedToZeros(String name) throws URISyntaxException {
        try (Compute compute = Compute.create(2)) {
            Parameters parameters = Checkpoint.load(directory(name));
            Transformer model = new Transformer(parameters, compute);
            int v = model.config().vocabularySize();
            int[] tokens = new SplittableRandom(SEED).ints(20, 0, v / 2).toArray(); // some rows meet no token
            List<Tensor> added = gradients(parameters, 0f);
            List<Tensor> written = gradients(parameters, Float.NaN);
            model.lossAndGradients(tokens, tokens, 2, 10, 0.05f, added, true, 0);
            model.lossAndGradients(tokens, tokens, 2, 10, 0.05f, written, false, 0);
            for (int i = 0; i < added.size(); i++) {
                String what = name + " " + parameters.list().get(i).spec().name() + ", seed " + SEED;
                assertArrayEquals(added.get(i).data(), written.get(i).data(), 0f, what);
            }
        }
    }

    private static List<Tensor> gradients(Parameters parameters, float filled) {
        List<Tensor> gradients = new ArrayList<>();
        for (Parameter p : parameters.list()) {
            Tensor gradient = Tensor.zeros(p.spec().shape().toArray());
            Arrays.fill(gradient.data(), filled);
            gradients.add(gradient);
        }
        return gradients;
    }
}
