package dev.athanor.train;

import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.corpus.Corpus;
import dev.athanor.corpus.CorpusException;
import dev.athanor.corpus.LossFloor;
import dev.athanor.corpus.TextSource;
import dev.athanor.corpus.TextSources;
import dev.athanor.corpus.TokenShards;
import dev.athanor.kernel.Compute;
import dev.athanor.kernel.MatrixChoice;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.Parameters;
import dev.athanor.tokenizer.BpeLearner;
import dev.athanor.tokenizer.BpeTokenizer;
import dev.athanor.tokenizer.CharTokenizer;
import dev.athanor.tokenizer.Tokenizer;
import dev.athanor.tokenizer.TokenizerJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * A whole run in one directory: learns the tokenizer, encodes the text, trains, and leaves a Hugging Face model with
 * {@code run.json} and {@code preset.json} (what to resume), {@code tokens/} (the encoded text), {@code state/}
 * (training states), {@code metrics.jsonl} and {@code report.html} beside it.
 */
public final class TrainingRun implements AutoCloseable {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(
                    DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                    DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .build();

    /**
     * What to train on, and how.
     *
     * @param data names of text sources, see {@link TextSources}
     * @param preset name of a preset
     * @param steps budget of steps, 0 for none
     * @param tokens budget of tokens, 0 for none
     * @param minutes budget of time, 0 for none; without any budget the preset's holds
     * @param saveEvery steps between training states, 0 for one a minute
     */
    public record Options(
            List<String> data, String preset, long steps, long tokens, double minutes, long seed, long saveEvery) {
        public Options {
            data = List.copyOf(data);
            int budgets = (steps != 0 ? 1 : 0) + (tokens != 0 ? 1 : 0) + (minutes != 0 ? 1 : 0);
            if (budgets > 1) {
                throw new IllegalArgumentException("budget: expected one of steps, tokens or minutes, found several");
            }
            if (steps < 0 || tokens < 0 || !(minutes >= 0 && minutes < Double.POSITIVE_INFINITY) || saveEvery < 0) {
                throw new IllegalArgumentException("budget: expected numbers above 0, found steps=" + steps
                        + ", tokens=" + tokens + ", minutes=" + minutes + ", save-every=" + saveEvery);
            }
        }

        Budget budget(Preset preset) {
            if (steps > 0) {
                return new Budget.Steps(steps);
            }
            if (tokens > 0) {
                return new Budget.Tokens(tokens);
            }
            return minutes > 0 ? new Budget.Minutes(minutes) : preset.budget().build();
        }
    }

    /** Between two writings of the report during a run; each reads all metrics. */
    private static final double REPORT_SECONDS = 20;

    private static final String TOKENS = "tokens";

    private final Path directory;
    private final Options options;
    private final Preset preset;
    private final Tokenizer tokenizer;
    private final Corpus corpus;
    private final Compute compute;
    private final Trainer trainer;
    private final Optional<Long> resumedAt;
    private final Optional<LossFloor> floor;

    private TrainingRun(Path directory, Options options, Preset preset, int threads, MatrixChoice matmul) {
        this.directory = directory;
        this.options = options;
        this.preset = preset;
        TextSource source = TextSources.named(options.data());
        this.floor = source.floor();
        this.tokenizer = tokenizer(source);
        this.corpus = corpus(source);
        ModelConfig config = preset.modelConfig(tokenizer.vocabularySize(), tokenizer.endOfText());
        corpus.requireContext(source.name(), config.contextLength());
        Parameters parameters = first(config, preset, options);
        this.compute = Compute.create(threads, matmul);
        try {
            compute.requireForLearning();
            this.trainer = new Trainer(
                    new Trainer.Setup(
                            preset,
                            options.budget(preset),
                            options.seed(),
                            corpus,
                            parameters,
                            directory,
                            options.saveEvery()),
                    compute);
            this.resumedAt = trainer.resume();
        } catch (RuntimeException | Error e) {
            compute.close();
            throw e;
        }
    }

    /** Begins a run in {@code directory}, which must not hold one. */
    public static TrainingRun begin(Path directory, Options options, int threads) {
        return begin(directory, options, threads, MatrixChoice.VECTOR);
    }

    /**
     * As the other, with matrix products as {@code matmul} says. With others than our own, the same seed gives the same
     * bits on the same machine with the same library only.
     */
    public static TrainingRun begin(Path directory, Options options, int threads, MatrixChoice matmul) {
        for (String taken : List.of("run.json", "state", "config.json", "model.safetensors")) {
            if (Files.exists(directory.resolve(taken))) {
                throw new IllegalArgumentException(
                        directory + ": expected a directory without a training run or a model, found " + taken
                                + (taken.equals("run.json") ? "; continue it with --resume or" : ";")
                                + " choose another directory");
            }
        }
        List<Path> settings = Stream.of("run.json", "preset.json", "tokenizer.json")
                .map(directory::resolve)
                .toList();
        List<Path> made =
                new ArrayList<>(settings.stream().filter(f -> !Files.exists(f)).toList());
        made.addAll(missing(directory));
        try {
            TrainingRun run = new TrainingRun(directory, options, Preset.named(options.preset()), threads, matmul);
            try {
                run.writeSettings();
            } catch (RuntimeException e) {
                run.close();
                throw e;
            }
            return run;
        } catch (RuntimeException | Error e) {
            undo(directory, made);
            throw e;
        }
    }

    /** The recipe goes along, so that resuming needs no file from elsewhere and survives changed presets. */
    private void writeSettings() {
        WholeFile.write(directory.resolve("tokenizer.json"), TokenizerJson.write(tokenizer));
        WholeFile.write(directory.resolve("preset.json"), PresetFiles.write(preset));
        // Last, for it makes the directory a run.
        WholeFile.write(directory.resolve("run.json"), MAPPER.writeValueAsString(options) + "\n");
    }

    /** The directories that do not exist yet on the way to {@code directory}, innermost first. */
    private static List<Path> missing(Path directory) {
        List<Path> missing = new ArrayList<>();
        Path at = directory.toAbsolutePath();
        while (at != null && !Files.exists(at)) {
            missing.add(at);
            at = at.getParent();
        }
        return missing;
    }

    /** Takes back what a beginning that failed has written, and no file of anybody else. */
    private static void undo(Path directory, List<Path> made) {
        TokenShards.delete(directory.resolve(TOKENS));
        try {
            for (Path file : made) {
                Files.deleteIfExists(file);
            }
        } catch (DirectoryNotEmptyException e) {
            // Someone else has put a file there meanwhile; it stays.
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(directory + ": cannot be deleted: " + e, e);
        }
    }

    /** Continues the run in {@code directory}. */
    public static TrainingRun resume(Path directory, int threads) {
        return resume(directory, threads, MatrixChoice.VECTOR);
    }

    /** As the other, with matrix products as {@code matmul} says; the run does not remember who multiplied before. */
    public static TrainingRun resume(Path directory, int threads, MatrixChoice matmul) {
        Options options = options(directory);
        Preset preset = PresetFiles.read(directory.resolve("preset.json"));
        return new TrainingRun(directory, options, preset, threads, matmul);
    }

    private static Options options(Path directory) {
        Path file = directory.resolve("run.json");
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException(
                    directory + ": expected a training run, found no run.json; begin one with --data and --out");
        }
        try {
            return MAPPER.readValue(Files.readString(file, StandardCharsets.UTF_8), Options.class);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    file + ": expected the settings of a run, found " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be read: " + e, e);
        }
    }

