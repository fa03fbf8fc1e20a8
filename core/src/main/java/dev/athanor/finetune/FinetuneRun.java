package dev.athanor.finetune;

import dev.athanor.chat.ChatFormat;
import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.checkpoint.PeftDirectory;
import dev.athanor.checkpoint.SaveOptions;
import dev.athanor.kernel.Compute;
import dev.athanor.model.Adapters;
import dev.athanor.model.Adapters.Side;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.Parameters;
import dev.athanor.model.TensorSpec;
import dev.athanor.model.Transformer;
import dev.athanor.tensor.Tensor;
import dev.athanor.tokenizer.Tokenizer;
import dev.athanor.tokenizer.Tokenizers;
import dev.athanor.train.Progress;
import dev.athanor.train.Seeds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** A whole fine-tuning: opens the model, reads the conversations, learns, measures, and writes what was learned. */
public final class FinetuneRun implements AutoCloseable {
    /** Most positions of a row where the model's context is longer and no length was asked for: rows cost memory. */
    private static final int MOST_LENGTH = 2048;

    /** Positions that hold nearly every tale with its questions in the quickstart's tokens. */
    private static final int TALES_LENGTH = 384;

    private final FinetuneOptions options;
    private final Tokenizer tokenizer;
    private final ChatFormat format;
    private final Set<Integer> endTokens;
    private final ChatData data;
    private final Lessons training;
    private final Lessons heldOut;
    private final Compute compute;
    private final Parameters parameters;
    private final Optional<Adapters> adapters;
    private final FineTuner tuner;
    private final List<String> notes = new ArrayList<>();

    /**
     * Opens and reads everything; nothing is written yet.
     *
     * @throws FinetuneException where the model, the data and the options do not fit together, in one sentence
     */
    public FinetuneRun(FinetuneOptions options, int threads) {
        this.options = options;
        Path directory = options.model();
        if (PeftDirectory.is(directory)) {
            throw new FinetuneException(
                    directory + ": expected a model, found adapters; merge them first, or go on from "
                            + PeftDirectory.base(directory));
        }
        requireEmpty(options.out());
        ModelConfig stored = Checkpoint.config(directory);
        this.tokenizer = Tokenizers.load(directory);
        this.format = ChatForms.of(directory, tokenizer);
        this.endTokens = endTokens(directory);
        int length = length(stored);
        ModelConfig config = context(stored, length);
        this.data = ChatData.read(options.data(), options.heldOut(), options.seed());
        this.training = new Lessons(format, length);
        data.training().forEach(training::add);
        this.heldOut = new Lessons(format, length);
        data.heldOut().forEach(heldOut::add);
        training.lost().ifPresent(notes::add);
        heldOut.lost().ifPresent(lost -> notes.add("held out: " + lost));
        if (training.list().isEmpty()) {
            throw new FinetuneException(String.join(", ", options.data()) + ": expected conversations of at most "
                    + length + " tokens, found none that fits; give a larger --length");
        }
        Parameters loaded = Checkpoint.load(directory);
        this.parameters = Parameters.of(
                config,
                spec -> loaded.list()
                        .get(loaded.indexOf(spec.role(), spec.layer()))
                        .value());
        this.adapters = options.lora().map(lora -> adapters(config, lora));
        LessonBatches batches =
                new LessonBatches(training.list(), options.batch(), length, options.pack(), padding(), options.seed());
        for (Stage stage : data.before()) {
            Lessons lessons = new Lessons(format, length);
            stage.conversations().forEach(lessons::add);
            batches.before(lessons.list(), stage.rows() == 0 ? options.batch() : stage.rows());
        }
        this.compute = Compute.create(threads);
        this.tuner = new FineTuner(
                new Transformer(parameters, compute),
                adapters,
                batches,
                options.budget(),
                rate(),
                options.seed(),
                compute);
    }

    private static void requireEmpty(Path out) {
        for (String taken : List.of("config.json", "model.safetensors", "adapter_config.json", "run.json")) {
            if (Files.exists(out.resolve(taken))) {
                throw new FinetuneException(out + ": expected a directory without a model or a run, found " + taken
                        + "; choose another directory");
            }
        }
    }

    private Set<Integer> endTokens(Path directory) {
        Set<Integer> ends = new HashSet<>(Checkpoint.endTokens(directory));
        ends.addAll(format.endTokens());
        return Set.copyOf(ends);
    }

    private int padding() {
        return Math.max(0, tokenizer.endOfText());
    }

    private int length(ModelConfig stored) {
        boolean tales = options.data().stream().anyMatch(name -> name.startsWith("tales:"));
        int context = stored.contextLength();
        if (options.length().isPresent()) {
            return options.length().getAsInt();
        }
        boolean longer = tales && context < TALES_LENGTH && stored.rotary().isPresent() && wholeModel();
        return longer ? TALES_LENGTH : Math.min(context, MOST_LENGTH);
    }

    private boolean wholeModel() {
        return options.lora().isEmpty() || options.merge();
    }

