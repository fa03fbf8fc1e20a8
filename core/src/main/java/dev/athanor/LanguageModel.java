package dev.athanor;

import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.generate.Generation;
import dev.athanor.generate.GenerationRequest;
import dev.athanor.generate.Generator;
import dev.athanor.generate.NextTokens;
import dev.athanor.kernel.Compute;
import dev.athanor.model.Parameters;
import dev.athanor.model.Transformer;
import dev.athanor.tokenizer.Tokenizer;
import dev.athanor.tokenizer.TokenizerJson;
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

    private LanguageModel(Compute compute, Transformer transformer, Tokenizer tokenizer) {
        this.compute = compute;
        this.transformer = transformer;
        this.tokenizer = tokenizer;
    }

    /** Opens a directory in the Hugging Face layout. */
    public static LanguageModel open(Path directory, int threads) {
        Parameters parameters = Checkpoint.load(directory);
        Path file = Checkpoint.tokenizer(directory).orElseThrow(() -> new IllegalArgumentException(
                directory + ": expected a tokenizer.json beside the weights, found none"));
        Tokenizer tokenizer = TokenizerJson.load(file);
        if (tokenizer.vocabularySize() > parameters.config().vocabularySize()) {
            throw new IllegalArgumentException(file + ": expected at most vocab_size=" + parameters.config().vocabularySize()
                    + " tokens as in config.json, found " + tokenizer.vocabularySize());
        }
        Compute compute = Compute.create(threads);
        return new LanguageModel(compute, new Transformer(parameters, compute), tokenizer);
    }

    /** The {@code top} likeliest next tokens with their probabilities over the whole vocabulary. */
    public List<NextTokens> next(String prompt, int top) {
        return NextTokens.after(transformer, tokenizer, prompt, top);
    }

    /** Generates text; {@code listener} hears each piece and returns false to stop. */
    public Generation generate(GenerationRequest request, Predicate<String> listener) {
        return new Generator(transformer, tokenizer).generate(request, listener);
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
