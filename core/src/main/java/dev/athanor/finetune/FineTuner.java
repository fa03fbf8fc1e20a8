package dev.athanor.finetune;

import dev.athanor.chat.Lesson;
import dev.athanor.corpus.Batches.Batch;
import dev.athanor.kernel.Compute;
import dev.athanor.model.Adapters;
import dev.athanor.model.Parameter;
import dev.athanor.model.Transformer;
import dev.athanor.tensor.Tensor;
import dev.athanor.train.AdamW;
import dev.athanor.train.Flops;
import dev.athanor.train.GradientStep;
import dev.athanor.train.Progress;
import dev.athanor.train.Schedule;
import dev.athanor.train.Seeds;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The loop that learns from lessons with AdamW: all weights, or adapters alone. What a step reads follows from (seed,
 * step), and every sum has a fixed order: the same seed and number of steps give the same bits on any number of
 * threads.
 */
final class FineTuner {
    /** Weight of the past in the smoothed loss, as in training from scratch. */
    private static final double SMOOTHING = 0.98;

    private static final double CLIP = 1.0;

    /** Rises over 3 % of the run, stays, and falls to 2 % over its second half. */
    private static final Schedule SCHEDULE = new Schedule.Trapezoid(0.03, 0.5, 0.02);

    private final Transformer model;
    private final Optional<Adapters> adapters;
    private final GradientStep update;
    private final LessonBatches lessons;
    private final FinetuneOptions.Length budget;
    private final double rate;
    private final long seed;
    private final double flopsPerToken;

    private long step;
    private double smoothed = Double.NaN;

    FineTuner(
            Transformer model,
            Optional<Adapters> adapters,
            LessonBatches lessons,
            FinetuneOptions.Length budget,
            double rate,
            long seed,
            Compute compute) {
        this.model = model;
        this.adapters = adapters;
        this.lessons = lessons;
        this.budget = budget;
        this.rate = rate;
        this.seed = seed;
        List<Parameter> learning =
                adapters.map(Adapters::list).orElseGet(() -> model.parameters().list());
        AdamW optimizer = new AdamW(learning, new AdamW.Settings(rate, 0.9, 0.95, 1e-8, 0), compute);
        this.update = new GradientStep(learning, optimizer, CLIP, compute);
        this.flopsPerToken = Flops.perToken(model.config(), model.config().contextLength());
    }

    /** Steps done. */
    long steps() {
        return step;
    }

    /** Mean loss of the assistant's tokens, the newest steps weighing most, nats. */
    double smoothedLoss() {
        return smoothed;
    }

    /**
     * Learns until the budget is used or {@code stop} says so.
     *
     * @return whether it was stopped
     */
    boolean run(BooleanSupplier stop, Consumer<Progress> watch) {
        long began = System.nanoTime();
        long tokens = 0;
        long epoch = 0;
        Iterator<Batch> batches = lessons.before().iterator();
        double seconds = 0;
        while (used(step, seconds) < 1) {
            if (stop.getAsBoolean()) {
                return true;
            }
            if (!batches.hasNext()) {
                batches = lessons.epoch(epoch++).iterator();
            }
            Batch batch = batches.next();
            double share = SCHEDULE.at(used(step, seconds));
            GradientStep.Outcome outcome = update.run(step, share, gradients -> meanLoss(batch, gradients));
            step++;
            tokens += batch.tokens().length;
            smoothed =
                    Double.isNaN(smoothed) ? outcome.loss() : SMOOTHING * smoothed + (1 - SMOOTHING) * outcome.loss();
            seconds = (System.nanoTime() - began) / 1e9;
            watch.accept(progress(outcome, share, seconds, tokens));
        }
        return false;
    }

    private double meanLoss(Batch b, List<Tensor> gradients) {
        if (b.counted() == 0) {
            gradients.forEach(g -> Arrays.fill(g.data(), g.offset(), g.offset() + g.size(), 0f));
            return 0;
        }
        float scale = 1f / b.counted();
        long dropout = Seeds.of(seed, step);
        double sum = adapters.isPresent()
                ? model.lossAndGradients(
                        adapters.get(),
                        b.tokens(),
                        b.targets(),
                        b.batch(),
                        b.length(),
                        scale,
                        gradients,
                        false,
                        dropout)
                : model.lossAndGradients(
                        b.tokens(), b.targets(), b.batch(), b.length(), scale, gradients, false, dropout);
        return sum / b.counted();
    }

    private double used(long steps, double seconds) {
        return switch (budget) {
            case FinetuneOptions.Length.Epochs e ->
                steps / Math.max(1, lessons.before().size() + Math.ceil(e.epochs() * lessons.perEpoch()));
            case FinetuneOptions.Length.Steps s -> (double) steps / s.steps();
            case FinetuneOptions.Length.Minutes m -> seconds / (60 * m.minutes());
        };
    }

    private Progress progress(GradientStep.Outcome outcome, double share, double seconds, long tokens) {
        double used = used(step, seconds);
        double perSecond = tokens / seconds;
        return new Progress(
                step,
                Math.min(1, used),
                outcome.loss(),
                smoothed,
                Double.NaN,
                rate * share,
                outcome.gradientNorm(),
                perSecond,
                perSecond * flopsPerToken,
                seconds,
                used > 0 ? Math.max(0, seconds * (1 - used) / used) : Double.NaN,
                false);
    }

    /** Mean loss over the assistant's tokens of {@code heldOut}, nats; NaN where there are none. */
    static double loss(Transformer model, List<Lesson> heldOut, int batch, int padding) {
        double sum = 0;
        long counted = 0;
        for (Batch b : new LessonBatches(heldOut, batch, 0, false, padding, 0).inOrder()) {
            sum += model.loss(b.tokens(), b.targets(), b.batch(), b.length());
            counted += b.counted();
        }
        return sum / counted;
    }
}
