package dev.athanor.langchain4j;

import dev.athanor.chat.Assistant;
import dev.langchain4j.exception.ModelNotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What all of the models are built from: a path that is opened, or an {@link Assistant} that several share.
 *
 * @param <B> the builder itself
 */
public abstract sealed class ModelBuilder<B extends ModelBuilder<B>>
        permits ChatModelBuilder, AthanorEmbeddingModel.Builder {
    private Optional<Path> path = Optional.empty();
    private Optional<Assistant> assistant = Optional.empty();
    private int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);

    ModelBuilder() {}

    abstract B self();

    /** A model directory or GGUF file; closing the model closes it. */
    public B modelPath(Path value) {
        this.path = Optional.of(value);
        return self();
    }

    /** Threads that compute; half of the processors unless said. */
    public B threads(int value) {
        this.threads = value;
        return self();
    }

    /** A model that is open already, instead of a path; it is not closed with this one. */
    public B assistant(Assistant value) {
        this.assistant = Optional.of(value);
        return self();
    }

    /**
     * @throws IllegalArgumentException unless there is either a path or an assistant
     * @throws ModelNotFoundException where there is nothing at the path
     * @throws dev.athanor.checkpoint.ModelFormatException where a file is damaged
     */
    Source source() {
        if (path.isPresent() == assistant.isPresent()) {
            throw new IllegalArgumentException("expected either modelPath or assistant, found "
                    + (path.isPresent() ? "both" : "neither") + "; name one of them");
        }
        if (assistant.isPresent()) {
            return new Source(assistant.get(), false);
        }
        Path file = path.orElseThrow();
        if (!Files.exists(file)) {
            throw new ModelNotFoundException(
                    "modelPath: expected a model directory or GGUF file, found nothing at " + file);
        }
        return new Source(Assistant.open(file, threads), true);
    }
}
