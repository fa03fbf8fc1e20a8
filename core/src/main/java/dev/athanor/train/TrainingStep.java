package dev.athanor.train;

import dev.athanor.corpus.Batches;
import dev.athanor.kernel.Compute;
import dev.athanor.model.Transformer;
import dev.athanor.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** One step of training: the examples of all its micro-batches, and what every step does with their gradients. */
final class TrainingStep {
    private final Preset preset;
    private final long seed;
    private final Batches batches;
    private final Transformer model;
    private final GradientStep update;

    TrainingStep(Preset preset, long seed, Batches batches, Transformer model, Optimizer optimizer, Compute compute) {
        this.preset = preset;
        this.seed = seed;
        this.batches = batches;
        this.model = model;
        this.update = new GradientStep(model.parameters().list(), optimizer, preset.clip(), compute);
    }

    /**
     * What a step saw.
     *
     * @param loss mean over all counted tokens, nats
     * @param gradientNorm global, before clipping
     * @param tokens counted
     */
    record Outcome(double loss, double gradientNorm, long tokens) {}

    /**
     * Does step number {@code step}, counted from 0; examples and dropout follow from (seed, step).
     *
     * @throws TrainingException when the loss, a gradient or a weight is not finite
     */
    Outcome run(long step, double rateShare) {
        List<Batches.Batch> micro = new ArrayList<>();
        long counted = 0;
        for (int i = 0; i < preset.accumulate(); i++) {
            micro.add(batches.random(step, i, preset.batch()));
            counted += micro.get(i).counted();
        }
        long all = counted;
        GradientStep.Outcome outcome =
                update.run(step, rateShare, gradients -> accumulate(step, micro, all, gradients) / all);
        return new Outcome(outcome.loss(), outcome.gradientNorm(), all);
    }

    /** Every counted token of the step has the same weight, whichever micro-batch it is in. */
    private double accumulate(long step, List<Batches.Batch> micro, long counted, List<Tensor> gradients) {
        double sum = 0;
        for (int i = 0; i < micro.size(); i++) {
            Batches.Batch b = micro.get(i);
            float scale = 1f / counted;
            long dropout = Seeds.of(seed, step, i);
            sum += model.lossAndGradients(
                    b.tokens(), b.targets(), b.batch(), b.length(), scale, gradients, i > 0, dropout);
        }
        return sum;
    }
}
