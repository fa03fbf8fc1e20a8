package dev.athanor.train;

import dev.athanor.kernel.Compute;
import dev.athanor.model.Parameter;
import dev.athanor.tensor.Tensor;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What every step of learning does around its examples: room for their gradients, the check that they are numbers,
 * clipping, and the update.
 */
public final class GradientStep {
    private final Optimizer optimizer;
    private final double clip;
    private final List<Tensor> gradients;
    private final GradientNorm norm;
    private final FiniteCheck finite;

    /**
     * Steps of {@code learning}, which {@code optimizer} changes.
     *
     * @param clip most norm of all gradients together; 0 for any
     */
    public GradientStep(List<Parameter> learning, Optimizer optimizer, double clip, Compute compute) {
        this.optimizer = optimizer;
        this.clip = clip;
        this.gradients = learning.stream()
                .map(p -> Tensor.zeros(p.spec().shape().toArray()))
                .toList();
        Slices slices = new Slices(gradients);
        this.norm = new GradientNorm(gradients, slices, compute);
        this.finite = new FiniteCheck(learning, gradients, slices, compute);
    }

    /**
     * What a step saw.
     *
     * @param loss mean over all counted tokens, nats
     * @param gradientNorm global, before clipping
     */
    public record Outcome(double loss, double gradientNorm) {}

    /**
     * Does step number {@code step}, counted from 0.
     *
     * @param rateShare share of the base learning rate
     * @param examples writes its gradients to those it is given, which hold the last step's, and says the mean loss
     * @throws TrainingException when the loss, a gradient or a weight is not finite
     */
    public Outcome run(long step, double rateShare, ToDoubleFunction<List<Tensor>> examples) {
        double loss = examples.applyAsDouble(gradients);
        double gradientNorm = norm.measure();
        finite.beforeUpdate(step + 1, loss, gradientNorm);
        optimizer.step(gradients, clip(gradientNorm, clip), rateShare);
        finite.afterUpdate(step + 1);
        return new Outcome(loss, gradientNorm);
    }

    /** What gradients of norm {@code norm} are multiplied by so that it is at most {@code most}; 1e-6 as in PyTorch. */
    static float clip(double norm, double most) {
        return most > 0 && norm > most ? (float) (most / (norm + 1e-6)) : 1f;
    }
}
