package dev.athanor;

import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.checkpoint.ModelFormatException;
import dev.athanor.generate.Generation;
import dev.athanor.generate.GenerationRequest;
import dev.athanor.generate.Generator;
import dev.athanor.generate.NextTokens;
import dev.athanor.kernel.Compute;
import dev.athanor.model.Parameters;
import dev.athanor.model.Transformer;
import dev.athanor.tokenizer.Tokenizer;
import dev.athanor.tokenizer.Tokenizers;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;

/**
 * A model and its tokenizer from a directory, ready to ask: the shortest way from Java to text.
 *
 * <pre>{@code
 * try (LanguageModel model = LanguageModel.open(Path.of("runs/tales"), 2)) {
 *     System.out.println(model.next("Sarah lies still on the bed, feeling", 5));
 * }
 * }</pre>
 */
public final class LanguageModel implements AutoCloseable {
    private final Compute compute;
    private final Transformer transformer;
    private final Tokenizer tokenizer;
    private final List<Integer> endTokens;
    private final List<String> notes;

    private LanguageModel(
            Compute compute,
            Transformer transformer,
            Tokenizer tokenizer,
            List<Integer> endTokens,
            List<String> notes) {
        this.compute = compute;
        this.transformer = transformer;
        this.tokenizer = tokenizer;
        this.endTokens = endTokens;
        this.notes = notes;
    }

    /**
     * Opens a directory in the Hugging Face layout.
     *
     * @throws dev.athanor.checkpoint.ModelFormatException where a file is missing, damaged or contradicts another
     */
    public static LanguageModel open(Path directory, int threads) {
        List<String> notes = Checkpoint.notes(directory);
        List<Integer> endTokens = Checkpoint.endTokens(directory);
        Parameters parameters = Checkpoint.load(directory);
        Tokenizer tokenizer = Tokenizers.load(directory);
        if (tokenizer.vocabularySize() > parameters.config().vocabularySize()) {
            throw new ModelFormatException(directory.resolve("tokenizer.json") + ": expected at most vocab_size="
                    + parameters.config().vocabularySize() + " tokens as in config.json, found "
                    + tokenizer.vocabularySize());
        }
        Compute compute = Compute.create(threads);
        return new LanguageModel(compute, new Transformer(parameters, compute), tokenizer, endTokens, notes);
    }

    /** The {@code top} likeliest next tokens with their probabilities over the whole vocabulary. */
    public List<NextTokens> next(String prompt, int top) {
        return NextTokens.after(transformer, tokenizer, prompt, top);
    }

    /**
     * What the tokens of {@code rows}, as {@link #next} gave them for {@code prompt}, most likely grow to: the words
     * they are pieces of.
     */
    public List<String> words(String prompt, List<NextTokens> rows) {
        return NextTokens.words(transformer, tokenizer, prompt, rows);
    }

    /** Generates text; {@code listener} hears each piece and returns false to stop. */
    public Generation generate(GenerationRequest request, Predicate<String> listener) {
        return new Generator(transformer, tokenizer, endTokens).generate(request, listener);
    }

    /** Sentences about fields of the configuration that Athanor does not know and that may matter. */
    public List<String> notes() {
        return notes;
    }

    public Transformer transformer() {
        return transformer;
    }

    public Tokenizer tokenizer() {
        return tokenizer;
    }

    @Override
    public void close() {
        compute.close();
    }
}
