package dev.athanor.langchain4j;

import dev.athanor.chat.Assistant;
import dev.athanor.chat.Message;
import dev.athanor.chat.Speaker;
import dev.athanor.chat.Tool;
import dev.athanor.chat.ToolCall;
import dev.athanor.chat.ToolChoice;
import dev.athanor.generate.constraint.Constraint;
import dev.athanor.generate.constraint.ConstraintLimits;
import dev.athanor.generate.sample.SamplerSettings;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.ChatMessage;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

/** LangChain4j's requests as the engine's; what the engine cannot do is refused by name. */
final class Requests {
    private Requests() {}

    /**
     * @throws UnsupportedFeatureException for what the engine or its model cannot do
     * @throws InvalidRequestException for values out of range
     */
    static dev.athanor.chat.ChatRequest of(ChatRequest request, Assistant assistant) {
        try {
            check(request.parameters(), assistant);
            return translated(request);
        } catch (RuntimeException e) {
            throw Failures.translated(e);
        }
    }

    /** As {@link #of} without looking at the model; failures are the engine's own. */
    static dev.athanor.chat.ChatRequest translated(ChatRequest request) {
        ChatRequestParameters parameters = request.parameters();
        return new dev.athanor.chat.ChatRequest(
                request.messages().stream().map(Requests::message).toList(),
                tools(parameters),
                choice(parameters),
                form(parameters.responseFormat()),
                parameters.maxOutputTokens() == null ? 0 : parameters.maxOutputTokens(),
                sampling(parameters),
                parameters.stopSequences() == null ? List.of() : parameters.stopSequences());
    }

    /** Refuses parameters that no request to this model could have. */
    static void check(ChatRequestParameters parameters, Assistant assistant) {
        String name = parameters.modelName();
        if (name != null && !name.equals(assistant.name())) {
            throw new UnsupportedFeatureException("modelName: expected " + assistant.name()
                    + ", the model that is open, found " + name + "; other models are not supported, open them apart");
        }
        if (parameters.maxOutputTokens() != null && parameters.maxOutputTokens() < 1) {
            throw new InvalidRequestException(
                    "maxOutputTokens: expected at least 1, found " + parameters.maxOutputTokens());
        }
        boolean tools = parameters.toolSpecifications() != null
                && !parameters.toolSpecifications().isEmpty();
        if (tools && !assistant.format().speaksOfTools()) {
            throw new UnsupportedFeatureException("toolSpecifications: tools are not supported by "
                    + assistant.name() + ", whose chat template does not speak of them; found "
                    + parameters.toolSpecifications().size());
        }
        sampling(parameters);
    }

    private static SamplerSettings sampling(ChatRequestParameters parameters) {
        SamplerSettings usual = SamplerSettings.llamaCppDefaults();
        SamplerSettings.Builder settings =
                usual.toBuilder().seed(ThreadLocalRandom.current().nextLong());
        Optional.ofNullable(parameters.temperature()).ifPresent(settings::temperature);
        Optional.ofNullable(parameters.topP()).ifPresent(settings::topP);
        Optional.ofNullable(parameters.topK()).ifPresent(settings::topK);
        Optional.ofNullable(parameters.frequencyPenalty()).ifPresent(settings::frequencyPenalty);
        Optional.ofNullable(parameters.presencePenalty()).ifPresent(settings::presencePenalty);
        if (parameters instanceof AthanorChatRequestParameters own) {
            own.minP().ifPresent(settings::minP);
            own.repeatPenalty().ifPresent(settings::repeatPenalty);
            own.seed().ifPresent(settings::seed);
        }
        return settings.build();
    }

    private static Message message(ChatMessage message) {
        return switch (message) {
            case SystemMessage system -> Message.system(system.text());
            case UserMessage user -> {
                if (user.name() != null) {
                    throw new UnsupportedFeatureException(
                            "messages: names of users are not supported, found one; put the name into the text");
                }
                yield Message.user(text(user.contents()));
            }
            case AiMessage ai ->
                new Message(
                        Speaker.ASSISTANT,
                        ai.text() == null ? "" : ai.text(),
                        ai.toolExecutionRequests().stream().map(Requests::call).toList(),
                        "");
            case ToolExecutionResultMessage result ->
                Message.tool(result.id() == null ? "" : result.id(), text(result.contents()));
            default ->
                throw new UnsupportedFeatureException("messages: expected those of a system, user, model or tool, "
                        + "found one of type " + message.type() + ", which is not supported");
        };
    }

    private static String text(List<Content> contents) {
        return contents.stream()
                .map(content -> {
                    if (content instanceof TextContent text) {
                        return text.text();
                    }
                    String kind = content.type().name().toLowerCase(Locale.ROOT);
                    throw new UnsupportedFeatureException(
                            "messages: expected text, found " + kind + "; " + kind + " input is not supported");
                })
                .collect(Collectors.joining("\n"));
    }

    private static ToolCall call(ToolExecutionRequest request) {
        String arguments = request.arguments();
        return new ToolCall(
                request.id() == null ? "" : request.id(),
                request.name(),
                arguments == null || arguments.isBlank() ? "{}" : arguments);
    }

    private static List<Tool> tools(ChatRequestParameters parameters) {
        if (parameters.toolSpecifications() == null) {
            return List.of();
        }
        boolean enforced = parameters.toolChoice() == dev.langchain4j.model.chat.request.ToolChoice.REQUIRED;
        return parameters.toolSpecifications().stream()
                .map(tool -> tool(tool, enforced))
                .toList();
    }

    private static Tool tool(ToolSpecification tool, boolean enforced) {
        if (Boolean.TRUE.equals(tool.strict()) && !enforced) {
            throw new UnsupportedFeatureException("tool " + tool.name()
                    + ": strict arguments are not supported unless toolChoice is REQUIRED, found strict");
        }
        String schema = tool.parameters() == null
                ? "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}"
                : Schemas.json(tool.parameters()).toString();
        return new Tool(tool.name(), tool.description() == null ? "" : tool.description(), schema);
    }

    private static ToolChoice choice(ChatRequestParameters parameters) {
        if (parameters.toolChoice() == null) {
            return ToolChoice.AUTO;
        }
        return switch (parameters.toolChoice()) {
            case AUTO -> ToolChoice.AUTO;
            case REQUIRED -> ToolChoice.REQUIRED;
            case NONE -> ToolChoice.NONE;
        };
    }

    private static Optional<Constraint> form(@org.jspecify.annotations.Nullable ResponseFormat format) {
        if (format == null || format.type() == ResponseFormatType.TEXT) {
            return Optional.empty();
        }
        return Optional.of(
                format.jsonSchema() == null
                        ? Constraint.anyJsonObject(ConstraintLimits.DEFAULT)
                        : Constraint.jsonSchema(
                                Schemas.json(format.jsonSchema().rootElement()), ConstraintLimits.DEFAULT));
    }
}
