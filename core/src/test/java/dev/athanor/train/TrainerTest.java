package dev.athanor.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.corpus.Corpus;
import dev.athanor.corpus.TokenBuffer;
import dev.athanor.kernel.Compute;
import dev.athanor.model.Parameter;
import dev.athanor.model.Parameters;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainerTest {
    private static final long SEED = 99;

    /** A row that counts with some noise, so that there is something to learn. */
    private static Corpus corpus() {
        SplittableRandom random = new SplittableRandom(SEED);
        TokenBuffer train = new TokenBuffer();
        TokenBuffer validation = new TokenBuffer();
        int[] ids = new int[2000];
        for (int i = 1; i < ids.length; i++) {
            ids[i] = random.nextInt(10) == 0 ? random.nextInt(12) : (ids[i - 1] + 1) % 12;
        }
        train.add(ids, ids.length);
        validation.add(java.util.Arrays.copyOf(ids, 100), 100);
        return new Corpus(train, validation);
    }

    private record Outcome(TrainingResult result, float[][] weights) {}

    /** Trains in {@code directory}, resuming what is there, until {@code stopAfter} steps of this call. */
    private static Outcome train(Preset preset, Path directory, int threads, long stopAfter) {
        Parameters parameters = Initializer.initialize(
                preset.modelConfig(12, -1), preset.model().init(), SEED);
        try (Compute compute = Compute.create(threads)) {
            Trainer trainer = new Trainer(
                    new Trainer.Setup(preset, new Budget.Steps(20), SEED, corpus(), parameters, directory, 4), compute);
            trainer.resume();
            AtomicLong steps = new AtomicLong();
            TrainingResult result = trainer.run(() -> steps.get() >= stopAfter, p -> steps.incrementAndGet());
            return new Outcome(
                    result,
                    parameters.list().stream()
                            .map(Parameter::value)
                            .map(t -> t.toArray())
                            .toArray(float[][]::new));
        }
    }

    private static void assertSame(Outcome expected, Outcome found, String what) {
        for (int i = 0; i < expected.weights.length; i++) {
            assertArrayEquals(expected.weights[i], found.weights[i], what + ", tensor " + i + ", seed " + SEED);
        }
        assertEquals(expected.result.validationLoss(), found.result.validationLoss(), what);
        assertEquals(expected.result.trainLoss(), found.result.trainLoss(), what);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2 adamw", "gpt2 muon", "qwen3 muon"})
    void theSameSeedGivesTheSameBitsOnAnyNumberOfThreads(String recipe, @TempDir Path directory) {
        Preset preset = Presets.small(recipe.split(" ")[0], recipe.split(" ")[1]);
        Outcome one = train(preset, directory.resolve("1"), 1, 1000);
        assertEquals(20, one.result.steps());
        assertSame(one, train(preset, directory.resolve("2"), 2, 1000), "2 threads");
        assertSame(one, train(preset, directory.resolve("4"), 4, 1000), "4 threads");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2 adamw", "gpt2 muon", "qwen3 muon"})
    void anInterruptedRunEndsWithTheBitsOfAnUndisturbedOne(String recipe, @TempDir Path directory) {
        Preset preset = Presets.small(recipe.split(" ")[0], recipe.split(" ")[1]);
        Outcome straight = train(preset, directory.resolve("straight"), 2, 1000);
        Path broken = directory.resolve("broken");
        Outcome first = train(preset, broken, 1, 7);
        assertTrue(first.result.interrupted());
        assertEquals(7, first.result.steps());
        train(preset, broken, 2, 6);
        Outcome last = train(preset, broken, 2, 1000);
        assertFalse(last.result.interrupted());
        assertSame(straight, last, "resumed at 7 and 13");
    }

    @Test
    void lossFallsAndMetricsHaveOneLinePerStepAfterResuming(@TempDir Path directory) throws java.io.IOException {
        Preset preset = Presets.small("qwen3", "muon");
        train(preset, directory, 1, 9);
        Outcome end = train(preset, directory, 1, 1000);
        assertEquals(20, Files.readAllLines(directory.resolve("metrics.jsonl")).size());
        assertTrue(
                end.result.validationLoss() < Math.log(12),
                "validation loss " + end.result.validationLoss() + " after 20 steps");
    }

    @Test
    void aWeightThatIsNotFiniteStopsTheStepAndIsNeverSaved(@TempDir Path directory) {
        Preset preset = Presets.small("gpt2", "adamw");
        Parameters parameters = Initializer.initialize(
                preset.modelConfig(12, -1), preset.model().init(), SEED);
        try (Compute compute = Compute.create(1)) {
            Trainer trainer = new Trainer(
                    new Trainer.Setup(preset, new Budget.Steps(20), SEED, corpus(), parameters, directory, 4), compute);
            trainer.resume();
            TrainingException e = assertThrows(
                    TrainingException.class,
                    () -> trainer.run(() -> false, p -> {
                        if (p.step() == 6) {
                            parameters.list().get(5).value().data()[3] = Float.NaN;
                        }
                    }));
            assertTrue(
                    String.valueOf(e.getMessage()).startsWith("step 7: expected finite numbers, found loss NaN"),
                    e.getMessage());
        }
        Outcome resumed = train(preset, directory, 1, 1000);
        assertEquals(20, resumed.result.steps());
        assertTrue(Double.isFinite(resumed.result.validationLoss()));
    }

    @Test
    void aStateOfAnotherModelIsRefused(@TempDir Path directory) {
        train(Presets.small("gpt2", "adamw"), directory, 1, 5);
        TrainingException e =
                assertThrows(TrainingException.class, () -> train(Presets.small("qwen3", "muon"), directory, 1, 5));
        assertTrue(String.valueOf(e.getMessage()).contains("it belongs to another model"), e.getMessage());
    }

    @Test
    void otherDataThanTheRunBeganWithIsRefused(@TempDir Path directory) {
        Preset preset = Presets.small("gpt2", "adamw");
        train(preset, directory, 1, 5);
        Parameters parameters = Initializer.initialize(
                preset.modelConfig(12, -1), preset.model().init(), SEED);
        TokenBuffer other = new TokenBuffer();
        other.add(new int[2000], 2000);
        try (Compute compute = Compute.create(1)) {
            Trainer trainer = new Trainer(
                    new Trainer.Setup(
                            preset,
                            new Budget.Steps(20),
                            SEED,
                            new Corpus(other, corpus().validation()),
                            parameters,
                            directory,
                            4),
                    compute);
            TrainingException e = assertThrows(TrainingException.class, trainer::resume);
            assertTrue(String.valueOf(e.getMessage()).contains("the data changed since"), e.getMessage());
        }
    }

    @Test
    void aBudgetOfTimeEndsBeforeTheStepThatWouldExceedItAndStaysEnded(@TempDir Path directory) {
        Preset preset = Presets.small("gpt2", "adamw");
        double minutes = 0.01;
        long[] steps = new long[2];
        for (int i = 0; i < 2; i++) {
            Parameters parameters = Initializer.initialize(
                    preset.modelConfig(12, -1), preset.model().init(), SEED);
            try (Compute compute = Compute.create(1)) {
                Trainer trainer = new Trainer(
                        new Trainer.Setup(
                                preset, new Budget.Minutes(minutes), SEED, corpus(), parameters, directory, 0),
                        compute);
                trainer.resume();
                steps[i] = trainer.run(() -> false, p -> {}).steps();
            }
        }
        assertTrue(steps[0] > 0, "steps in " + 60 * minutes + " s");
        assertEquals(steps[0], steps[1], "steps after resuming a run that had ended");
    }
}
