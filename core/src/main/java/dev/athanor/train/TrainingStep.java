package dev.athanor.train;

import dev.athanor.corpus.Batches;
import dev.athanor.kernel.Compute;
import dev.athanor.model.Parameters;
import dev.athanor.model.Transformer;
import dev.athanor.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One step of training: gradients of all micro-batches, the check that they are numbers, clipping, and the update. */
final class TrainingStep {
    private final Preset preset;
    private final long seed;
    private final Batches batches;
    private final Transformer model;
    private final Optimizer optimizer;
    private final Compute compute;
    private final List<Tensor> gradients;
    private final Slices slices;
    private final GradientNorm norm;
    private final FiniteCheck finite;

    TrainingStep(Preset preset, long seed, Batches batches, Transformer model, Optimizer optimizer, Compute compute) {
        this.preset = preset;
        this.seed = seed;
        this.batches = batches;
        this.model = model;
        this.optimizer = optimizer;
        this.compute = compute;
        Parameters parameters = model.parameters();
        this.gradients = parameters.list().stream()
                .map(p -> Tensor.zeros(p.spec().shape().toArray()))
                .toList();
        this.slices = new Slices(gradients);
        this.norm = new GradientNorm(gradients, slices, compute);
        this.finite = new FiniteCheck(parameters.list(), gradients, slices, compute);
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
        slices.forEach(compute.workers(), (slice, tensor, from, count) -> {
            Tensor g = gradients.get(tensor);
            Arrays.fill(g.data(), g.offset() + from, g.offset() + from + count, 0f);
        });
        double sum = 0;
        for (int i = 0; i < micro.size(); i++) {
            sum += accumulate(micro.get(i), 1f / counted, Seeds.of(seed, step, i));
        }
        double loss = sum / counted;
        double gradientNorm = norm.measure();
        finite.beforeUpdate(step + 1, loss, gradientNorm);
        optimizer.step(gradients, clip(gradientNorm, preset.clip()), rateShare);
        finite.afterUpdate(step + 1);
        return new Outcome(loss, gradientNorm, counted);
    }

    /** Every counted token of the step has the same weight, whichever micro-batch it is in. */
    private double accumulate(Batches.Batch b, float weightPerToken, long dropoutSeed) {
        return model.lossAndGradients(
                b.tokens(), b.targets(), b.batch(), b.length(), weightPerToken, gradients, dropoutSeed);
    }

    /** What gradients of norm {@code norm} are multiplied by so that it is at most {@code most}; 1e-6 as in PyTorch. */
    static float clip(double norm, double most) {
        return most > 0 && norm > most ? (float) (most / (norm + 1e-6)) : 1f;
    }
}
