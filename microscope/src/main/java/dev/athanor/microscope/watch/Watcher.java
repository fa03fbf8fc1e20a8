package dev.athanor.microscope.watch;

import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.corpus.Batches;
import dev.athanor.corpus.Corpus;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.Transformer;
import dev.athanor.train.TrainingWatcher;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * Records a run while it trains. A record that is due, but would take more of the time than is allowed, is put off to
 * the first step that has room for it; which steps are recorded therefore depends on the machine, what is recorded of a
 * step does not.
 */
public final class Watcher implements TrainingWatcher {
    /** Tokens of the probe batch and of its rows, at most. */
    private static final int TOKENS = 1024;

    private static final int LENGTH = 128;
    private static final int ROWS = 16;

    /** The first looks run in code that is not compiled yet and say nothing about the next: they are repeated. */
    private static final double WARM_UP_SECONDS = 1;

    private static final int WARM_UPS = 5;

    private final Path directory;
    private final WatchFile file;
    private final WatchSettings settings;
    private final Optional<String> tokenizer;
    private final LongSupplier clock;
    private final Batches.Batch probe;
    private long lastStep = -1;
    private long lastDue = -1;
    private double estimate;
    private double watched;
    private double trained;

    /**
     * @param directory of the run
     * @param tokenizer what goes into the folders of checkpoints as tokenizer.json
     * @param context tokens that the model reads
     * @param clock nanoseconds from any moment on
     */
    public Watcher(
            Path directory,
            WatchSettings settings,
            Corpus corpus,
            int context,
            Optional<String> tokenizer,
            LongSupplier clock) {
        this.directory = directory;
        this.file = WatchFile.in(directory);
        this.settings = settings;
        this.tokenizer = tokenizer;
        this.clock = clock;
        this.probe = probe(corpus, context);
    }

    /** The first whole windows of the validation text: what the model does not learn from. */
    private static Batches.Batch probe(Corpus corpus, int context) {
        OptionalInt example = corpus.example();
        int length = example.isPresent() ? example.getAsInt() - 1 : Math.min(context, LENGTH);
        Batches batches = new Batches(corpus.validation(), 0, example.isPresent() ? context : length, example);
        long whole = batches.predictions() / length;
        int rows = (int) Math.max(1, Math.min(whole, Math.min(ROWS, TOKENS / length)));
        return batches.evaluation(0, rows);
    }

    @Override
    public void begin(long step, Transformer model) {
        ModelConfig c = model.config();
        if (WatchFile.exists(directory)) {
            resume(step);
        } else {
            file.begin(new Timeline.Header(
                    WatchFile.FORMAT,
                    WatchFile.VERSION,
                    c.layers(),
                    c.heads(),
                    settings.every(),
                    settings.cost(),
                    settings.checkpoints(),
                    probe.batch(),
                    probe.length(),
                    probe.counted(),
                    WatchFile.FIELDS));
        }
        long began = clock.getAsLong();
        for (int i = 0; i < WARM_UPS && seconds(began) < WARM_UP_SECONDS; i++) {
            long look = clock.getAsLong();
            Look.at(model, probe);
            estimate = seconds(look);
        }
        if (lastStep < 0) {
            record(step, step, false, model);
        }
    }

    private void resume(long step) {
        Timeline found = WatchFile.read(directory);
        List<WatchRecord> kept =
                found.records().stream().filter(r -> r.step() <= step).toList();
        file.keep(new Timeline(found.header(), kept));
        for (WatchRecord r :
                found.records().subList(kept.size(), found.records().size())) {
            delete(checkpoint(r.step()));
        }
        if (!kept.isEmpty()) {
            WatchRecord last = kept.getLast();
            lastStep = last.step();
            lastDue = settings.due(lastStep);
            watched = last.watchedSeconds();
            trained = last.trainedSeconds();
        }
    }

    @Override
    public void after(long step, double stepSeconds, Transformer model) {
        trained += stepSeconds;
        long due = settings.due(step);
        if (due > lastDue && watched + estimate <= settings.cost() * trained) {
            record(step, due, true, model);
        }
    }

    @Override
    public void end(long step, Transformer model) {
        if (step > lastStep) {
            record(step, step, false, model);
        }
    }

    private void record(long step, long due, boolean counted, Transformer model) {
        long began = clock.getAsLong();
        Look look = Look.at(model, probe);
        if (settings.checkpoints()) {
            Checkpoint.save(checkpoint(step), model.parameters(), tokenizer);
        }
        estimate = seconds(began);
        watched += counted ? estimate : 0;
        lastStep = step;
        lastDue = settings.due(step);
        file.add(new WatchRecord(
                step, due, look.loss(), look.lens(), look.norms(), look.heads(), estimate, watched, trained));
    }

    private double seconds(long since) {
        return (clock.getAsLong() - since) / 1e9;
    }

    /** Where the model of a recorded step is. */
    private Path checkpoint(long step) {
        return directory.resolve("watch").resolve("step-" + step);
    }

    /** A model behind the step a run resumes from is no longer its past. */
    private static void delete(Path folder) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(folder + ": cannot be deleted: " + e, e);
        }
    }

    /** Time that records took beside that of the steps, and how many were put off to keep it so. */
    public String cost() {
        List<WatchRecord> records = WatchFile.read(directory).records();
        long late = records.stream().filter(r -> r.due() < r.step()).count();
        return String.format(
                Locale.ROOT,
                "watching took %.1f %% of the steps' time, of at most %.1f %%; %d of %d records were put off for it",
                trained > 0 ? 100 * watched / trained : 0,
                100 * settings.cost(),
                late,
                records.size());
    }
}
