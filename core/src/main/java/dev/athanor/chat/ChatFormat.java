package dev.athanor.chat;

import java.util.List;
import java.util.Set;

/**
 * How a model wants to read a conversation. What people and tools say is encoded as plain text: no word of theirs can
 * become a control token.
 */
public interface ChatFormat {
    /** Where the form comes from, for people: {@code chat_template of tokenizer_config.json}. */
    String origin();

    /**
     * Tokens of a conversation.
     *
     * @param answering whether the beginning of an assistant's answer follows
     * @throws IllegalArgumentException when the form cannot say this conversation, in one sentence
     */
    int[] encode(List<Message> messages, List<Tool> tools, boolean answering);

    /**
     * Tokens of a conversation that ends with the assistant, and which of them the assistant said, the end of each
     * answer included.
     */
    Lesson lesson(List<Message> messages, List<Tool> tools);

    /** Texts that end an answer. */
    List<String> stops();

    /** Tokens that end an answer, beside those of the model's configuration. */
    Set<Integer> endTokens();

    /** Reads an answer's text: thinking and tool calls apart. */
    Answer read(String text, List<Tool> tools);
}
