package dev.athanor.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.corpus.Corpus;
import dev.athanor.corpus.TokenBuffer;
import dev.athanor.kernel.Compute;
import dev.athanor.kernel.MatrixChoice;
import dev.athanor.model.Parameters;
import dev.athanor.tensor.DType;
import dev.athanor.train.Budget;
import dev.athanor.train.Initializer;
import dev.athanor.train.Preset;
import dev.athanor.train.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Training with all three products of every projection in BF16. */
class LearningTest {
    private static final long SEED = 77;
    private static final int WORDS = 48;
    private static final int STEPS = 80;

    private static final String RECIPE = """
            {"about": "test", "tokenizer": {"kind": "char", "vocabulary": 0},
             "model": {"family": "qwen3", "layers": 2, "width": 64, "heads": 4, "kvHeads": 2, "headSize": 16, "feedForward": 160,
                       "context": 32, "tied": false, "dropout": 0.0, "init": 0.05, "zeroOutputs": false},
             "batch": 4, "accumulate": 1,
             "optimizer": {"kind": "adamw", "learningRate": 5e-3, "beta1": 0.9, "beta2": 0.95, "epsilon": 1e-8, "weightDecay": 0.1,
                           "matrixLearningRate": 0, "momentum": 0, "matrixDecay": 0},
             "schedule": {"kind": "trapezoid", "warmUp": 0.1, "cooldown": 0.4, "last": 0.1},
             "clip": 1.0, "evaluate": {"every": 40, "batches": 4}, "budget": {"steps": 80, "minutes": 0}}
            """;

    /** Twice the last word plus one, with some noise. */
    private static Corpus corpus() {
        SplittableRandom random = new SplittableRandom(SEED);
        int[] ids = new int[6000];
        for (int i = 1; i < ids.length; i++) {
            ids[i] = random.nextInt(10) == 0 ? random.nextInt(WORDS) : (2 * ids[i - 1] + 1) % WORDS;
        }
        TokenBuffer train = new TokenBuffer();
        TokenBuffer validation = new TokenBuffer();
        train.add(ids, ids.length);
        validation.add(Arrays.copyOf(ids, 600), 600);
        return new Corpus(train, validation);
    }

    private record Outcome(double loss, float[][] weights) {}

    private static Outcome train(Path directory, int threads, String products, int steps) throws IOException {
        Files.createDirectories(directory);
        Preset preset = Preset.parse(RECIPE, "test");
        Parameters parameters = Initializer.initialize(
                preset.modelConfig(WORDS, -1), preset.model().init(), SEED);
        try (Compute compute = Compute.create(threads, MatrixChoice.named(products))) {
            compute.requireForLearning();
            Trainer trainer = new Trainer(
                    new Trainer.Setup(preset, new Budget.Steps(steps), SEED, corpus(), parameters, directory, 1000),
                    compute);
            double loss = trainer.run(() -> false, p -> {}).validationLoss();
            return new Outcome(
                    loss,
                    parameters.list().stream().map(p -> p.value().toArray()).toArray(float[][]::new));
        }
    }

    @Test
    void theLossIsWithinOnePercentOfF32(@TempDir Path root) throws IOException {
        Here.assumed(Kind.BF16);
        Outcome exact = train(root.resolve("f32"), 2, "vector", STEPS);
        Outcome narrow = train(root.resolve("bf16"), 2, "forced", STEPS);
        System.out.println("validation loss in F32 " + exact.loss + ", in BF16 " + narrow.loss + ", seed " + SEED);
        assertTrue(exact.loss < Math.log(WORDS) - 0.3, "F32 learned too little to compare: " + exact.loss);
        assertEquals(exact.loss, narrow.loss, 0.01 * exact.loss, "seed " + SEED);
        assertTrue(!Arrays.deepEquals(exact.weights, narrow.weights), "the products were not in BF16");
    }

    @Test
    void theBitsDoNotDependOnThreads(@TempDir Path root) throws IOException {
        Here.assumed(Kind.BF16);
        Outcome one = train(root.resolve("1"), 1, "forced", 8);
        Outcome three = train(root.resolve("3"), 3, "forced", 8);
        for (int i = 0; i < one.weights.length; i++) {
            assertArrayEquals(one.weights[i], three.weights[i], "parameter " + i + ", seed " + SEED);
        }
    }

    @Test
    void weightsThatLearnStayInF32UnlessAskedByName() {
        Here.assumed();
        try (Compute compute = Compute.create(1, MatrixChoice.AUTO)) {
            assertTrue(compute.engineForArrays().isEmpty());
            assertTrue(compute.engineFor(DType.F32).isEmpty());
        }
    }

    @Test
    void aMachineWhoseBf16IsSlowRefusesToTrainWithIt() {
        Here.assumed();
        boolean fast = Suitable.here(OneDnnProvider.load()).kinds().contains(Kind.BF16);
        try (Compute compute = Compute.create(1, MatrixChoice.named("onednn"))) {
            if (fast) {
                compute.requireForLearning();
                assertTrue(compute.engineForArrays().isPresent());
            } else {
                IllegalArgumentException e = assertThrows(IllegalArgumentException.class, compute::requireForLearning);
                assertTrue(String.valueOf(e.getMessage()).contains("would be slower"), e.getMessage());
            }
        }
    }
}
