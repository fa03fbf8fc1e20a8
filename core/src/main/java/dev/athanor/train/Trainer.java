package dev.athanor.train;

import dev.athanor.checkpoint.RunDirectory;
import dev.athanor.corpus.Batches;
import dev.athanor.corpus.Corpus;
import dev.athanor.kernel.Compute;
import dev.athanor.model.Parameters;
import dev.athanor.model.Transformer;
import dev.athanor.tensor.Tensor;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The training loop. Step k's examples and dropout follow from (seed, k) alone, and every sum has a fixed order, so the
 * same seed gives the same bits on any number of threads and across any number of interruptions. A budget of minutes
 * repeats everything but the number of steps and, with it, the learning rates, which {@code metrics.jsonl} records.
 */
public final class Trainer {
    /** Weight of the past in the smoothed loss. */
    private static final double SMOOTHING = 0.98;

    /** A training state is saved this often at least, so that a crash costs little time. */
    private static final double SAVE_SECONDS = 60;

    private final Preset preset;
    private final Budget budget;
    private final long seed;
    private final String corpus;
    private final Schedule schedule;
    private final double flopsPerToken;
    private final Transformer model;
    private final Optimizer optimizer;
    private final TrainingStep training;
    private final Evaluator evaluator;
    private final RunDirectory states;
    private final Metrics metrics;
    private final long saveEvery;

    private long step;
    private long tokens;
    private double smoothed = Double.NaN;
    private double validation = Double.NaN;
    private double earlierSeconds;
    private double stepSeconds;
    private double evaluationSeconds;
    private long savedStep = -1;
    private List<String> warnings = List.of();

    /**
     * What a run needs.
     *
     * @param directory where {@code state/} and {@code metrics.jsonl} go
     * @param saveEvery steps between training states, 0 for one a minute
     */
    public record Setup(
            Preset preset,
            Budget budget,
            long seed,
            Corpus corpus,
            Parameters parameters,
            Path directory,
            long saveEvery) {}

    public Trainer(Setup setup, Compute compute) {
        this.preset = setup.preset;
        this.budget = setup.budget;
        this.seed = setup.seed;
        this.corpus = Fingerprint.of(setup.corpus);
        this.schedule = preset.learningRates();
        this.saveEvery = setup.saveEvery;
        this.model = new Transformer(setup.parameters, compute);
        this.flopsPerToken = Flops.perToken(model.config(), model.config().contextLength());
        this.optimizer = optimizer(preset.optimizer(), setup.parameters, compute);
        Batches batches = new Batches(
                setup.corpus.train(), seed, setup.parameters.config().contextLength(), setup.corpus.example());
        this.training = new TrainingStep(preset, seed, batches, model, optimizer, compute);
        this.evaluator = new Evaluator(model, setup.corpus.validation(), preset.batch(), setup.corpus.example());
        this.states = RunDirectory.of(setup.directory.resolve("state"));
        this.metrics = new Metrics(setup.directory.resolve("metrics.jsonl"));
    }

    private static Optimizer optimizer(Preset.OptimizerSpec spec, Parameters parameters, Compute compute) {
        return spec.kind().equals("adamw")
                ? new AdamW(parameters.list(), spec.adamW(), compute)
                : new Muon(parameters, spec.muon(), spec.adamW(), compute);
    }

    public Transformer model() {
        return model;
    }

    /** Steps done so far. */
    public long step() {
        return step;
    }

    /** How long the newest step took, evaluation excluded. */
    double stepSeconds() {
        return stepSeconds;
    }

    /** Keeps a text the model wrote just now for the report. */
    public void addSample(String text) {
        metrics.addSample(step, text);
    }

    /**
     * Continues from the newest whole training state, if there is one; {@link #warnings()} says what was passed over.
     */
    public Optional<Long> resume() {
        Optional<RunDirectory.Saved> newest = states.newest();
        if (newest.isEmpty()) {
            metrics.startOver();
            return Optional.empty();
        }
        RunDirectory.Saved saved = newest.get();
        requireSame(saved, "seed", String.valueOf(seed), "resume with the seed it began with");
        requireSame(saved, "corpus", corpus, "the data changed since; restore it or begin a new run");
        copyTensors(saved);
        step = saved.step();
        savedStep = step;
        tokens = Long.parseLong(value(saved, "tokens"));
        smoothed = Double.parseDouble(value(saved, "smoothed"));
        validation = Double.parseDouble(value(saved, "validation"));
        earlierSeconds = Double.parseDouble(value(saved, "seconds"));
        stepSeconds = Double.parseDouble(value(saved, "stepSeconds"));
        optimizer.resume(Long.parseLong(value(saved, "optimizerSteps")));
        warnings = saved.warnings();
        metrics.cutAfter(step);
        return Optional.of(step);
    }

    private void copyTensors(RunDirectory.Saved saved) {
        Map<String, Tensor> state = state();
        for (Map.Entry<String, Tensor> e : state.entrySet()) {
            float[] from = saved.tensors().get(e.getKey());
            if (from == null || from.length != e.getValue().size()) {
                throw new TrainingException(
                        "training state of step " + saved.step() + ": expected tensor " + e.getKey() + " "
                                + e.getValue().shape() + ", found " + (from == null ? "none" : from.length + " numbers")
                                + "; it belongs to another model, train into another directory");
            }
        }
        for (String name : saved.tensors().keySet()) {
            if (!state.containsKey(name)) {
                throw new TrainingException("training state of step " + saved.step() + ": expected no tensor " + name
                        + "; it belongs to another model, train into another directory");
            }
        }
        state.forEach((name, t) ->
                System.arraycopy(saved.tensors().getOrDefault(name, new float[0]), 0, t.data(), t.offset(), t.size()));
    }

