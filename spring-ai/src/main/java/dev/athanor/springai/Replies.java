package dev.athanor.springai;

import dev.athanor.chat.Reply;
import dev.athanor.generate.batch.Usage;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.metadata.ChatGenerationMetadata;
import org.springframework.ai.chat.metadata.ChatResponseMetadata;
import org.springframework.ai.chat.metadata.DefaultUsage;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.Generation;

/**
 * The engine's replies as Spring AI's.
 *
 * @param id of the reply; calls of tools carry it too, so that no two in a conversation have one id
 * @param model its name
 */
record Replies(String id, String model) {
    /** Under which a message's properties hold what the model thought. */
    static final String THINKING = "thinking";

    static Replies of(String model) {
        return new Replies(UUID.randomUUID().toString(), model);
    }

    /** The whole reply. */
    ChatResponse whole(Reply reply) {
        return last(reply, reply.answer().content(), reply.answer().thinking());
    }

    /** What is left to say of a reply whose text was told already. */
    ChatResponse rest(Reply reply) {
        return last(reply, "", "");
    }

    /** A piece of text on the way. */
    ChatResponse text(String piece) {
        return part(piece, Map.of());
    }

    /** A piece of thinking on the way. */
    ChatResponse thinking(String piece) {
        return part("", Map.of(THINKING, piece));
    }

    private ChatResponse part(String text, Map<String, Object> properties) {
        AssistantMessage message =
                AssistantMessage.builder().content(text).properties(properties).build();
        return new ChatResponse(
                List.of(new Generation(message)),
                ChatResponseMetadata.builder().id(id).model(model).build());
    }

    private ChatResponse last(Reply reply, String text, String thinking) {
        List<AssistantMessage.ToolCall> calls = reply.answer().calls().stream()
                .map(call ->
                        new AssistantMessage.ToolCall(id + "-" + call.id(), "function", call.name(), call.arguments()))
                .toList();
        AssistantMessage message = AssistantMessage.builder()
                .content(text)
                .properties(thinking.isEmpty() ? Map.of() : Map.of(THINKING, thinking))
                .toolCalls(calls)
                .build();
        ChatGenerationMetadata end = ChatGenerationMetadata.builder()
                .finishReason(calls.isEmpty() ? reason(reply) : "tool_calls")
                .build();
        Usage usage = reply.usage();
        return new ChatResponse(
                List.of(new Generation(message, end)),
                ChatResponseMetadata.builder()
                        .id(id)
                        .model(model)
                        .usage(new DefaultUsage(usage.promptTokens(), usage.completionTokens()))
                        .build());
    }

    private static String reason(Reply reply) {
        return switch (reply.reason()) {
            case EOS, STOP -> "stop";
            case LENGTH, CONTEXT -> "length";
            case CANCELLED -> "cancelled";
        };
    }
}
