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
    /** Floats per task, 256 KiB of weights. */
    private static final int TASK_FLOATS = 1 << 16;

    /**
     * How AdamW steps.
     *
     * @param learningRate base rate that the schedule scales
     * @param weightDecay on tensors of two dimensions; 0 on biases and norms
     */
    public record Settings(double learningRate, double beta1, double beta2, double epsilon, double weightDecay) {}

    private final List<Parameter> parameters;
    private final Settings settings;
    private final Compute compute;
    private final List<Tensor> means = new ArrayList<>();
    private final List<Tensor> squares = new ArrayList<>();
    private long steps;

    public AdamW(List<Parameter> parameters, Settings settings, Compute compute) {
        this.parameters = List.copyOf(parameters);
        this.settings = settings;
        this.compute = compute;
        for (Parameter p : this.parameters) {
            means.add(Tensor.zeros(p.spec().shape().toArray()));
            squares.add(Tensor.zeros(p.spec().shape().toArray()));
        }
    }

    @Override
    public void step(List<Tensor> gradients, float gradientScale, double learningRate) {
        steps++;
        float bias1 = (float) (1 - StrictMath.pow(settings.beta1, steps));
        float bias2 = (float) (1 - StrictMath.pow(settings.beta2, steps));
        float rate = (float) (settings.learningRate * learningRate);
        for (int i = 0; i < parameters.size(); i++) {
            float decay = parameters.get(i).spec().shape().rank() >= 2 ? (float) settings.weightDecay : 0f;
            update(parameters.get(i).value(), gradients.get(i), means.get(i), squares.get(i), gradientScale, rate, decay, bias1, bias2);
        }
    }

    private void update(
            Tensor p, Tensor g, Tensor m, Tensor v, float gradientScale, float rate, float decay, float bias1, float bias2) {
        Kernels kernels = compute.kernels();
        int size = p.size();
        compute.workers().run((size + TASK_FLOATS - 1) / TASK_FLOATS, (task, worker) -> {
            int at = task * TASK_FLOATS;
            kernels.adamW(p.data(), p.offset() + at, g.data(), g.offset() + at, gradientScale, m.data(), m.offset() + at, v.data(),
                    v.offset() + at, Math.min(TASK_FLOATS, size - at), rate, (float) settings.beta1, (float) settings.beta2,
                    (float) settings.epsilon, decay, bias1, bias2);
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
