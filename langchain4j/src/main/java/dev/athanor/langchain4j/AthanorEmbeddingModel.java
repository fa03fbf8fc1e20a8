package dev.athanor.langchain4j;

import dev.athanor.chat.Assistant;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import dev.langchain4j.model.embedding.response.EmbeddingResponseMetadata;
import dev.langchain4j.model.output.TokenUsage;
import java.util.ArrayList;
import java.util.List;

/**
 * A model in this JVM as LangChain4j's {@link EmbeddingModel}: the mean of the last states of a text's tokens, of
 * length 1. Errors are those of {@link AthanorChatModel}.
 */
public final class AthanorEmbeddingModel implements EmbeddingModel, AutoCloseable {
    private final Source source;

    private AthanorEmbeddingModel(Builder builder) {
        this.source = builder.source();
    }

    public static Builder builder() {
        return new Builder();
    }

    @Override
    public EmbeddingResponse doEmbed(EmbeddingRequest request) {
        List<Embedding> embeddings = new ArrayList<>();
        int tokens = 0;
        try {
            for (EmbeddingInput input : request.inputs()) {
                tokens += assistant().tokenizer().encodeForModel(input.text()).length;
                embeddings.add(Embedding.from(assistant().embed(input.text())));
            }
        } catch (RuntimeException e) {
            throw Failures.translated(e);
        }
        EmbeddingResponseMetadata metadata = EmbeddingResponseMetadata.builder()
                .modelName(modelName())
                .tokenUsage(new TokenUsage(tokens))
                .build();
        return EmbeddingResponse.builder()
                .embeddings(embeddings)
                .metadata(metadata)
                .build();
    }

    @Override
    public int dimension() {
        return assistant().config().width();
    }

    @Override
    public String modelName() {
        return assistant().name();
    }

    /** The open model. */
    public Assistant assistant() {
        return source.assistant();
    }

    /** Closes a model that was opened by its path. */
    @Override
    public void close() {
        source.close();
    }

    /** Builds an embedding model. */
    public static final class Builder extends ModelBuilder<Builder> {
        private Builder() {}

        @Override
        Builder self() {
            return this;
        }

        /** @throws dev.langchain4j.exception.ModelNotFoundException where there is nothing at the path */
        public AthanorEmbeddingModel build() {
            return new AthanorEmbeddingModel(this);
        }
    }
}
