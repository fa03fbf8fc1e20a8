package dev.athanor.train;

import dev.athanor.corpus.Corpus;
import dev.athanor.corpus.TokenBuffer;
import dev.athanor.kernel.Compute;
import dev.athanor.model.Parameters;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;

/**
 * The child process of {@link KillTest} and {@link SameBitsTest}: a small training that says which step it has just
 * finished.
 */
final class KilledRun {
    static final int STEPS = 300;
    static final int SAVE_EVERY = 5;

    private static final String PRESET = """
            {"about": "test", "tokenizer": {"kind": "char", "vocabulary": 0},
             "model": {"family": "qwen3", "layers": 1, "width": 16, "heads": 2, "kvHeads": 1, "headSize": 8, "feedForward": 24,
                       "context": 12, "tied": false, "dropout": 0.1, "init": 0.05, "zeroOutputs": false},
             "batch": 2, "accumulate": 1,
             "optimizer": {"kind": "muon", "learningRate": 5e-3, "beta1": 0.9, "beta2": 0.95, "epsilon": 1e-8, "weightDecay": 0,
                           "matrixLearningRate": 0.02, "momentum": 0.95, "matrixDecay": 0},
             "schedule": {"kind": "cosine", "warmUp": 0.1, "cooldown": 0, "last": 0.1},
             "clip": 1.0, "evaluate": {"every": 50, "batches": 1}, "budget": {"steps": 300, "minutes": 0}}
            """;

    private KilledRun() {}

    /**
     * Trains in the directory given, for 300 steps or as many as given, and finally writes all weights to
     * {@code weights.txt} in it.
     */
    public static void main(String[] arguments) throws java.io.IOException {
        Path directory = Path.of(arguments[0]);
        long steps = arguments.length > 1 ? Long.parseLong(arguments[1]) : STEPS;
        SplittableRandom random = new SplittableRandom(5);
        TokenBuffer train = new TokenBuffer();
        train.add(random.ints(500, 0, 20).toArray(), 500);
        TokenBuffer validation = new TokenBuffer();
        validation.add(random.ints(60, 0, 20).toArray(), 60);
        Preset preset = Preset.parse(PRESET, "test");
        Parameters parameters = Initializer.initialize(preset.modelConfig(20, -1), 0.05, 7);
        try (Compute compute = Compute.create(1)) {
            Trainer trainer = new Trainer(
                    new Trainer.Setup(
                            preset,
                            new Budget.Steps(steps),
                            7,
                            new Corpus(train, validation),
                            parameters,
                            directory,
                            SAVE_EVERY),
                    compute);
            trainer.resume();
            trainer.run(() -> false, p -> {
                System.out.println(p.step());
                System.out.flush();
            });
        }
        StringBuilder bits = new StringBuilder();
        parameters.list().forEach(p -> {
            for (float value : p.value().toArray()) {
                bits.append(Integer.toHexString(Float.floatToRawIntBits(value))).append('\n');
            }
        });
        Files.writeString(directory.resolve("weights.txt"), bits);
    }
}
