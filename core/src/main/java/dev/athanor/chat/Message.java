package dev.athanor.chat;

import java.util.List;

/**
 * One message of a conversation.
 *
 * @param content text; empty where an assistant only calls tools
 * @param calls tools the assistant asks for
 * @param callId of the call that a tool's message answers; empty for others
 */
public record Message(Speaker speaker, String content, List<ToolCall> calls, String callId) {
    public Message {
        calls = List.copyOf(calls);
        if (!calls.isEmpty() && speaker != Speaker.ASSISTANT) {
            throw new IllegalArgumentException(
                    "message: expected tool calls of an assistant only, found some of " + speaker.word());
        }
    }

    public static Message system(String content) {
        return new Message(Speaker.SYSTEM, content, List.of(), "");
    }

    public static Message user(String content) {
        return new Message(Speaker.USER, content, List.of(), "");
    }

    public static Message assistant(String content) {
        return new Message(Speaker.ASSISTANT, content, List.of(), "");
    }

    /** What a tool answered to a call. */
    public static Message tool(String callId, String content) {
        return new Message(Speaker.TOOL, content, List.of(), callId);
    }
}
