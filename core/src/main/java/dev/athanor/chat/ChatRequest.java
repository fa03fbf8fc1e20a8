package dev.athanor.chat;

import dev.athanor.generate.constraint.Constraint;
import dev.athanor.generate.sample.SamplerSettings;
import java.util.List;
import java.util.Optional;

/**
 * A conversation that wants an answer.
 *
 * @param tools the answer may ask for
 * @param choice whether it may, must or must not
 * @param form what the answer's text must be; where tools may be asked for, an answer may ask for one instead
 * @param maxTokens most new tokens; 0 for as many as fit the context
 * @param stop texts that end the answer, beside those of the model's format
 */
public record ChatRequest(
        List<Message> messages,
        List<Tool> tools,
        ToolChoice choice,
        Optional<Constraint> form,
        int maxTokens,
        SamplerSettings sampling,
        List<String> stop) {
    public ChatRequest {
        messages = List.copyOf(messages);
        tools = List.copyOf(tools);
        stop = List.copyOf(stop);
        if (messages.isEmpty()) {
            throw new IllegalArgumentException("messages: expected at least one, found none");
        }
    }

    /** A conversation without tools, answered freely. */
    public static ChatRequest of(List<Message> messages, SamplerSettings sampling) {
        return new ChatRequest(messages, List.of(), ToolChoice.AUTO, Optional.empty(), 0, sampling, List.of());
    }
}
