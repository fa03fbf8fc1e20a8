package dev.athanor.langchain4j;

import dev.athanor.chat.Answer;
import dev.athanor.chat.Reply;
import dev.athanor.chat.ToolCall;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.ChatResponseMetadata;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import java.util.List;
import java.util.UUID;

/**
 * The engine's replies as LangChain4j's.
 *
 * @param id of the reply; calls of tools carry it too, so that no two in a conversation have one id
 * @param model its name
 */
record Replies(String id, String model) {
    static Replies of(String model) {
        return new Replies(UUID.randomUUID().toString(), model);
    }

    ChatResponse response(Reply reply) {
        Answer answer = reply.answer();
        List<ToolExecutionRequest> calls =
                answer.calls().stream().map(this::call).toList();
        AiMessage.Builder message = AiMessage.builder().toolExecutionRequests(calls);
        if (!answer.content().isEmpty() || calls.isEmpty()) {
            message.text(answer.content());
        }
        if (!answer.thinking().isEmpty()) {
            message.thinking(answer.thinking());
        }
        int prompt = reply.usage().promptTokens();
        int completion = reply.usage().completionTokens();
        ChatResponseMetadata metadata = ChatResponseMetadata.builder()
                .id(id)
                .modelName(model)
                .tokenUsage(new TokenUsage(prompt, completion, prompt + completion))
                .finishReason(calls.isEmpty() ? reason(reply) : FinishReason.TOOL_EXECUTION)
                .build();
        return ChatResponse.builder()
                .aiMessage(message.build())
                .metadata(metadata)
                .build();
    }

    ToolExecutionRequest call(ToolCall call) {
        return ToolExecutionRequest.builder()
                .id(id + "-" + call.id())
                .name(call.name())
                .arguments(call.arguments())
                .build();
    }

    private static FinishReason reason(Reply reply) {
        return switch (reply.reason()) {
            case EOS, STOP -> FinishReason.STOP;
            case LENGTH, CONTEXT -> FinishReason.LENGTH;
            case CANCELLED -> FinishReason.OTHER;
        };
    }
}
