package dev.athanor;

import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.checkpoint.ModelFormatException;
import dev.athanor.checkpoint.OpenModel;
import dev.athanor.checkpoint.gguf.ModelFiles;
import dev.athanor.generate.Generation;
import dev.athanor.generate.GenerationRequest;
import dev.athanor.generate.Generator;
import dev.athanor.generate.NextTokens;
import dev.athanor.kernel.Compute;
import dev.athanor.model.KvType;
import dev.athanor.model.RunOptions;
import dev.athanor.model.Transformer;
import dev.athanor.tensor.MappedFaults;
import dev.athanor.tokenizer.Tokenizer;
import dev.athanor.tokenizer.Tokenizers;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A model and its tokenizer from a directory or a GGUF file, ready to ask: the shortest way from Java to text.
 *
 * <pre>{@code
 * try (LanguageModel model = LanguageModel.open(Path.of("runs/tales"), 2)) {
 *     System.out.println(model.next("Sarah lies still on the bed, feeling", 5));
 * }
 * }</pre>
 */
public final class LanguageModel implements AutoCloseable {
    private final OpenModel model;
    private final Compute compute;
    private final Transformer transformer;
    private final Supplier<Tokenizer> tokenizer;
    private volatile boolean closed;

    private LanguageModel(OpenModel model, Supplier<Tokenizer> tokenizer, Compute compute, KvType kv) {
        this.model = model;
        this.tokenizer = tokenizer;
        this.compute = compute;
        this.transformer = new Transformer(model.parameters(), compute, kv);
    }

    /**
     * Opens a directory in the Hugging Face layout or a GGUF file, told by its name. Weights stay mapped: nothing is
     * copied, and closing frees it all.
     *
     * @throws dev.athanor.checkpoint.ModelFormatException where a file is missing, damaged or contradicts another
     */
    public static LanguageModel open(Path path, int threads) {
        return open(path, RunOptions.of(threads));
    }

    /**
     * As {@link #open(Path, int)}, run as {@code options} say.
     *
     * @throws IllegalArgumentException when this model's heads cannot be stored so
     */
    @SuppressWarnings("MustBeClosedChecker") // the model returned owns the files and closes them
    public static LanguageModel open(Path path, RunOptions options) {
        OpenModel model = ModelFiles.open(path, options.weights());
        try {
            options.kv().check(model.config());
            Tokenizer tokenizer = model.tokenizer();
            Compute compute = Compute.create(options.threads(), options.matmul());
            return new LanguageModel(model, () -> tokenizer, compute, options.kv());
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /**
     * As {@link #open(Path, RunOptions)}, for whoever waits for a first word: the kernels begin as
     * {@link Compute#quick} has them, and the tokenizer is read while the weights are opened. A large model opens as it
     * always does, since plain loops would take longer for its first word than the compiler.
     */
    @SuppressWarnings("MustBeClosedChecker") // the model returned owns the files and closes them
    public static LanguageModel openQuickly(Path path, RunOptions options) {
        // Begun before the model is opened, since it takes longer; adapters that have a tokenizer are read with it,
        // too.
        Optional<CompletableFuture<Tokenizer>> early =
                Checkpoint.tokenizer(path).isPresent()
                        ? Optional.of(QuickStart.beside(() -> Tokenizers.load(path)))
                        : Optional.empty();
        try {
            OpenModel model = ModelFiles.open(path, options.weights());
            try {
                options.kv().check(model.config());
                Tokenizer read = early.isPresent() ? model.fitting(QuickStart.result(early.get())) : model.tokenizer();
                Compute compute = QuickStart.compute(model.parameters().count(), options);
                return new LanguageModel(model, () -> read, compute, options.kv());
            } catch (RuntimeException e) {
                model.close();
                throw e;
            }
        } catch (RuntimeException e) {
            early.ifPresent(QuickStart::ended); // it reads files that the caller may delete now
            throw e;
        }
    }

    /** The {@code top} likeliest next tokens with their probabilities over the whole vocabulary. */
    public List<NextTokens> next(String prompt, int top) {
        return reading(() -> NextTokens.after(transformer, tokenizer(), prompt, top));
    }

    /**
     * What the tokens of {@code rows}, as {@link #next} gave them for {@code prompt}, most likely grow to: the words
     * they are pieces of.
     */
    public List<String> words(String prompt, List<NextTokens> rows) {
        return reading(() -> NextTokens.words(transformer, tokenizer(), prompt, rows));
    }

    /** Generates text; {@code listener} hears each piece and returns false to stop. */
    public Generation generate(GenerationRequest request, Predicate<String> listener) {
        if (request.prompt().length() > QuickStart.SHORT_PROMPT) {
            compute.hurry();
        }
        return reading(() -> new Generator(transformer, tokenizer(), model.endTokens()).generate(request, piece -> {
            boolean more = listener.test(piece);
            compute.warmUp(); // the first word is out
            return more;
        }));
    }

    /** Sentences about fields of the configuration that Athanor does not know and that may matter. */
    public List<String> notes() {
        return model.notes();
    }

    public Transformer transformer() {
        return transformer;
    }

    public Tokenizer tokenizer() {
        return tokenizer.get();
    }

    /** Runs what reads the weights. */
    private <T> T reading(Supplier<T> work) {
        if (closed) {
            throw new IllegalStateException(model.path() + ": this model is closed; open it again");
        }
        return MappedFaults.guard(
                work,
                fault -> new ModelFormatException(
                        model.path() + ": expected its files to stay as they were when the model was opened, found "
                                + "one cut short; do not change a model while it is open",
                        fault));
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        compute.close();
        model.close();
    }
}
