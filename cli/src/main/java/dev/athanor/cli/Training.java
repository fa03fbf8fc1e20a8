package dev.athanor.cli;

import dev.athanor.generate.GenerationRequest;
import dev.athanor.generate.Generator;
import dev.athanor.generate.Sampling;
import dev.athanor.kernel.Compute;
import dev.athanor.kernel.MachinePeak;
import dev.athanor.train.Progress;
import dev.athanor.train.TrainingResult;
import dev.athanor.train.TrainingRun;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Runs a training with a live line on standard error, and lets Ctrl-C end it with everything saved. */
final class Training {
    /** Seconds between lines where the output is not a terminal. */
    private static final double QUIET_SECONDS = 10;

    /** Seconds between samples of what the model writes. */
    private static final double SAMPLE_SECONDS = 25;

    private static final int SAMPLE_TOKENS = 40;

    private final TrainingRun run;
    private final Path directory;
    private final boolean terminal = System.console() != null && System.console().isTerminal();
    private final double peak;
    private double lastLine = -QUIET_SECONDS;
    private double lastSample;

    Training(TrainingRun run, Path directory, int threads) {
        this.run = run;
        this.directory = directory;
        try (Compute compute = Compute.create(threads)) {
            this.peak = MachinePeak.measureFlops(compute);
        }
    }

    TrainingResult run() {
        System.err.printf(Locale.ROOT, "%,d parameters, %,d training and %,d validation tokens, vocabulary %,d%n",
                run.trainer().model().parameters().count(), run.corpus().train().size(), run.corpus().validation().size(),
                run.tokenizer().vocabularySize());
        run.trainer().warnings().forEach(warning -> System.err.println("athanor: " + warning));
        run.resumedAt().ifPresent(step -> System.err.println("resuming after step " + step));
        AtomicBoolean stop = new AtomicBoolean();
        CountDownLatch done = new CountDownLatch(1);
        Thread hook = new Thread(() -> interrupted(stop, done));
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            TrainingResult result = run.run(stop::get, this::show);
            if (terminal) {
                System.err.println();
            }
            if (result.interrupted()) {
                System.err.println("stopped after step " + result.steps() + "; go on with: athanor train --resume " + directory);
            }
            return result;
        } finally {
            done.countDown();
            if (!stop.get()) {
                Runtime.getRuntime().removeShutdownHook(hook);
            }
        }
    }

    private static void interrupted(AtomicBoolean stop, CountDownLatch done) {
        stop.set(true);
        try {
            // Long enough for one step and the save behind it.
            if (!done.await(120, TimeUnit.SECONDS)) {
                System.err.println("athanor: the run did not stop in time; its last saved state is used on resume");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void show(Progress p) {
        if (terminal) {
            System.err.print("\r\033[K" + line(p));
            System.err.flush();
        } else if (p.seconds() - lastLine >= QUIET_SECONDS) {
            lastLine = p.seconds();
            System.err.println(line(p));
        }
        if (p.seconds() - lastSample >= SAMPLE_SECONDS) {
            lastSample = p.seconds();
            sample();
        }
    }

    private String line(Progress p) {
        String share = peak > 0 ? String.format(Locale.ROOT, " (%.0f %% of peak)", 100 * p.flopsPerSecond() / peak) : "";
        String validation = Double.isNaN(p.validationLoss()) ? "" : String.format(Locale.ROOT, "  val %.3f", p.validationLoss());
        return String.format(Locale.ROOT, "step %d  loss %.3f%s  %,.0f tokens/s%s  %.0f s, %.0f s left", p.step(), p.smoothedLoss(),
                validation, p.tokensPerSecond(), share, p.seconds(), p.secondsLeft());
    }

    private void sample() {
        int end = run.tokenizer().endOfText();
        String prompt = end >= 0 ? "" : "\n";
        String text = new Generator(run.trainer().model(), run.tokenizer())
                .generate(GenerationRequest.of(prompt, SAMPLE_TOKENS, Sampling.of(0.8, 1)))
                .text();
        run.addSample(text);
        System.err.println((terminal ? "\r\033[K" : "") + "  “" + text.strip().replace("\n", " / ") + "…”");
    }
}
