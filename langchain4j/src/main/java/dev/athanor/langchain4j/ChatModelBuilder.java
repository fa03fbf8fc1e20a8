package dev.athanor.langchain4j;

import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import java.util.List;

/**
 * What chat models are built from.
 *
 * @param <B> the builder itself
 */
public abstract sealed class ChatModelBuilder<B extends ChatModelBuilder<B>> extends ModelBuilder<B>
        permits AthanorChatModel.Builder, AthanorStreamingChatModel.Builder {
    private final AthanorChatRequestParameters.Builder defaults = AthanorChatRequestParameters.builder();
    private List<ChatModelListener> listeners = List.of();

    ChatModelBuilder() {}

    /** What holds where a request says nothing; adds to what was said before. */
    public B defaultRequestParameters(ChatRequestParameters value) {
        defaults.overrideWith(value);
        return self();
    }

    /** See {@link AthanorChatRequestParameters#seed()}. */
    public B seed(long value) {
        defaults.seed(value);
        return self();
    }

    /** 0 always takes the likeliest token. */
    public B temperature(double value) {
        defaults.temperature(value);
        return self();
    }

    /** Most new tokens of an answer; as many as fit unless said. */
    public B maxOutputTokens(int value) {
        defaults.maxOutputTokens(value);
        return self();
    }

    /** Hear of requests, answers and errors. */
    public B listeners(List<ChatModelListener> value) {
        this.listeners = List.copyOf(value);
        return self();
    }

    List<ChatModelListener> listeners() {
        return listeners;
    }

    AthanorChatRequestParameters defaults() {
        return defaults.build();
    }

    /** The model, and the defaults known to be possible with it. */
    Source checkedSource() {
        Source source = source();
        try {
            Requests.check(defaults(), source.assistant());
        } catch (RuntimeException e) {
            source.close();
            throw Failures.translated(e);
        }
        return source;
    }
}