    private static String value(RunDirectory.Saved saved, String key) {
        String value = saved.values().get(key);
        if (value == null) {
            throw new TrainingException("training state of step " + saved.step() + ": expected a value \"" + key
                    + "\", found none; it was saved by another version, begin a new run");
        }
        return value;
    }

    private static void requireSame(RunDirectory.Saved saved, String key, String expected, String remedy) {
        String found = value(saved, key);
        if (!found.equals(expected)) {
            throw new TrainingException("training state of step " + saved.step() + ": expected " + key + " " + expected
                    + ", found " + found + "; " + remedy);
        }
    }

    /** Sentences about training states that could not be used. */
    public List<String> warnings() {
        return warnings;
    }

    private Map<String, Tensor> state() {
        Map<String, Tensor> state = new LinkedHashMap<>();
        model.parameters().list().forEach(p -> state.put("weight." + p.name(), p.value()));
        state.putAll(optimizer.state());
        return state;
    }

    private void save(double seconds) {
        if (step == savedStep) {
            return;
        }
        states.save(
                step,
                state(),
                Map.of(
                        "seed", String.valueOf(seed),
                        "corpus", corpus,
                        "tokens", String.valueOf(tokens),
                        "smoothed", String.valueOf(smoothed),
                        "validation", String.valueOf(validation),
                        "seconds", String.valueOf(seconds),
                        "stepSeconds", String.valueOf(stepSeconds),
                        "optimizerSteps", String.valueOf(optimizer.steps())));
        savedStep = step;
    }

    /**
     * Trains until the budget is used or {@code stop} says so, and saves the state either way. The validation loss of
     * the result is over all validation tokens (a million of them, evenly spread, where there are more), or over the
     * preset's evaluation windows when the run was stopped and somebody waits.
     *
     * @param stop asked before every step
     * @param watch told after every step
     */
    public TrainingResult run(BooleanSupplier stop, Consumer<Progress> watch) {
        Clock clock = new Clock(earlierSeconds);
        double lastSave = earlierSeconds;
        boolean interrupted = false;
        // A step that would end after a budget of time is not begun.
        while (budget.used(step, tokens, clock.seconds() + stepSeconds) < 1) {
            if (stop.getAsBoolean()) {
                interrupted = true;
                break;
            }
            Progress progress = advance(clock);
            metrics.add(progress);
            watch.accept(progress);
            boolean due = saveEvery > 0 ? step % saveEvery == 0 : progress.seconds() - lastSave > SAVE_SECONDS;
            if (due) {
                save(progress.seconds());
                lastSave = progress.seconds();
            }
        }
        double seconds = clock.seconds();
        save(seconds);
        earlierSeconds = seconds;
        Evaluator.Evaluation last =
                interrupted ? evaluator.measure(preset.evaluate().batches()) : evaluator.measure();
        return new TrainingResult(
                step,
                seconds,
                smoothed,
                last.lossPerToken(),
                evaluator.bitsPerByte(last),
                model.parameters().count(),
                interrupted);
    }

    /** Time of the run, earlier parts included, and of its training steps alone. */
    private static final class Clock {
        private final double earlier;
        private final long began = System.nanoTime();
        private double trained;
        private long trainedTokens;

        Clock(double earlier) {
            this.earlier = earlier;
        }

        double seconds() {
            return earlier + (System.nanoTime() - began) / 1e9;
        }
    }

    /** One step, and its evaluation when one is due. */
    private Progress advance(Clock clock) {
        double share = schedule.at(budget.used(step, tokens, clock.seconds()));
        long began = System.nanoTime();
        TrainingStep.Outcome outcome = training.run(step, share);
        stepSeconds = (System.nanoTime() - began) / 1e9;
        clock.trained += stepSeconds;
        clock.trainedTokens += outcome.tokens();
        step++;
        tokens += outcome.tokens();
        smoothed = Double.isNaN(smoothed) ? outcome.loss() : SMOOTHING * smoothed + (1 - SMOOTHING) * outcome.loss();
        boolean evaluate = evaluationDue(clock);
        if (evaluate) {
            began = System.nanoTime();
            validation = evaluator.measure(preset.evaluate().batches()).lossPerToken();
            evaluationSeconds = (System.nanoTime() - began) / 1e9;
        }
        double seconds = clock.seconds();
        double perSecond = clock.trainedTokens / clock.trained;
        double used = budget.used(step, tokens, seconds);
        return new Progress(
                step,
                Math.min(1, used),
                outcome.loss(),
                smoothed,
                validation,
                preset.optimizer().learningRate() * share,
                outcome.gradientNorm(),
                perSecond,
                perSecond * flopsPerToken,
                seconds,
                used > 0 ? Math.max(0, seconds * (1 - used) / used) : Double.NaN,
                evaluate);
    }

    /** An evaluation that a budget of time has no room for is left to the end of the run, which measures anyway. */
    private boolean evaluationDue(Clock clock) {
        return preset.evaluate().every() > 0
                && step % preset.evaluate().every() == 0
                && budget.used(step, tokens, clock.seconds() + evaluationSeconds) <= 1;
    }
}
