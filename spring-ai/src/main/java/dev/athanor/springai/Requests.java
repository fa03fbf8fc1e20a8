package dev.athanor.springai;

import dev.athanor.chat.Assistant;
import dev.athanor.chat.ChatRequest;
import dev.athanor.chat.Tool;
import dev.athanor.chat.ToolCall;
import dev.athanor.chat.ToolChoice;
import dev.athanor.generate.constraint.Constraint;
import dev.athanor.generate.constraint.ConstraintLimits;
import dev.athanor.generate.sample.SamplerSettings;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.chat.messages.SystemMessage;
import org.springframework.ai.chat.messages.ToolResponseMessage;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.DefaultChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.ai.model.tool.DefaultStructuredOutputChatOptions;
import org.springframework.ai.model.tool.DefaultToolCallingChatOptions;
import org.springframework.ai.tool.definition.ToolDefinition;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Spring AI's prompts as the engine's requests; what the engine cannot do is refused by name. */
final class Requests {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final List<Class<? extends ChatOptions>> PORTABLE = List.of(
            DefaultChatOptions.class, DefaultToolCallingChatOptions.class, DefaultStructuredOutputChatOptions.class);

    private Requests() {}

    /** The options that hold for {@code prompt}; those of other models' kinds are refused, for they say more. */
    static AthanorChatOptions options(@Nullable ChatOptions asked, AthanorChatOptions defaults) {
        if (asked == null) {
            return defaults;
        }
        if (asked instanceof AthanorChatOptions own) {
            return own;
        }
        if (!PORTABLE.contains(asked.getClass())) {
            throw new IllegalArgumentException(
                    "options: expected AthanorChatOptions or Spring AI's portable ones, found "
                            + asked.getClass().getName() + "; its own settings could not be honoured");
        }
        return defaults.mutate().combineWith(asked.mutate()).build();
    }

    /** @throws IllegalArgumentException for what the engine or its model cannot do, and values out of range */
    static ChatRequest of(Prompt prompt, AthanorChatOptions options, List<ToolDefinition> tools, Assistant assistant) {
        check(options, assistant);
        if (!tools.isEmpty() && !assistant.format().speaksOfTools()) {
            throw new IllegalArgumentException("tools: expected none, for the chat template of " + assistant.name()
                    + " does not speak of tools, found " + tools.size());
        }
        return translated(prompt.getInstructions(), options, tools);
    }

    /** Refuses options that no prompt to this model could have. */
    static void check(AthanorChatOptions options, Assistant assistant) {
        if (options.getModel() != null && !options.getModel().equals(assistant.name())) {
            throw new IllegalArgumentException("model: expected " + assistant.name()
                    + ", the model that is open, found " + options.getModel() + "; open another model apart");
        }
        if (options.getMaxTokens() != null && options.getMaxTokens() < 1) {
            throw new IllegalArgumentException("maxTokens: expected at least 1, found " + options.getMaxTokens());
        }
        sampling(options);
    }

    /** As {@link #of} without looking at the model. */
    static ChatRequest translated(List<Message> messages, AthanorChatOptions options, List<ToolDefinition> tools) {
        return new ChatRequest(
                messages.stream().flatMap(Requests::messages).toList(),
                tools.stream()
                        .map(tool -> new Tool(tool.name(), tool.description(), tool.inputSchema()))
                        .toList(),
                options.getToolChoice() == null ? ToolChoice.AUTO : options.getToolChoice(),
                form(options.getOutputSchema()),
                options.getMaxTokens() == null ? 0 : options.getMaxTokens(),
                sampling(options),
                options.getStopSequences() == null ? List.of() : options.getStopSequences());
    }

    private static SamplerSettings sampling(AthanorChatOptions options) {
        SamplerSettings.Builder settings = SamplerSettings.llamaCppDefaults().toBuilder()
                .seed(ThreadLocalRandom.current().nextLong());
        Optional.ofNullable(options.getTemperature()).ifPresent(settings::temperature);
        Optional.ofNullable(options.getTopP()).ifPresent(settings::topP);
        Optional.ofNullable(options.getTopK()).ifPresent(settings::topK);
        Optional.ofNullable(options.getMinP()).ifPresent(settings::minP);
        Optional.ofNullable(options.getFrequencyPenalty()).ifPresent(settings::frequencyPenalty);
        Optional.ofNullable(options.getPresencePenalty()).ifPresent(settings::presencePenalty);
        Optional.ofNullable(options.getRepeatPenalty()).ifPresent(settings::repeatPenalty);
        Optional.ofNullable(options.getSeed()).ifPresent(settings::seed);
        return settings.build();
    }

    private static Optional<Constraint> form(@Nullable String schema) {
        if (schema == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(Constraint.jsonSchema(MAPPER.readTree(schema), ConstraintLimits.DEFAULT));
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "outputSchema: expected a JSON schema, found " + e.getOriginalMessage(), e);
        }
    }

    private static Stream<dev.athanor.chat.Message> messages(Message message) {
        return switch (message) {
            case SystemMessage system -> Stream.of(dev.athanor.chat.Message.system(text(system)));
            case UserMessage user -> {
                noMedia(user.getMedia());
                yield Stream.of(dev.athanor.chat.Message.user(text(user)));
            }
            case AssistantMessage assistant -> {
                noMedia(assistant.getMedia());
                List<ToolCall> calls = assistant.getToolCalls().stream()
                        .map(call -> new ToolCall(call.id(), call.name(), call.arguments()))
                        .toList();
                yield Stream.of(
                        new dev.athanor.chat.Message(dev.athanor.chat.Speaker.ASSISTANT, text(assistant), calls, ""));
            }
            case ToolResponseMessage results ->
                results.getResponses().stream()
                        .map(result -> dev.athanor.chat.Message.tool(result.id(), result.responseData()));
            default ->
                throw new IllegalArgumentException(
                        "messages: expected those of a system, user, assistant or tool, found one of type "
                                + message.getMessageType());
        };
    }

    private static String text(Message message) {
        return message.getText() == null ? "" : message.getText();
    }

    private static void noMedia(List<?> media) {
        if (!media.isEmpty()) {
            throw new IllegalArgumentException(
                    "messages: expected text, found " + media.size() + " media, which the engine cannot read");
        }
    }
}
