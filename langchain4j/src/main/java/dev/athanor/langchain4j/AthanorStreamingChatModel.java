package dev.athanor.langchain4j;

import dev.athanor.chat.Assistant;
import dev.athanor.generate.batch.Ticket;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.ChatModelStreamingEvent;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Flow;

/**
 * A model in this JVM as LangChain4j's {@link StreamingChatModel}. Each request is told on one virtual thread of its
 * own, so that a slow handler holds up nobody else.
 *
 * <p>Answers and thinking come token by token, a call of a tool when it is complete. A request that cannot be honoured
 * throws as {@link AthanorChatModel} says; what goes wrong later is told to the handler. The handle that comes with
 * parts of an answer cancels it: nothing more is told then.
 */
public final class AthanorStreamingChatModel implements StreamingChatModel, AutoCloseable {
    private final Source source;
    private final AthanorChatRequestParameters defaults;
    private final List<ChatModelListener> listeners;

    private AthanorStreamingChatModel(Builder builder) {
        this.source = builder.checkedSource();
        this.defaults = builder.defaults();
        this.listeners = builder.listeners();
    }

    public static Builder builder() {
        return new Builder();
    }

    @Override
    public void doChat(ChatRequest request, StreamingChatResponseHandler handler) {
        dev.athanor.chat.ChatRequest asked = Requests.of(request, assistant());
        Telling telling = new Telling(Replies.of(assistant().name()));
        Cancelling handle = new Cancelling(ask(asked, telling));
        Thread.ofVirtual().name("athanor-telling").start(() -> telling.tell(handler, handle));
    }

    private Ticket ask(dev.athanor.chat.ChatRequest asked, Telling telling) {
        try {
            return assistant().ask(asked, telling);
        } catch (RuntimeException e) {
            telling.failed(e);
            return () -> {};
        }
    }

    /** Nothing is asked before somebody subscribes; each subscriber asks anew. */
    @Override
    public Flow.Publisher<ChatModelStreamingEvent> doChat(ChatRequest request) {
        return subscriber -> {
            Telling telling = new Telling(Replies.of(assistant().name()));
            Ticket ticket;
            try {
                ticket = ask(Requests.of(request, assistant()), telling);
            } catch (RuntimeException e) {
                telling.failed(e);
                ticket = () -> {};
            }
            new Subscribed(telling, ticket, subscriber).start();
        };
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

    /** Builds a streaming chat model. */
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
        public AthanorStreamingChatModel build() {
            return new AthanorStreamingChatModel(this);
        }
    }
}