    /** The weights that the run in {@code directory}, whose model is of shape {@code config}, began with. */
    public static Parameters initial(Path directory, ModelConfig config) {
        return first(config, PresetFiles.read(directory.resolve("preset.json")), options(directory));
    }

    private static Parameters first(ModelConfig config, Preset preset, Options options) {
        Initializer.Settings first =
                new Initializer.Settings(preset.model().init(), preset.model().zeroOutputs());
        return Initializer.initialize(config, first, options.seed());
    }

    /** Tokens already there belong to this run, or to a beginning that was cut short before {@code run.json}. */
    private Corpus corpus(TextSource source) {
        Path tokens = directory.resolve(TOKENS);
        if (Files.isRegularFile(directory.resolve("run.json")) && Files.isDirectory(tokens)) {
            return Corpus.open(source, tokens);
        }
        TokenShards.delete(tokens);
        return Corpus.encode(source, tokenizer, tokens);
    }

    private Tokenizer tokenizer(TextSource source) {
        Path file = directory.resolve("tokenizer.json");
        if (Files.isRegularFile(directory.resolve("run.json")) && Files.isRegularFile(file)) {
            return TokenizerJson.load(file);
        }
        long[] characters = new long[1];
        Tokenizer learned;
        if (preset.tokenizer().kind().equals("char")) {
            List<String> texts = new ArrayList<>();
            source.read(d -> {
                characters[0] += d.text().length();
                texts.add(d.text());
            });
            learned = CharTokenizer.learn(texts);
        } else {
            BpeLearner learner = new BpeLearner();
            source.read(d -> {
                characters[0] += d.text().length();
                learner.feed(d.text());
            });
            learned = learner.learn(preset.tokenizer().vocabulary(), List.of(BpeTokenizer.END_OF_TEXT));
        }
        if (characters[0] == 0) {
            throw new CorpusException(source.name() + ": expected text to train on, found an empty source");
        }
        return learned;
    }

    public Trainer trainer() {
        return trainer;
    }

    public Tokenizer tokenizer() {
        return tokenizer;
    }

    public Corpus corpus() {
        return corpus;
    }

    /** What this run was begun with. */
    public Options options() {
        return options;
    }

    public Preset preset() {
        return preset;
    }

    /** The step this run continues from, if it was resumed. */
    public Optional<Long> resumedAt() {
        return resumedAt;
    }

    /** The least loss a model can reach on this text, where it is known. */
    public Optional<LossFloor> floor() {
        return floor;
    }

    /** Keeps a text the model wrote just now; the report shows it. */
    public void addSample(String text) {
        trainer.addSample(text);
    }

    /** As {@link #run(BooleanSupplier, Consumer, TrainingWatcher)} with nobody looking on. */
    public TrainingResult run(BooleanSupplier stop, Consumer<Progress> watch) {
        return run(stop, watch, TrainingWatcher.NONE);
    }

    /**
     * Trains to the end or until {@code stop}, and writes the model; the report is renewed on the way.
     *
     * @param watch told after every step
     * @param watcher looks at the model before the first step, after every step and at the end
     */
    public TrainingResult run(BooleanSupplier stop, Consumer<Progress> watch, TrainingWatcher watcher) {
        double[] reported = new double[1];
        watcher.begin(trainer.step(), trainer.model());
        TrainingResult result = trainer.run(stop, progress -> {
            watch.accept(progress);
            watcher.after(progress.step(), trainer.stepSeconds(), trainer.model());
            if (progress.evaluated() && progress.seconds() - reported[0] > REPORT_SECONDS) {
                reported[0] = progress.seconds();
                Report.write(directory, options, preset, Optional.empty());
            }
        });
        watcher.end(result.steps(), trainer.model());
        Checkpoint.save(directory, trainer.model().parameters(), Optional.of(TokenizerJson.write(tokenizer)));
        Report.write(directory, options, preset, Optional.of(result));
        return result;
    }

    @Override
    public void close() {
        compute.close();
    }
}
