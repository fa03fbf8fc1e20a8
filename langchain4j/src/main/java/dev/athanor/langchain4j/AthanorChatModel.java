package dev.athanor.langchain4j;

import dev.athanor.chat.Assistant;
import dev.athanor.chat.Reply;
import dev.athanor.chat.ReplyListener;
import dev.athanor.generate.batch.Ticket;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * A model in this JVM as LangChain4j's {@link ChatModel}. Any number of threads may ask at once; their answers are
 * written together.
 *
 * <p>What a request asks is done or refused: {@link dev.langchain4j.exception.UnsupportedFeatureException} for what the
 * engine or its model cannot do, {@link dev.langchain4j.exception.InvalidRequestException} for values out of range and
 * conversations longer than the context, {@link dev.langchain4j.exception.RateLimitException} where too many wait
 * already, {@link dev.langchain4j.exception.InternalServerException} for anything else. What a model thought in earlier
 * answers is not shown to it again.
 */
public final class AthanorChatModel implements ChatModel, AutoCloseable {
    private final Source source;
    private final AthanorChatRequestParameters defaults;
    private final List<ChatModelListener> listeners;

    private AthanorChatModel(Builder builder) {
        this.source = builder.checkedSource();
        this.defaults = builder.defaults();
        this.listeners = builder.listeners();
    }

    public static Builder builder() {
        return new Builder();
    }

    @Override
    public ChatResponse doChat(ChatRequest request) {
        dev.athanor.chat.ChatRequest asked = Requests.of(request, assistant());
        Replies replies = Replies.of(assistant().name());
        try {
            return replies.response(assistant().ask(asked));
        } catch (RuntimeException e) {
            throw Failures.translated(e);
        }
    }

    /**
     * Returns at once; cancelling the future ends the answer. The engine's own thread completes it and must not wait.
     */
    @Override
    public CompletableFuture<ChatResponse> doChatAsync(ChatRequest request) {
        CompletableFuture<ChatResponse> future = new CompletableFuture<>();
        Replies replies = Replies.of(assistant().name());
        try {
            Ticket ticket = assistant().ask(Requests.of(request, assistant()), new ReplyListener() {
                @Override
                public void text(String piece) {}

                @Override
                public void done(Reply reply) {
                    future.complete(replies.response(reply));
                }

                @Override
                public void failed(RuntimeException reason) {
                    future.completeExceptionally(Failures.translated(reason));
                }
            });
            future.whenComplete((response, failure) -> {
                if (future.isCancelled()) {
                    ticket.cancel();
                }
            });
        } catch (RuntimeException e) {
            future.completeExceptionally(Failures.translated(e));
        }
        return future;
    }

    /** The open model. */
    public Assistant assistant() {
        return source.assistant();
    }

    @Override
    public ChatRequestParameters defaultRequestParameters() {
        return defaults;
    }

    @Override
    public List<ChatModelListener> listeners() {
        return listeners;
    }

    @Override
    public Set<Capability> supportedCapabilities() {
        return Set.of(Capability.RESPONSE_FORMAT_JSON_SCHEMA);
    }

    /** Closes a model that was opened by its path. */
    @Override
    public void close() {
        source.close();
    }

    /** Builds a chat model. */
    public static final class Builder extends ChatModelBuilder<Builder> {
        private Builder() {}

        @Override
        Builder self() {
            return this;
        }

        /**
         * @throws dev.langchain4j.exception.ModelNotFoundException where there is nothing at the path
         * @throws dev.langchain4j.exception.UnsupportedFeatureException for defaults that the model cannot honour
         */
        public AthanorChatModel build() {
            return new AthanorChatModel(this);
        }
    }
}
