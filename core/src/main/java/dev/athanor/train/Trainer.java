package dev.athanor.train;

import dev.athanor.checkpoint.RunDirectory;
import dev.athanor.corpus.Batches;
import dev.athanor.corpus.Corpus;
import dev.athanor.kernel.Compute;
import dev.athanor.model.Parameter;
import dev.athanor.model.Parameters;
import dev.athanor.model.Transformer;
import dev.athanor.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The training loop. Step k's examples and dropout follow from (seed, k) alone, and every sum has a fixed order, so the same seed gives
 * the same bits on any number of threads and across any number of interruptions.
 */
public final class Trainer {
    /** Weight of the past in the smoothed loss. */
    private static final double SMOOTHING = 0.98;

    /** A training state is saved this often at least, so that a crash costs little time. */
    private static final double SAVE_SECONDS = 60;

    private final Preset preset;
    private final Budget budget;
    private final long seed;
    private final Corpus corpus;
    private final Parameters parameters;
    private final Compute compute;
    private final Transformer model;
    private final Optimizer optimizer;
    private final Schedule schedule;
    private final List<Tensor> gradients = new ArrayList<>();
    private final Batches trainBatches;
    private final Batches validationBatches;
    private final RunDirectory states;
    private final Metrics metrics;
    private final long saveEvery;

    private long step;
    private long tokens;
    private double smoothed = Double.NaN;
    private double validation = Double.NaN;
    private double earlierSeconds;
    private List<String> warnings = List.of();

    /**
     * What a run needs.
     *
     * @param directory where {@code state/} and {@code metrics.jsonl} go
     * @param saveEvery steps between training states, 0 for one a minute
     */
    public record Setup(
            Preset preset, Budget budget, long seed, Corpus corpus, Parameters parameters, Path directory, long saveEvery) {}

    public Trainer(Setup setup, Compute compute) {
        this.preset = setup.preset;
        this.budget = setup.budget;
        this.seed = setup.seed;
        this.corpus = setup.corpus;
        this.parameters = setup.parameters;
        this.compute = compute;
        this.saveEvery = setup.saveEvery;
        this.model = new Transformer(parameters, compute);
        this.schedule = preset.learningRates();
        this.optimizer = optimizer(preset.optimizer(), parameters.list(), compute);
        parameters.list().forEach(p -> gradients.add(Tensor.zeros(p.spec().shape().toArray())));
        int context = parameters.config().contextLength();
        this.trainBatches = new Batches(corpus.train(), seed, context);
        this.validationBatches = new Batches(corpus.validation(), seed, context);
        this.states = RunDirectory.of(setup.directory.resolve("state"));
        this.metrics = new Metrics(setup.directory.resolve("metrics.jsonl"));
    }

    private static Optimizer optimizer(Preset.OptimizerSpec spec, List<Parameter> list, Compute compute) {
        AdamW.Settings adam = new AdamW.Settings(spec.learningRate(), spec.beta1(), spec.beta2(), spec.epsilon(), spec.weightDecay());
        return switch (spec.kind()) {
            case "adamw" -> new AdamW(list, adam, compute);
            case "muon" -> new Muon(list,
                    new Muon.Settings(spec.matrixLearningRate(), spec.momentum(), spec.matrixDecay()), adam, compute);
            default -> throw new IllegalArgumentException("preset: expected optimizer adamw or muon, found \"" + spec.kind() + "\"");
        };
    }

    public Transformer model() {
        return model;
    }

    /** Continues from the newest whole training state, if there is one; says what was passed over. */
    public Optional<Long> resume() {
        Optional<RunDirectory.Saved> newest = states.newest();
        if (newest.isEmpty()) {
            metrics.startOver();
            return Optional.empty();
        }
        RunDirectory.Saved saved = newest.get();
        Map<String, Tensor> state = state();
        for (Map.Entry<String, Tensor> e : state.entrySet()) {
            float[] from = saved.tensors().get(e.getKey());
            if (from == null || from.length != e.getValue().size()) {
                throw new TrainingException("training state of step " + saved.step() + ": expected tensor " + e.getKey() + " "
                        + e.getValue().shape() + ", found " + (from == null ? "none" : from.length + " numbers")
                        + "; it belongs to another model, train into another directory");
            }
            System.arraycopy(from, 0, e.getValue().data(), e.getValue().offset(), from.length);
        }
        Map<String, String> values = saved.values();
        step = saved.step();
        tokens = Long.parseLong(values.getOrDefault("tokens", "0"));
        smoothed = Double.parseDouble(values.getOrDefault("smoothed", "NaN"));
        validation = Double.parseDouble(values.getOrDefault("validation", "NaN"));
        earlierSeconds = Double.parseDouble(values.getOrDefault("seconds", "0"));
        optimizer.resume(Long.parseLong(values.getOrDefault("optimizerSteps", "0")));
        if (Long.parseLong(values.getOrDefault("seed", "0")) != seed) {
            throw new TrainingException("training state of step " + step + ": expected seed " + seed + ", found "
                    + values.get("seed") + "; resume with the seed it began with");
        }
        warnings = saved.warnings();
        metrics.cutAfter(step);
        return Optional.of(step);
    }

    /** Sentences about training states that could not be used. */
    public List<String> warnings() {
        return warnings;
    }

