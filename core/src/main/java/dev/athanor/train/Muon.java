package dev.athanor.train;

import dev.athanor.kernel.Compute;
import dev.athanor.kernel.Kernels;
import dev.athanor.model.Parameter;
import dev.athanor.tensor.Shape;
import dev.athanor.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Muon (Jordan et al., 2024) for the matrices inside the blocks, AdamW for everything else: embeddings, head, norms, biases. Momentum
 * with Nesterov's look-ahead, orthogonalised, scaled by sqrt(max(1, out / in)).
 */
public final class Muon implements Optimizer {
    /** Steps over which the momentum rises from 0.85 to its value; a cold start at 0.95 averages over too old gradients. */
    private static final int MOMENTUM_WARM_UP = 300;

    private static final double FIRST_MOMENTUM = 0.85;

    /**
     * How Muon steps.
     *
     * @param learningRate base rate for matrices
     * @param weightDecay decoupled, on matrices
     */
    public record Settings(double learningRate, double momentum, double weightDecay) {}

    private final Settings settings;
    private final List<Parameter> parameters;
    private final List<Integer> matrices = new ArrayList<>();
    private final List<Integer> others = new ArrayList<>();
    private final List<Tensor> momenta = new ArrayList<>();
    private final AdamW adamW;
    private final NewtonSchulz newtonSchulz;
    private final Tensor scratch;
    private final Compute compute;
    private long steps;

    public Muon(List<Parameter> parameters, Settings settings, AdamW.Settings rest, Compute compute) {
        this.settings = settings;
        this.parameters = List.copyOf(parameters);
        this.compute = compute;
        List<Parameter> adamParameters = new ArrayList<>();
        int largest = 1;
        for (int i = 0; i < this.parameters.size(); i++) {
            Parameter p = this.parameters.get(i);
            if (isHiddenMatrix(p)) {
                matrices.add(i);
                momenta.add(Tensor.zeros(p.spec().shape().toArray()));
                largest = Math.max(largest, p.value().size());
            } else {
                others.add(i);
                adamParameters.add(p);
            }
        }
        this.adamW = new AdamW(adamParameters, rest, compute);
        this.newtonSchulz = new NewtonSchulz(compute);
        this.scratch = Tensor.zeros(largest);
    }

    private static boolean isHiddenMatrix(Parameter p) {
        return switch (p.spec().role()) {
            case QUERY_WEIGHT, KEY_WEIGHT, VALUE_WEIGHT, ATTENTION_OUTPUT_WEIGHT, GATE_WEIGHT, UP_WEIGHT, DOWN_WEIGHT -> true;
            case QKV_WEIGHT -> throw new IllegalArgumentException("Muon: expected query, key and value as three matrices, found "
                    + p.name() + " in one; train this family with AdamW");
            default -> false;
        };
    }

    @Override
    public void step(List<Tensor> gradients, float gradientScale, double learningRate) {
        steps++;
        float momentum = (float) (FIRST_MOMENTUM
                + (settings.momentum - FIRST_MOMENTUM) * Math.min(1.0, (double) steps / MOMENTUM_WARM_UP));
        for (int i = 0; i < matrices.size(); i++) {
            int index = matrices.get(i);
            stepMatrix(parameters.get(index).value(), gradients.get(index), momenta.get(i), gradientScale, momentum, learningRate);
        }
        List<Tensor> rest = new ArrayList<>();
        others.forEach(index -> rest.add(gradients.get(index)));
        adamW.step(rest, gradientScale, learningRate);
    }

    private void stepMatrix(Tensor p, Tensor g, Tensor m, float gradientScale, float momentum, double learningRate) {
        int size = p.size();
        Tensor update = Tensor.view(scratch.data(), 0, Shape.of(p.dim(0), p.dim(1)));
        Kernels kernels = compute.kernels();
        float[] u = update.data();
        float fresh = (1 - momentum) * gradientScale;
        Chunks.forEach(compute.workers(), size, (at, count) -> {
            kernels.scale(m.data(), m.offset() + at, momentum, count);
            kernels.addScaled(m.data(), m.offset() + at, fresh, g.data(), g.offset() + at, count);
            System.arraycopy(m.data(), m.offset() + at, u, at, count);
            kernels.scale(u, at, momentum, count);
            kernels.addScaled(u, at, fresh, g.data(), g.offset() + at, count);
        });
        newtonSchulz.apply(update);
        double rate = settings.learningRate * learningRate;
        float keep = (float) (1 - rate * settings.weightDecay);
        float scale = (float) (-rate * Math.sqrt(Math.max(1.0, (double) p.dim(0) / p.dim(1))));
        Chunks.forEach(compute.workers(), size, (at, count) -> {
            kernels.scale(p.data(), p.offset() + at, keep, count);
            kernels.addScaled(p.data(), p.offset() + at, scale, u, at, count);
        });
    }

    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>(adamW.state());
        for (int i = 0; i < matrices.size(); i++) {
            state.put("muon.momentum." + parameters.get(matrices.get(i)).name(), momenta.get(i));
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
        adamW.resume(steps);
    }
}
