package dev.athanor.train;

import dev.athanor.kernel.Compute;
import dev.athanor.kernel.Kernels;
import dev.athanor.model.Parameter;
import dev.athanor.model.Parameters;
import dev.athanor.tensor.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
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

    /** A matrix Muon trains: the number of its tensor among all parameters, and where it lies in it. */
    private record Trained(int index, Parameter parameter, Tensor momentum, HiddenMatrix matrix) {
        /** Multiply-adds of its orthogonalisation. */
        double cost() {
            double m = Math.min(matrix.rows(), matrix.columns());
            double n = Math.max(matrix.rows(), matrix.columns());
            return m * m * (2 * n + m);
        }
    }

    /** Scratch memory of one thread. */
    private record Desk(NewtonSchulz newtonSchulz, float[] matrix) {}

    private final Settings settings;
    private final List<Trained> trained = new ArrayList<>();
    private final Map<String, Tensor> momenta = new LinkedHashMap<>();
    private final List<Integer> others = new ArrayList<>();
    private final List<Desk> desks = new ArrayList<>();
    private final AdamW adamW;
    private final Compute compute;
    private long steps;

    public Muon(Parameters parameters, Settings settings, AdamW.Settings rest, Compute compute) {
        this.settings = settings;
        this.compute = compute;
        List<Parameter> adamParameters = new ArrayList<>();
        int largest = 0;
        for (int i = 0; i < parameters.list().size(); i++) {
            Parameter p = parameters.list().get(i);
            List<HiddenMatrix> matrices = HiddenMatrix.of(parameters.config(), p.spec());
            if (matrices.isEmpty()) {
                others.add(i);
                adamParameters.add(p);
                continue;
            }
            Tensor momentum = Tensor.zeros(p.spec().shape().toArray());
            momenta.put(p.name(), momentum);
            for (HiddenMatrix matrix : matrices) {
                trained.add(new Trained(i, p, momentum, matrix));
                largest = Math.max(largest, matrix.size());
            }
        }
        // The costly ones first, so that no thread is left with one at the end.
        trained.sort(Comparator.comparingDouble(Trained::cost).reversed());
        this.adamW = new AdamW(adamParameters, rest, compute);
        for (int i = 0; i < compute.workers().threads(); i++) {
            desks.add(new Desk(new NewtonSchulz(compute.alone()), new float[largest]));
        }
    }

    @Override
    public void step(List<Tensor> gradients, float gradientScale, double rateShare) {
        steps++;
        double warm = Math.min(1.0, (double) steps / MOMENTUM_WARM_UP);
        double first = Math.min(FIRST_MOMENTUM, settings.momentum);
        float momentum = (float) (first + (settings.momentum - first) * warm);
        double rate = settings.learningRate * rateShare;
        // A thread takes whole matrices: their products are too small to be worth sharing out one by one.
        compute.workers().run(trained.size(), (task, worker) -> {
            Trained t = trained.get(task);
            Desk desk = desks.get(worker);
            lookAhead(gradients.get(t.index), t, gradientScale, momentum, desk.matrix);
            desk.newtonSchulz.apply(t.matrix.view(desk.matrix));
            apply(t, rate, desk.matrix);
        });
        List<Tensor> rest = new ArrayList<>();
        others.forEach(index -> rest.add(gradients.get(index)));
        adamW.step(rest, gradientScale, rateShare);
    }

    /** Moves the running mean towards the gradient and leaves Nesterov's look-ahead, their mean, in {@code out}. */
    private void lookAhead(Tensor gradient, Trained t, float gradientScale, float share, float[] out) {
        Kernels kernels = compute.kernels();
        float[] g = gradient.data();
        float[] m = t.momentum.data();
        float fresh = (1 - share) * gradientScale;
        int columns = t.matrix.columns();
        for (int row = 0; row < t.matrix.rows(); row++) {
            int at = t.matrix.start(row);
            int to = row * columns;
            kernels.scale(m, at, share, columns);
            kernels.addScaled(m, at, fresh, g, gradient.offset() + at, columns);
            System.arraycopy(m, at, out, to, columns);
            kernels.scale(out, to, share, columns);
            kernels.addScaled(out, to, fresh, g, gradient.offset() + at, columns);
        }
    }

    private void apply(Trained t, double rate, float[] update) {
        Kernels kernels = compute.kernels();
        Tensor weight = t.parameter.value();
        int columns = t.matrix.columns();
        float keep = (float) (1 - rate * settings.weightDecay);
        float scale = (float) (-rate * Math.sqrt(Math.max(1.0, t.matrix.outOverIn())));
        for (int row = 0; row < t.matrix.rows(); row++) {
            int at = weight.offset() + t.matrix.start(row);
            kernels.scale(weight.data(), at, keep, columns);
            kernels.addScaled(weight.data(), at, scale, update, row * columns, columns);
        }
    }

    @Override
    public Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>(adamW.state());
        momenta.forEach((name, momentum) -> state.put("muon.momentum." + name, momentum));
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
