package dev.athanor.springai;

import dev.athanor.chat.Assistant;
import dev.athanor.chat.ChatRequest;
import dev.athanor.chat.Reply;
import dev.athanor.chat.ReplyListener;
import dev.athanor.generate.batch.Ticket;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import java.util.List;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.MessageAggregator;
import org.springframework.ai.chat.observation.ChatModelObservationContext;
import org.springframework.ai.chat.observation.ChatModelObservationDocumentation;
import org.springframework.ai.chat.observation.DefaultChatModelObservationConvention;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.model.tool.ToolCallingManager;
import org.springframework.ai.tool.definition.ToolDefinition;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;
import reactor.core.scheduler.Schedulers;

/**
 * A model in this JVM as Spring AI's {@link ChatModel}. Any number of threads may ask at once; their answers are
 * written together.
 *
 * <p>What a prompt asks is done or refused with an {@link IllegalArgumentException} that names the option; a full queue
 * is an {@link dev.athanor.generate.batch.EngineFullException}. As with Spring AI's other models, calls of tools are
 * returned and Spring AI's {@code ChatClient} runs them. What a model thought is the message's property
 * {@code thinking}.
 */
public final class AthanorChatModel implements ChatModel {
    private static final DefaultChatModelObservationConvention CONVENTION = new DefaultChatModelObservationConvention();
    private static final String PROVIDER = "athanor";

    private final Assistant assistant;
    private final AthanorChatOptions defaults;
    private final ToolCallingManager tools;
    private final ObservationRegistry observations;

    private AthanorChatModel(Builder builder) {
        this.assistant = builder.assistant;
        this.defaults = builder.options;
        this.tools = builder.tools;
        this.observations = builder.observations;
        Requests.check(defaults, assistant);
    }

    /** A model that is open; whoever opened it closes it. */
    public static Builder builder(Assistant assistant) {
        return new Builder(assistant);
    }

    @Override
    public ChatResponse call(Prompt prompt) {
        Asked asked = asked(prompt);
        Replies replies = Replies.of(assistant.name());
        ChatModelObservationContext context = context(asked, false);
        return observation(context).observe(() -> {
            ChatResponse response = replies.whole(assistant.ask(asked.request()));
            context.setResponse(response);
            return response;
        });
    }

    /** Nothing is asked before somebody subscribes; who cancels the subscription ends the answer. */
    @Override
    public Flux<ChatResponse> stream(Prompt prompt) {
        Asked asked = asked(prompt);
        return Flux.deferContextual(view -> {
            ChatModelObservationContext context = context(asked, true);
            Observation observation = observation(context);
            observation.parentObservation(view.getOrDefault(ObservationThreadLocalAccessor.KEY, null));
            observation.start();
            // The engine's one thread must not wait for a subscriber.
            Flux<ChatResponse> parts = Flux.<ChatResponse>create(sink -> ask(asked.request(), sink))
                    .publishOn(Schedulers.boundedElastic())
                    .doOnError(observation::error)
                    .doFinally(signal -> observation.stop())
                    .contextWrite(context2 -> context2.put(ObservationThreadLocalAccessor.KEY, observation));
            return new MessageAggregator().aggregate(parts, context::setResponse);
        });
    }

    private void ask(ChatRequest request, FluxSink<ChatResponse> sink) {
        Replies replies = Replies.of(assistant.name());
        try {
            Ticket ticket = assistant.ask(request, new ReplyListener() {
                @Override
                public void text(String piece) {
                    if (!piece.isEmpty()) {
                        sink.next(replies.text(piece));
                    }
                }

                @Override
                public void thinking(String piece) {
                    if (!piece.isEmpty()) {
                        sink.next(replies.thinking(piece));
                    }
                }

                @Override
                public void done(Reply reply) {
                    sink.next(replies.rest(reply));
                    sink.complete();
                }

                @Override
                public void failed(RuntimeException reason) {
                    sink.error(reason);
                }
            });
            sink.onDispose(ticket::cancel);
        } catch (RuntimeException e) {
            sink.error(e);
        }
    }

    /** A prompt with the options that hold for it, and what the engine is asked. */
    private record Asked(Prompt prompt, ChatRequest request) {}

    private Asked asked(Prompt prompt) {
        AthanorChatOptions options = Requests.options(prompt.getOptions(), defaults);
        List<ToolDefinition> shown = tools.resolveToolDefinitions(options);
        Prompt whole = prompt.mutate()
                .chatOptions(options.mutate().model(assistant.name()).build())
                .build();
        return new Asked(whole, Requests.of(prompt, options, shown, assistant));
    }

    private ChatModelObservationContext context(Asked asked, boolean streaming) {
        return ChatModelObservationContext.builder()
                .prompt(asked.prompt())
                .provider(PROVIDER)
                .streaming(streaming)
                .build();
    }

    private Observation observation(ChatModelObservationContext context) {
        return ChatModelObservationDocumentation.CHAT_MODEL_OPERATION.observation(
                null, CONVENTION, () -> context, observations);
    }

    @Override
    public AthanorChatOptions getOptions() {
        return defaults;
    }

    /** The open model. */
    public Assistant assistant() {
        return assistant;
    }

    /** Builds a chat model. */
    public static final class Builder {
        private final Assistant assistant;
        private AthanorChatOptions options = AthanorChatOptions.builder().build();
        private ToolCallingManager tools = ToolCallingManager.builder().build();
        private ObservationRegistry observations = ObservationRegistry.NOOP;

        private Builder(Assistant assistant) {
            this.assistant = assistant;
        }

        /** What holds where a prompt says nothing. */
        public Builder options(AthanorChatOptions value) {
            this.options = value;
            return this;
        }

        /** Knows which tools a prompt's options mean. */
        public Builder toolCallingManager(ToolCallingManager value) {
            this.tools = value;
            return this;
        }

        /** Hears of every prompt, with its usage. */
        public Builder observationRegistry(ObservationRegistry value) {
            this.observations = value;
            return this;
        }

        /** @throws IllegalArgumentException for options that the model cannot honour */
        public AthanorChatModel build() {
            return new AthanorChatModel(this);
        }
    }
}
