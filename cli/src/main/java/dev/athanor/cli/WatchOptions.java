package dev.athanor.cli;

import dev.athanor.microscope.watch.WatchFile;
import dev.athanor.microscope.watch.WatchSettings;
import dev.athanor.microscope.watch.Watcher;
import dev.athanor.tokenizer.TokenizerJson;
import dev.athanor.train.TrainingRun;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Whether and how a training is watched. */
final class WatchOptions {
    private static final List<String> DETAILS = List.of("--watch-every", "--watch-cost", "--watch-checkpoints");

    @Option(
            names = "--watch",
            description = "Record in watch.jsonl what the heads do and what they are good for; show it with timeline.")
    private boolean watch;

    @Option(
            names = "--watch-every",
            paramLabel = "N",
            defaultValue = "100",
            description = "Steps between records, after the powers of two up to there (default: ${DEFAULT-VALUE}).")
    private long every;

    @Option(
            names = "--watch-cost",
            paramLabel = "PERCENT",
            defaultValue = "10",
            description = "Most time for records, in percent of the steps' time; records are put off to keep it "
                    + "(default: ${DEFAULT-VALUE}).")
    private double cost;

    @Option(names = "--watch-checkpoints", description = "Save the model of every record, as DIR/watch/step-N.")
    private boolean checkpoints;

    void check(Common common, boolean resuming) {
        for (String option : DETAILS) {
            if (common.given(option) && !watch && !resuming) {
                throw common.usage(option + ": expected --watch beside it, found none; add --watch");
            }
        }
        for (String option : DETAILS) {
            if (resuming && common.given(option)) {
                throw common.usage(
                        "--resume: expected no " + option + " beside it; a resumed run keeps its own settings");
            }
        }
        if (resuming && watch) {
            throw common.usage("--resume: expected no --watch beside it; a run that was watched is watched on");
        }
        common.requireAtLeast("--watch-every", every, 1);
        common.requireAbove0("--watch-cost", cost);
        if (cost > 100 * WatchSettings.MOST_COST) {
            throw common.usage("--watch-cost: expected at most " + (long) (100 * WatchSettings.MOST_COST)
                    + " percent, found " + cost);
        }
    }

    /** Who looks on; a resumed run is watched as it was. */
    Optional<Watcher> watcher(TrainingRun run, Path directory, boolean resuming) {
        WatchSettings settings;
        if (resuming && WatchFile.exists(directory)) {
            settings = WatchFile.settings(directory);
        } else if (watch) {
            settings = new WatchSettings(every, cost / 100, checkpoints);
        } else {
            return Optional.empty();
        }
        return Optional.of(new Watcher(
                directory,
                settings,
                run.corpus(),
                run.trainer().model().config().contextLength(),
                Optional.of(TokenizerJson.write(run.tokenizer())),
                System::nanoTime));
    }
}
