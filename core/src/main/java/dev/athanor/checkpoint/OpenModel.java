package dev.athanor.checkpoint;

import dev.athanor.model.ModelConfig;
import dev.athanor.model.Parameters;
import dev.athanor.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/**
 * A model opened to be run, its weights mapped from its files until {@link #close}; using them afterwards fails with an
 * {@link IllegalStateException}. Any number can be open at once.
 */
public final class OpenModel implements AutoCloseable {
    private final Path path;
    private final Parameters parameters;
    private final List<Integer> endTokens;
    private final List<String> notes;
    private final ChatSource chat;
    private final Supplier<Tokenizer> tokenizer;
    private final Runnable release;

    /**
     * An open model.
     *
     * @param path directory or file it came from
     * @param endTokens ids that end a text
     * @param notes sentences about parts of the files that were ignored and may matter
     * @param chat what the files say about conversations
     * @param tokenizer reads the tokenizer; may throw
     * @param release unmaps the weights
     */
    public OpenModel(
            Path path,
            Parameters parameters,
            List<Integer> endTokens,
            List<String> notes,
            ChatSource chat,
            Supplier<Tokenizer> tokenizer,
            Runnable release) {
        this.path = path;
        this.parameters = parameters;
        this.endTokens = List.copyOf(endTokens);
        this.notes = List.copyOf(notes);
        this.chat = chat;
        this.tokenizer = tokenizer;
        this.release = release;
    }

    public Path path() {
        return path;
    }

    public ModelConfig config() {
        return parameters.config();
    }

    public Parameters parameters() {
        return parameters;
    }

    public List<Integer> endTokens() {
        return endTokens;
    }

    public List<String> notes() {
        return notes;
    }

    /** What the files say about conversations. */
    public ChatSource chat() {
        return chat;
    }

    /**
     * Reads the model's tokenizer.
     *
     * @throws ModelFormatException when it has more tokens than the model
     * @throws dev.athanor.tokenizer.TokenizerFormatException when there is none or it is malformed
     */
    public Tokenizer tokenizer() {
        return fitting(tokenizer.get());
    }

    /**
     * The tokenizer of this model's folder, read by the caller.
     *
     * @throws ModelFormatException when it has more tokens than the model
     */
    public Tokenizer fitting(Tokenizer read) {
        if (read.vocabularySize() > config().vocabularySize()) {
            throw new ModelFormatException(path + ": expected a tokenizer of at most vocab_size="
                    + config().vocabularySize() + " tokens, as the model has, found " + read.vocabularySize());
        }
        return read;
    }

    @Override
    public void close() {
        release.run();
    }
}
