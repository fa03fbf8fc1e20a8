package dev.athanor.cli;

import dev.athanor.train.TrainingResult;
import dev.athanor.train.TrainingRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code athanor train}: from text to a model. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Train a model from scratch, or go on where a run was interrupted.",
        footer = {
            "",
            "Sources: a file, folder or glob (.txt .gz .zip .jsonl), https://…#sha256=…, jdk:java.base/java, tales:seed=1,stories=6000",
            "Example:  athanor train --data jdk:java.base/java --preset jdk --minutes 3 --out runs/java"
        })
final class TrainCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call
    private CommandSpec spec;

    @Option(names = "--data", paramLabel = "SRC", description = "What to train on; may be given several times.")
    private final List<String> data = new ArrayList<>();

    @Option(names = "--out", paramLabel = "DIR", description = "Where the run goes.")
    private Path out = Path.of("");

    @Option(
            names = "--preset",
            paramLabel = "NAME",
            defaultValue = "tales",
            description = "Recipe: tales, nano-char, best-char, small-10m, gpt2-124m or jdk (default: ${DEFAULT-VALUE}).")
    private String preset = "tales";

    @Option(names = "--minutes", paramLabel = "M", description = "Stop after M minutes of training.")
    private double minutes;

    @Option(names = "--steps", paramLabel = "N", description = "Stop after N steps.")
    private long steps;

    @Option(names = "--tokens", paramLabel = "T", description = "Stop after T tokens.")
    private long tokens;

    @Option(names = "--seed", paramLabel = "S", defaultValue = "1", description = "Same seed, same bits (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(names = "--save-every", paramLabel = "N", description = "Steps between training states (default: one a minute).")
    private long saveEvery;

    @Option(names = "--resume", paramLabel = "DIR", description = "Go on with the run in DIR; its own settings hold.")
    private Path resume = Path.of("");

    @Mixin
    private final Common common = new Common();

    @Override
    public Integer call() {
        boolean resuming = !resume.toString().isEmpty();
        if (!resuming && (data.isEmpty() || out.toString().isEmpty())) {
            throw new ParameterException(spec.commandLine(), "Expected --data SRC and --out DIR, or --resume DIR.");
        }
        if (resuming && (!data.isEmpty() || minutes != 0 || steps != 0 || tokens != 0)) {
            throw new ParameterException(spec.commandLine(), "Expected --resume alone: a resumed run keeps its own data and budget.");
        }
        Path directory = resuming ? resume : out;
        try (TrainingRun run = resuming
                ? TrainingRun.resume(directory, common.threads())
                : TrainingRun.begin(
                        directory, new TrainingRun.Options(data, preset, steps, tokens, minutes, seed, saveEvery), common.threads())) {
            TrainingResult result = new Training(run, directory, common.threads()).run();
            if (common.json) {
                print(result);
            } else {
                System.out.printf(Locale.ROOT, "%d steps in %.1f s: validation loss %.4f, %.4f bits per byte; model in %s%n", result.steps(),
                        result.seconds(), result.validationLoss(), result.validationBitsPerByte(), directory);
            }
            return result.interrupted() ? 130 : 0;
        }
    }

    static void print(TrainingResult r) {
        var node = Json.object();
        node.put("steps", r.steps());
        node.put("seconds", r.seconds());
        node.put("train_loss", r.trainLoss());
        node.put("val_loss", r.validationLoss());
        node.put("val_bits_per_byte", r.validationBitsPerByte());
        node.put("parameters", r.parameters());
        System.out.println(node);
    }
}
