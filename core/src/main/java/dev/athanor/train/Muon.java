package dev.athanor.train;

import dev.athanor.kernel.Compute;
import dev.athanor.kernel.Kernels;
import dev.athanor.model.Parameter;
import dev.athanor.model.Parameters;
import dev.athanor.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Muon (Jordan et al., 2024) for the matrices inside the blocks, AdamW for everything else: embeddings, head, norms,
 * biases. Momentum with Nesterov's look-ahead, orthogonalised, scaled by sqrt(max(1, out / in)).
 */
public final class Muon implements Optimizer {
    /**
     * Steps over which the momentum rises from 0.85 to its value; a cold start at 0.95 averages over too old gradients.
     */
    private static final int MOMENTUM_WARM_UP = 300;

    private static final double FIRST_MOMENTUM = 0.85;

    /**
     * How Muon steps.
     *
     * @param learningRate base rate for matrices: about the largest change of a singular value per step
     * @param momentum share of the past in the running mean of gradients, after its warm-up from 0.85
     * @param weightDecay decoupled, on matrices
     */
    public record Settings(double learningRate, double momentum, double weightDecay) {
        public Settings {
            if (!(learningRate >= 0 && momentum >= 0 && momentum < 1 && weightDecay >= 0)) {
                throw new IllegalArgumentException(
                        "Muon: expected learningRate >= 0, momentum in [0, 1) and weightDecay >= 0, found "
                                + learningRate + ", " + momentum + ", " + weightDecay);
            }
        }
    }

    /** A tensor Muon trains: its number among all parameters, its momentum and the matrices in it. */
    private record Trained(int index, Parameter parameter, Tensor momentum, List<HiddenMatrix> matrices) {}

    private final Settings settings;
    private final List<Trained> trained = new ArrayList<>();
    private final List<Integer> others = new ArrayList<>();
    private final AdamW adamW;
    private final NewtonSchulz newtonSchulz;
    private final float[] update;
    private final float[] matrix;
    private final Compute compute;
    private long steps;

    public Muon(Parameters parameters, Settings settings, AdamW.Settings rest, Compute compute) {
        this.settings = settings;
        this.compute = compute;
        List<Parameter> adamParameters = new ArrayList<>();
        int largestTensor = 0;
        int largestMatrix = 0;
        for (int i = 0; i < parameters.list().size(); i++) {
            Parameter p = parameters.list().get(i);
            List<HiddenMatrix> matrices = HiddenMatrix.of(parameters.config(), p.spec());
            if (matrices.isEmpty()) {
                others.add(i);
                adamParameters.add(p);
                continue;
            }
            trained.add(new Trained(i, p, Tensor.zeros(p.spec().shape().toArray()), matrices));
            largestTensor = Math.max(largestTensor, p.value().size());
            largestMatrix = Math.max(largestMatrix, matrices.get(0).size());
        }
        this.adamW = new AdamW(adamParameters, rest, compute);
        this.newtonSchulz = new NewtonSchulz(compute);
        this.update = new float[largestTensor];
        this.matrix = new float[largestMatrix];
    }

    @Override
    public void step(List<Tensor> gradients, float gradientScale, double rateShare) {
        steps++;
        double warm = Math.min(1.0, (double) steps / MOMENTUM_WARM_UP);
        double first = Math.min(FIRST_MOMENTUM, settings.momentum);
        float momentum = (float) (first + (settings.momentum - first) * warm);
        double rate = settings.learningRate * rateShare;
        for (Trained t : trained) {
            lookAhead(gradients.get(t.index), t.momentum, gradientScale, momentum);
            for (HiddenMatrix m : t.matrices) {
                m.gather(update, matrix, compute.workers());
                newtonSchulz.apply(m.view(matrix));
                apply(t.parameter.value(), m, rate);
            }
        }
        List<Tensor> rest = new ArrayList<>();
        others.forEach(index -> rest.add(gradients.get(index)));
        adamW.step(rest, gradientScale, rateShare);
    }

    /** Moves the running mean towards the gradient and leaves Nesterov's look-ahead, their mean, in {@link #update}. */
    private void lookAhead(Tensor gradient, Tensor momentum, float gradientScale, float share) {
        Kernels kernels = compute.kernels();
        float[] g = gradient.data();
        float[] m = momentum.data();
        float fresh = (1 - share) * gradientScale;
        Chunks.forEach(compute.workers(), momentum.size(), (at, count) -> {
            kernels.scale(m, at, share, count);
            kernels.addScaled(m, at, fresh, g, gradient.offset() + at, count);
            System.arraycopy(m, at, update, at, count);
            kernels.scale(update, at, share, count);
            kernels.addScaled(update, at, fresh, g, gradient.offset() + at, count);
        });
    }

    private void apply(Tensor weight, HiddenMatrix m, double rate) {
        Kernels kernels = compute.kernels();
        float keep = (float) (1 - rate * settings.weightDecay);
        float scale = (float) (-rate * Math.sqrt(Math.max(1.0, m.outOverIn())));
        Chunks.rows(compute.workers(), m.rows(), m.columns(), row -> {
            int at = weight.offset() + m.start(row);
            kernels.scale(weight.data(), at, keep, m.columns());
            kernels.addScaled(weight.data(), at, scale, matrix, row * m.columns(), m.columns());
        });
    }

    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>(adamW.state());
        for (Trained t : trained) {
            state.put("muon.momentum." + t.parameter.name(), t.momentum);
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
