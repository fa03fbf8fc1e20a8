package dev.athanor.finetune;

import dev.athanor.chat.Message;
import dev.athanor.chat.Speaker;
import dev.athanor.chat.Tool;
import java.util.List;

/**
 * A conversation to learn from.
 *
 * @param origin where it stands, for people: {@code chats.jsonl:12}
 * @param messages at least one of the assistant's among them, the first after what a user or system said
 * @param tools those the assistant may call
 */
public record Conversation(String origin, List<Message> messages, List<Tool> tools) {
    public Conversation {
        messages = List.copyOf(messages);
        tools = List.copyOf(tools);
        if (messages.stream().noneMatch(m -> m.speaker() == Speaker.ASSISTANT)) {
            throw new FinetuneException(origin
                    + ": expected a conversation in which the assistant says something, found none of its messages");
        }
        if (messages.getFirst().speaker() == Speaker.ASSISTANT) {
            throw new FinetuneException(
                    origin
                            + ": expected a conversation that begins with a user or a system message, found one of the assistant first");
        }
    }

    /** Its first {@code count} messages, without those at their end that no assistant answers. */
    Conversation until(int count) {
        int end = count;
        while (end > 0 && messages.get(end - 1).speaker() != Speaker.ASSISTANT) {
            end--;
        }
        return new Conversation(origin, messages.subList(0, end), tools);
    }

    /** Number of messages up to the end of the last answer. */
    int answered() {
        int end = messages.size();
        while (messages.get(end - 1).speaker() != Speaker.ASSISTANT) {
            end--;
        }
        return end;
    }
}