    private Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        parameters.list().forEach(p -> state.put("weight." + p.name(), p.value()));
        state.putAll(optimizer.state());
        return state;
    }

    private void save(double seconds) {
        states.save(step, state(), Map.of(
                "seed", String.valueOf(seed),
                "tokens", String.valueOf(tokens),
                "smoothed", String.valueOf(smoothed),
                "validation", String.valueOf(validation),
                "seconds", String.valueOf(seconds),
                "optimizerSteps", String.valueOf(optimizer.steps())));
    }

    /**
     * Trains until the budget is used or {@code stop} says so, and saves the state either way.
     *
     * @param watch told after every step
     */
    public TrainingResult run(BooleanSupplier stop, Consumer<Progress> watch) {
        long began = System.nanoTime();
        double lastSave = earlierSeconds;
        double trained = 0;
        long tokensBefore = tokens;
        double flops = Flops.perToken(parameters.config(), parameters.config().contextLength());
        boolean interrupted = false;
        while (budget.used(step, tokens, seconds(began)) < 1) {
            if (stop.getAsBoolean()) {
                interrupted = true;
                break;
            }
            long stepBegan = System.nanoTime();
            double share = budget.used(step, tokens, seconds(began));
            double rate = schedule.at(share);
            StepResult result = step(rate);
            trained += (System.nanoTime() - stepBegan) / 1e9;
            smoothed = Double.isNaN(smoothed) ? result.loss : SMOOTHING * smoothed + (1 - SMOOTHING) * result.loss;
            boolean evaluate = preset.evaluate().every() > 0 && step % preset.evaluate().every() == 0;
            if (evaluate) {
                validation = evaluate(preset.evaluate().batches()).lossPerToken();
            }
            double seconds = seconds(began);
            double perSecond = (tokens - tokensBefore) / trained;
            double used = budget.used(step, tokens, seconds);
            Progress progress = new Progress(step, Math.min(1, used), result.loss, smoothed, validation, rate, result.norm, perSecond,
                    perSecond * flops, seconds, used > 0 ? Math.max(0, seconds * (1 - used) / used) : Double.NaN, evaluate);
            metrics.add(progress);
            watch.accept(progress);
            boolean due = saveEvery > 0 ? step % saveEvery == 0 : seconds - lastSave > SAVE_SECONDS;
            if (due) {
                save(seconds);
                lastSave = seconds;
            }
        }
        double seconds = seconds(began);
        save(seconds);
        Evaluation whole = evaluate(0);
        return new TrainingResult(step, seconds, smoothed, whole.lossPerToken(), whole.bitsPerByte(corpus.validation().rawBytes()),
                parameters.count(), interrupted);
    }

    private double seconds(long began) {
        return earlierSeconds + (System.nanoTime() - began) / 1e9;
    }

    private record StepResult(double loss, double norm) {}

    private StepResult step(double rate) {
        int micro = Math.max(1, preset.accumulate());
        for (Tensor g : gradients) {
            Arrays.fill(g.data(), 0f);
        }
        int context = parameters.config().contextLength();
        // Weighted by tokens: every counted target of all micro-batches has the same weight.
        float scale = 1f / ((float) micro * preset.batch() * context);
        double sum = 0;
        long counted = 0;
        for (int i = 0; i < micro; i++) {
            Batches.Batch b = trainBatches.random(step, i, preset.batch());
            long dropoutSeed = (seed * 31 + step) * 31 + i;
            sum += model.lossAndGradients(b.tokens(), b.targets(), b.batch(), b.length(), scale, gradients, dropoutSeed << 20);
            counted += b.counted();
        }
        double loss = sum / counted;
        double norm = Math.sqrt(GradientNorm.squared(gradients, compute));
        requireFinite(loss, norm);
        float clip = preset.clip() > 0 && norm > preset.clip() ? (float) (preset.clip() / (norm + 1e-6)) : 1f;
        optimizer.step(gradients, clip, rate);
        step++;
        tokens += counted;
        return new StepResult(loss, norm);
    }

    /** NaN and Inf are named in the step they appear, before they reach a weight. */
    private void requireFinite(double loss, double norm) {
        if (Double.isFinite(loss) && Double.isFinite(norm)) {
            return;
        }
        String what = "the loss is " + loss;
        for (int i = 0; i < gradients.size(); i++) {
            Tensor g = gradients.get(i);
            if (!compute.kernels().allFinite(g.data(), g.offset(), g.size())) {
                what += ", and the first gradient that is not finite belongs to " + parameters.list().get(i).name();
                break;
            }
        }
        throw new TrainingException("step " + (step + 1) + ": expected finite numbers, but " + what
                + "; nothing of this step was kept, resume with a smaller learning rate");
    }

    /** Sum of -log p and how many tokens it is over. */
    private record Evaluation(double sum, long counted) {
        double lossPerToken() {
            return sum / counted;
        }

        double bitsPerByte(long bytes) {
            return sum / Math.log(2) / bytes;
        }
    }

    /** Loss over the first {@code most} validation batches, 0 for all. */
    private Evaluation evaluate(int most) {
        int batch = Math.max(preset.batch(), 8);
        int all = validationBatches.evaluations(batch);
        int batches = most > 0 ? Math.min(most, all) : all;
        double sum = 0;
        long counted = 0;
        for (int i = 0; i < batches; i++) {
            Batches.Batch b = validationBatches.evaluation(i, batch);
            sum += model.loss(b.tokens(), b.targets(), b.batch(), b.length());
            counted += b.counted();
        }
        return new Evaluation(sum, counted);
    }
}
