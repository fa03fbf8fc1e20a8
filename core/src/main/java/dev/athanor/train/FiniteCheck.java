package dev.athanor.train;

import dev.athanor.kernel.Compute;
import dev.athanor.model.Parameter;
import dev.athanor.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Finds NaN and infinity in the step they appear, and names the tensor they appeared in. */
final class FiniteCheck {
    private final List<Parameter> parameters;
    private final List<Tensor> weights;
    private final List<Tensor> gradients;
    private final Slices slices;
    private final Compute compute;
    private final boolean[] broken;

    FiniteCheck(List<Parameter> parameters, List<Tensor> gradients, Slices slices, Compute compute) {
        this.parameters = parameters;
        this.weights = parameters.stream().map(Parameter::value).toList();
        this.gradients = gradients;
        this.slices = slices;
        this.compute = compute;
        this.broken = new boolean[slices.count()];
    }

    /**
     * Before the optimiser runs, so that nothing broken reaches a weight.
     *
     * @param step number of the step being done
     */
    void beforeUpdate(long step, double loss, double gradientNorm) {
        if (Double.isFinite(loss) && Double.isFinite(gradientNorm)) {
            return;
        }
        String weight = first(weights)
                .map(name -> ", weight " + name + " holds one that is not")
                .orElse("");
        String gradient = first(gradients)
                .map(name -> ", the gradient of " + name + " holds one that is not")
                .orElse("");
        throw new TrainingException("step " + step + ": expected finite numbers, found loss " + loss
                + " and gradient norm " + gradientNorm + weight + gradient
                + "; nothing of this step was kept, train with a smaller learning rate or clip");
    }

    /** After the optimiser ran and before anything is saved. */
    void afterUpdate(long step) {
        Optional<String> name = first(weights);
        if (name.isPresent()) {
            throw new TrainingException(
                    "step " + step + ": expected finite numbers, found weight " + name.get()
                            + " with one that is not after the update; nothing of this step was saved, train with a smaller learning rate");
        }
    }

    private Optional<String> first(List<Tensor> tensors) {
        Arrays.fill(broken, false);
        slices.forEach(compute.workers(), (slice, tensor, from, count) -> {
            Tensor t = tensors.get(tensor);
            broken[slice] = !compute.kernels().allFinite(t.data(), t.offset() + from, count);
        });
        for (int slice = 0; slice < broken.length; slice++) {
            if (broken[slice]) {
                return Optional.of(parameters.get(slices.tensorOf(slice)).name());
            }
        }
        return Optional.empty();
    }
}
