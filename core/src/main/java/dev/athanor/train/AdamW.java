package dev.athanor.train;

import dev.athanor.kernel.Compute;
import dev.athanor.kernel.Kernels;
import dev.athanor.model.Parameter;
import dev.athanor.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Adam with decoupled weight decay (arXiv:1711.05101), in PyTorch's order of operations. */
public final class AdamW implements Optimizer {
    /**
     * How AdamW steps.
     *
     * @param learningRate base rate that the schedule scales
     * @param beta1 share of the past in the running mean of gradients
     * @param beta2 share of the past in the running mean of their squares
     * @param epsilon added to the root, so that a gradient of 0 moves nothing
     * @param weightDecay on tensors of two dimensions; 0 on biases and norms
     */
    public record Settings(double learningRate, double beta1, double beta2, double epsilon, double weightDecay) {
        public Settings {
            if (!(learningRate >= 0
                    && beta1 >= 0
                    && beta1 < 1
                    && beta2 >= 0
                    && beta2 < 1
                    && epsilon > 0
                    && weightDecay >= 0)) {
                throw new IllegalArgumentException(
                        "AdamW: expected learningRate >= 0, beta1 and beta2 in [0, 1), epsilon > 0 and "
                                + "weightDecay >= 0, found " + learningRate + ", " + beta1 + ", " + beta2 + ", "
                                + epsilon + ", " + weightDecay);
            }
        }
    }

    private final List<Parameter> parameters;
    private final Settings settings;
    private final Compute compute;
    private final Slices slices;
    private final List<Tensor> means = new ArrayList<>();
    private final List<Tensor> squares = new ArrayList<>();
    private long steps;

    public AdamW(List<Parameter> parameters, Settings settings, Compute compute) {
        this.parameters = List.copyOf(parameters);
        this.settings = settings;
        this.compute = compute;
        this.slices = new Slices(this.parameters.stream().map(Parameter::value).toList());
        for (Parameter p : this.parameters) {
            means.add(Tensor.zeros(p.spec().shape().toArray()));
            squares.add(Tensor.zeros(p.spec().shape().toArray()));
        }
    }

    @Override
    public void step(List<Tensor> gradients, float gradientScale, double rateShare) {
        steps++;
        float bias1 = (float) (1 - StrictMath.pow(settings.beta1, steps));
        float bias2 = (float) (1 - StrictMath.pow(settings.beta2, steps));
        float rate = (float) (settings.learningRate * rateShare);
        Kernels kernels = compute.kernels();
        slices.forEach(compute.workers(), (slice, tensor, from, count) -> {
            Tensor p = parameters.get(tensor).value();
            Tensor g = gradients.get(tensor);
            Tensor m = means.get(tensor);
            Tensor v = squares.get(tensor);
            float decay = p.shape().rank() >= 2 ? (float) settings.weightDecay : 0f;
            kernels.adamW(
                    p.data(),
                    p.offset() + from,
                    g.data(),
                    g.offset() + from,
                    gradientScale,
                    m.data(),
                    m.offset() + from,
                    v.data(),
                    v.offset() + from,
                    count,
                    rate,
                    (float) settings.beta1,
                    (float) settings.beta2,
                    (float) settings.epsilon,
                    decay,
                    bias1,
                    bias2);
        });
    }

    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        for (int i = 0; i < parameters.size(); i++) {
            state.put("adamw.mean." + parameters.get(i).name(), means.get(i));
            state.put("adamw.square." + parameters.get(i).name(), squares.get(i));
        }
        return state;
    }

    @Override
    public long steps() {
        return steps;
    }

    @Override
    public void resume(long steps) {
        this.steps = steps;
    }
}
