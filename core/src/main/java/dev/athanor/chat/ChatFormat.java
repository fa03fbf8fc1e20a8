package dev.athanor.chat;

import dev.athanor.checkpoint.ChatSource;
import dev.athanor.generate.constraint.Constraint;
import dev.athanor.tokenizer.Tokenizer;
import java.time.Clock;
import java.util.List;
import java.util.Set;

/**
 * How a model wants to read a conversation. What people and tools say is encoded as plain text: no word of theirs can
 * become a control token.
 */
public sealed interface ChatFormat permits TemplateFormat, PlainFormat {
    /** The form a model's files ask for; the plain one where they have no chat template. */
    static ChatFormat of(ChatSource source, Tokenizer tokenizer) {
        return source.template(false).isPresent()
                ? new TemplateFormat(source, tokenizer, Clock.systemDefaultZone())
                : new PlainFormat(tokenizer);
    }

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

    /** Control tokens that are part of an answer: signs of tool calls and of thinking. */
    Set<Integer> spoken();

    /** Reads an answer's text: thinking and tool calls apart. */
    Answer read(String text, List<Tool> tools);

    /**
     * What an answer must be that calls one of {@code tools} and says nothing else.
     *
     * @throws IllegalArgumentException when the format has no tools, or a tool's parameters cannot be enforced
     */
    Constraint calling(List<Tool> tools);

    /** Whether tools can be shown to the model at all. */
    boolean speaksOfTools();

    /** Whether spaces around an answer mean nothing. */
    boolean trims();
}
