package dev.athanor.cli;

import dev.athanor.corpus.LossFloor;
import dev.athanor.microscope.watch.WatchFile;
import dev.athanor.microscope.watch.Watcher;
import dev.athanor.train.Preset;
import dev.athanor.train.TrainingResult;
import dev.athanor.train.TrainingRun;
import dev.athanor.train.TrainingWatcher;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code athanor train}: from text to a model. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Train a model from scratch, or go on where a run was interrupted.",
            "Ctrl-C ends a run with everything saved; --resume DIR goes on to the same bits."
        },
        footer = {
            "",
            "Sources: a file, folder or glob (text, .gz, .zip, .jsonl or .jsonl#field=body),",
            "  https://…#sha256=…, jdk:java.base/java (sources of this JDK), tales:seed=1,stories=6000,",
            "  repeats:vocabulary=64,length=32,seed=1 (random symbols and the same again)",
            "",
            "Examples:",
            "  athanor train --data jdk:java.base/java --preset jdk --minutes 3 --out runs/java",
            "  athanor train --data book.txt --preset nano-char --steps 2000 --out runs/book",
            "  athanor train --data repeats: --preset induction --watch --out runs/induction",
            "  athanor train --resume runs/book"
        })
final class TrainCommand implements Callable<Integer> {
    @Option(names = "--data", paramLabel = "SRC", description = "What to train on; may be given several times.")
    private final List<String> data = new ArrayList<>();

    @Option(names = "--out", paramLabel = "DIR", description = "Where the run and its model go.")
    private Path out = Path.of("");

    @Option(
            names = "--preset",
            paramLabel = "NAME",
            defaultValue = "tales",
            completionCandidates = Presets.class,
            description = "Recipe: one of ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private String preset = "tales";

    @Option(
            names = "--minutes",
            paramLabel = "M",
            description =
                    "Stop after M minutes of training; without --minutes, --steps and --tokens the preset's budget holds.")
    private double minutes;

    @Option(names = "--steps", paramLabel = "N", description = "Stop after N steps.")
    private long steps;

    @Option(names = "--tokens", paramLabel = "T", description = "Stop after T tokens.")
    private long tokens;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "Same seed and same steps or tokens, same bits (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Option(
            names = "--save-every",
            paramLabel = "N",
            description = "Steps between training states, which bound what a crash costs (default: one a minute).")
    private long saveEvery;

    @Option(names = "--resume", paramLabel = "DIR", description = "Go on with the run in DIR; its own settings hold.")
    private Path resume = Path.of("");

    @Mixin
    private final WatchOptions watch = new WatchOptions();

    @Mixin
    private final ExactMatmulOption matmul = new ExactMatmulOption();

    @Mixin
    private final Common common = new Common();

    /** Names of presets, for the help. */
    private static final class Presets implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Preset.names().iterator();
        }
    }

    @Override
    public Integer call() {
        boolean resuming = common.given("--resume");
        check(resuming);
        Path directory = resuming ? resume : out;
        try (TrainingRun run = resuming ? TrainingRun.resume(directory, common.threads(), matmul.choice()) : begin()) {
            Optional<Watcher> watcher = watch.watcher(run, directory, resuming);
            TrainingResult trained = new Training(run, directory, common.threads())
                    .run(watcher.isPresent() ? watcher.get() : TrainingWatcher.NONE, result -> {
                        watcher.ifPresent(w -> System.err.println("athanor: " + w.cost()));
                        if (common.json) {
                            print(result, run.floor());
                        } else {
                            show(result, directory, run.floor(), watcher.isPresent());
                        }
                    });
            return trained.interrupted() ? Main.INTERRUPTED : 0;
        }
    }

    private static void show(TrainingResult result, Path directory, Optional<LossFloor> floor, boolean watched) {
        System.out.printf(
                Locale.ROOT,
                "%d steps in %.1f s: validation loss %.4f, %.4f bits per byte; model in %s%n",
                result.steps(),
                result.seconds(),
                result.validationLoss(),
                result.validationBitsPerByte(),
                directory);
        floor.ifPresent(f -> printFloor(result, f));
        if (watched) {
            TimelinePage.births(WatchFile.read(directory)).forEach(System.out::println);
        }
    }

    private static void printFloor(TrainingResult result, LossFloor floor) {
        System.out.printf(
                Locale.ROOT,
                "No model can reach less than %.3f nats here (%s); this one is %.3f above.%n",
                floor.nats(),
                floor.formula(),
                result.validationLoss() - floor.nats());
    }

    private TrainingRun begin() {
        return TrainingRun.begin(
                out,
                new TrainingRun.Options(data, preset, steps, tokens, minutes, seed, saveEvery),
                common.threads(),
                matmul.choice());
    }

    private void check(boolean resuming) {
        common.threads();
        watch.check(common, resuming);
        if (resuming) {
            for (String option : List.of(
                    "--data", "--out", "--preset", "--minutes", "--steps", "--tokens", "--seed", "--save-every")) {
                if (common.given(option)) {
                    throw common.usage(
                            "--resume: expected no " + option + " beside it; a resumed run keeps its own settings");
                }
            }
            return;
        }
        if (data.isEmpty() || out.toString().isEmpty()) {
            throw common.usage("Expected --data SRC and --out DIR, or --resume DIR");
        }
        for (String name : data) {
            if (name.isBlank()) {
                throw common.usage("--data: expected a source, found an empty name");
            }
        }
        if (common.given("--minutes")) {
            common.requireAbove0("--minutes", minutes);
        }
        if (common.given("--steps")) {
            common.requireAtLeast("--steps", steps, 1);
        }
        if (common.given("--tokens")) {
            common.requireAtLeast("--tokens", tokens, 1);
        }
        if (common.given("--save-every")) {
            common.requireAtLeast("--save-every", saveEvery, 1);
        }
        OutFolder.require(out);
    }

    private static void print(TrainingResult r, Optional<LossFloor> floor) {
        var node = Json.object();
        node.put("steps", r.steps());
        Json.put(node, "seconds", r.seconds());
        Json.put(node, "train_loss", r.trainLoss());
        Json.put(node, "val_loss", r.validationLoss());
        Json.put(node, "val_bits_per_byte", r.validationBitsPerByte());
        node.put("parameters", r.parameters());
        floor.ifPresent(f -> node.put("loss_floor", f.nats()));
        System.out.println(node);
    }
}
