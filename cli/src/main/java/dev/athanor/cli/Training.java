package dev.athanor.cli;

import dev.athanor.generate.GenerationRequest;
import dev.athanor.generate.Generator;
import dev.athanor.generate.Sampling;
import dev.athanor.kernel.Compute;
import dev.athanor.kernel.MachinePeak;
import dev.athanor.train.Progress;
import dev.athanor.train.TrainingResult;
import dev.athanor.train.TrainingRun;
import dev.athanor.train.TrainingWatcher;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;

/** Runs a training with a live line on standard error, and lets Ctrl-C end it with everything saved. */
final class Training {
    /** Seconds between lines where the output is not a terminal. */
    private static final double QUIET_SECONDS = 10;

    /** Seconds between samples of what the model writes. */
    private static final double SAMPLE_SECONDS = 25;

    private static final int SAMPLE_TOKENS = 40;

    /** Long enough for one step, the save behind it and the model. */
    private static final int STOP_SECONDS = 120;

    private static final String LATE = "the run did not stop in time; its last saved state is used on resume";

    private final TrainingRun run;
    private final Path directory;
    private final boolean terminal = Terminal.onStandardError();
    private final double peak;
    private double lastLine = -QUIET_SECONDS;
    private double lastSample = -1;

    Training(TrainingRun run, Path directory, int threads) {
        this.run = run;
        this.directory = directory;
        try (Compute compute = Compute.create(threads)) {
            this.peak = MachinePeak.measureFlops(compute);
        }
    }

    /**
     * Trains until the budget is used or the process is asked to stop; in that case the run can go on later.
     *
     * @param watcher looks on
     * @param told tells of the result; the process waits for it, too
     */
    TrainingResult run(TrainingWatcher watcher, Consumer<TrainingResult> told) {
        System.err.printf(
                Locale.ROOT,
                "%,d parameters, %,d training and %,d validation tokens, vocabulary %,d%n",
                run.trainer().model().parameters().count(),
                run.corpus().train().size(),
                run.corpus().validation().size(),
                run.tokenizer().vocabularySize());
        run.trainer().warnings().forEach(warning -> System.err.println("athanor: " + warning));
        run.resumedAt().ifPresent(step -> System.err.println("resuming after step " + step));
        try {
            return CtrlC.during(STOP_SECONDS, LATE, stopped -> {
                TrainingResult result = run.run(stopped, this::show, watcher);
                endLine();
                if (result.interrupted()) {
                    System.err.println("stopped after step " + result.steps() + "; go on with: athanor train --resume "
                            + Shell.quote(directory));
                }
                told.accept(result);
                return result;
            });
        } catch (RuntimeException | Error e) {
            endLine(); // the sentence about the failure begins a line of its own
            throw e;
        }
    }

    private void endLine() {
        if (terminal) {
            System.err.println();
        }
    }

    private void show(Progress p) {
        if (lastSample < 0) {
            lastSample = p.seconds(); // a resumed run does not begin at 0
        }
        if (terminal) {
            // No wrapping meanwhile: a line cut at the edge of a narrow window can still be rewritten in place.
            System.err.print("\r\033[K\033[?7l" + ProgressLine.of(p, peak) + "\033[?7h");
            System.err.flush();
        } else if (p.seconds() - lastLine >= QUIET_SECONDS) {
            lastLine = p.seconds();
            System.err.println(ProgressLine.of(p, peak));
        }
        if (p.seconds() - lastSample >= SAMPLE_SECONDS) {
            lastSample = p.seconds();
            sample();
        }
    }

    /** Where a text may begin: after the end of another, on a new line, or as the validation text does. */
    private String beginning() {
        if (run.tokenizer().endOfText() >= 0) {
            return "";
        }
        if (run.tokenizer().id("\n") >= 0) {
            return "\n";
        }
        int[] first = new int[1];
        run.corpus().validation().copy(0, first, 0, 1);
        return run.tokenizer().decode(first);
    }

    private void sample() {
        String text = new Generator(run.trainer().model(), run.tokenizer())
                .generate(GenerationRequest.of(beginning(), SAMPLE_TOKENS, Sampling.of(0.8, 1)))
                .text();
        run.addSample(text);
        System.err.println((terminal ? "\r\033[K" : "") + "  “" + Visible.line(text.strip()) + "…”");
    }
}