    /** The model's shape with room for {@code length} positions; rotation goes on as it is for further ones. */
    private ModelConfig context(ModelConfig stored, int length) {
        int context = stored.contextLength();
        if (length <= context) {
            return stored;
        }
        if (stored.rotary().isEmpty()) {
            throw new FinetuneException(
                    "--length " + length + ": expected at most the " + context
                            + " positions this " + stored.family()
                            + " model has learned, since a table of positions does not go on behind its end; give a smaller --length");
        }
        if (!wholeModel()) {
            throw new FinetuneException(
                    "--length " + length + ": expected at most the context of " + context
                            + ", since adapters leave config.json of their base model as it is; add --merge or give a smaller --length");
        }
        notes.add("the model's context grows from " + context + " to " + length
                + " positions (max_position_embeddings); rotation is computed, so that no weight changes its shape");
        return stored.withContext(length);
    }

    private Adapters adapters(ModelConfig config, FinetuneOptions.Lora lora) {
        SplittableRandom random = new SplittableRandom(Seeds.of(options.seed(), 4));
        return Adapters.of(
                config, lora.rank(), lora.alpha(), LoraTargets.roles(config, lora.targets()), (spec, side) -> {
                    TensorSpec shape = Adapters.side(config, spec, lora.rank(), side);
                    return first(Tensor.zeros(shape.shape().toArray()), side, random);
                });
    }

    /** As PEFT begins: B of zeros, so that nothing changes at first, and A uniform in ±1 / √in. */
    private static Tensor first(Tensor t, Side side, SplittableRandom random) {
        if (side == Side.A) {
            double bound = 1 / Math.sqrt(t.dim(1));
            for (int i = 0; i < t.size(); i++) {
                t.data()[t.offset() + i] = (float) (bound * (2 * random.nextDouble() - 1));
            }
        }
        return t;
    }

    /** Small models and low-rank additions learn at higher rates than large models do. */
    private double rate() {
        double own = LearningRates.of(parameters.count(), options.lora().isPresent());
        return options.rate().orElse(own);
    }

    /** Sentences about what was changed or left out. */
    public List<String> notes() {
        return List.copyOf(notes);
    }

    /** One line about the work: conversations, tokens, and how many numbers learn. */
    public String plan() {
        return String.format(
                Locale.ROOT,
                "%,d conversations, %,d tokens, %,d of them the assistant's; %,d of %,d numbers learn at a rate of up to %s; form: %s",
                training.list().size(),
                training.tokens(),
                training.learned(),
                learning(),
                parameters.count(),
                rate(),
                format.origin());
    }

    private long learning() {
        return adapters.map(Adapters::count).orElseGet(parameters::count);
    }

    /**
     * Learns until the budget is used or {@code stop}, measures, and writes.
     *
     * @param watch told after every step
     * @param say told what is being done when it is not learning
     */
    public FinetuneResult run(BooleanSupplier stop, Consumer<Progress> watch, Consumer<String> say) {
        double before = loss(new Transformer(parameters, compute));
        long began = System.nanoTime();
        boolean interrupted = tuner.run(stop, watch);
        double seconds = (System.nanoTime() - began) / 1e9;
        Parameters learned = adapters.map(a -> a.merged(parameters)).orElse(parameters);
        save(learned);
        Transformer model = new Transformer(learned, compute);
        double after = loss(model);
        List<Quiz.Score> scores = List.of();
        if (data.quiz().isPresent()) {
            say.accept("asking " + data.quiz().get().size() + " questions about tales it has not seen");
            scores = data.quiz().get().ask(model, tokenizer, format, endTokens);
        }
        return new FinetuneResult(
                tuner.steps(), seconds, learning(), tuner.smoothedLoss(), before, after, scores, interrupted);
    }

    private double loss(Transformer model) {
        return FineTuner.loss(model, heldOut.list(), options.batch(), padding());
    }

    private void save(Parameters learned) {
        Map<String, String> texts = ModelTexts.of(options.model(), learned.config(), tokenizer);
        String json = ModelTexts.tokenizer(options.model());
        if (adapters.isPresent() && !options.merge()) {
            texts.put("tokenizer.json", json);
            PeftDirectory.save(options.out(), adapters.get(), learned.config(), base(), texts);
        } else {
            SaveOptions d = SaveOptions.DEFAULT;
            Checkpoint.save(
                    options.out(), learned, Optional.of(json), new SaveOptions(d.dtype(), d.shardBytes(), texts));
        }
    }

    /** Seen from the adapters where both lie side by side, so that they can be moved together; else absolute. */
    private String base() {
        Path model = options.model().toAbsolutePath().normalize();
        Path out = options.out().toAbsolutePath().normalize();
        boolean near = model.getParent() != null && model.getParent().equals(out.getParent());
        return near ? out.relativize(model).toString().replace('\\', '/') : model.toString();
    }

    @Override
    public void close() {
        compute.close();
    }
}
