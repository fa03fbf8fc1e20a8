package dev.athanor.cli;

import dev.athanor.finetune.FinetuneResult;
import dev.athanor.finetune.FinetuneRun;
import dev.athanor.kernel.Compute;
import dev.athanor.kernel.MachinePeak;
import dev.athanor.train.Progress;
import java.util.function.Consumer;

/** Shows on standard error where a fine-tuning stands, in one line that is rewritten in a terminal. */
final class LiveLine {
    /** Seconds between lines where the output is not a terminal. */
    private static final double QUIET_SECONDS = 10;

    /** Long enough for one step, the save behind it and the measuring. */
    private static final int STOP_SECONDS = 120;

    private final boolean terminal = Terminal.onStandardError();
    private final double peak;
    private double lastLine = -QUIET_SECONDS;
    private boolean open;

    LiveLine(int threads) {
        try (Compute compute = Compute.create(threads)) {
            this.peak = MachinePeak.measureFlops(compute);
        }
    }

    /**
     * Runs to the end of the budget, or until Ctrl-C; either way what was learned is saved.
     *
     * @param told tells of the result; the process waits for it, too
     */
    FinetuneResult watch(FinetuneRun run, Consumer<FinetuneResult> told) {
        try {
            return CtrlC.during(
                    STOP_SECONDS, "saving and measuring took too long; the result may be missing", stopped -> {
                        FinetuneResult result = run.run(stopped, this::show, this::say);
                        endLine();
                        told.accept(result);
                        return result;
                    });
        } finally {
            endLine();
        }
    }

    private void show(Progress p) {
        if (terminal) {
            // No wrapping meanwhile: a line cut at the edge of a narrow window can still be rewritten in place.
            System.err.print("\r\033[K\033[?7l" + ProgressLine.of(p, peak) + "\033[?7h");
            System.err.flush();
            open = true;
        } else if (p.seconds() - lastLine >= QUIET_SECONDS) {
            lastLine = p.seconds();
            System.err.println(ProgressLine.of(p, peak));
        }
    }

    private void say(String sentence) {
        endLine();
        System.err.println(sentence);
    }

    private void endLine() {
        if (open) {
            System.err.println();
            open = false;
        }
    }
}
