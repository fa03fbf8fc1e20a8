package dev.athanor.springai;

import dev.athanor.chat.Assistant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.metadata.DefaultUsage;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.Embedding;
import org.springframework.ai.embedding.EmbeddingModel;
import org.springframework.ai.embedding.EmbeddingOptions;
import org.springframework.ai.embedding.EmbeddingRequest;
import org.springframework.ai.embedding.EmbeddingResponse;
import org.springframework.ai.embedding.EmbeddingResponseMetadata;

/**
 * A model in this JVM as Spring AI's {@link EmbeddingModel}: the mean of the last states of a text's tokens, of length
 * 1. Another model's name and another number of dimensions are refused with an {@link IllegalArgumentException}.
 */
public final class AthanorEmbeddingModel implements EmbeddingModel {
    private final Assistant assistant;

    /** A model that is open; whoever opened it closes it. */
    public AthanorEmbeddingModel(Assistant assistant) {
        this.assistant = assistant;
    }

    @Override
    public EmbeddingResponse call(EmbeddingRequest request) {
        check(request.getOptions());
        List<Embedding> embeddings = new ArrayList<>();
        int tokens = 0;
        for (String text : request.getInstructions()) {
            tokens += assistant.tokenizer().encodeForModel(text).length;
            embeddings.add(new Embedding(assistant.embed(text), embeddings.size()));
        }
        return new EmbeddingResponse(
                List.copyOf(embeddings), new EmbeddingResponseMetadata(assistant.name(), new DefaultUsage(tokens, 0)));
    }

    private void check(@Nullable EmbeddingOptions options) {
        if (options == null) {
            return;
        }
        if (options.getModel() != null && !options.getModel().equals(assistant.name())) {
            throw new IllegalArgumentException("model: expected " + assistant.name()
                    + ", the model that is open, found " + options.getModel() + "; open another model apart");
        }
        if (options.getDimensions() != null && options.getDimensions() != dimensions()) {
            throw new IllegalArgumentException("dimensions: expected " + dimensions()
                    + ", the width of the model, found " + options.getDimensions());
        }
    }

    @Override
    public float[] embed(Document document) {
        String text = document.getText();
        if (text == null) {
            throw new IllegalArgumentException("document: expected text, found media, which the engine cannot read");
        }
        return embed(text);
    }

    @Override
    public int dimensions() {
        return assistant.config().width();
    }
}
