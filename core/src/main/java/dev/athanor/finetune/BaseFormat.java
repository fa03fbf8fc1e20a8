package dev.athanor.finetune;

import dev.athanor.chat.Answer;
import dev.athanor.chat.ChatFormat;
import dev.athanor.chat.Lesson;
import dev.athanor.chat.Message;
import dev.athanor.chat.Speaker;
import dev.athanor.chat.Tool;
import dev.athanor.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * The form a model without a chat template is taught: a system text as a paragraph, {@code User: …} and
 * {@code Assistant: …} on lines of their own, the end-of-text token behind every answer. {@link BaseTemplate} says the
 * same in Jinja.
 */
final class BaseFormat implements ChatFormat {
    private final Tokenizer tokenizer;
    private final int end;

    /** @throws FinetuneException where {@code tokenizer} has no token that ends a text */
    BaseFormat(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
        this.end = tokenizer.endOfText();
        if (end < 0) {
            throw new FinetuneException(
                    "tokenizer: expected one with an end-of-text token, with which an answer can end, found none; "
                            + "train a model with a BPE tokenizer");
        }
    }

    @Override
    public String origin() {
        return "the form of fine-tuned base models (User: … Assistant: …)";
    }

    @Override
    public int[] encode(List<Message> messages, List<Tool> tools, boolean answering) {
        return write(messages, tools, answering).tokens();
    }

    @Override
    public Lesson lesson(List<Message> messages, List<Tool> tools) {
        return write(messages, tools, false);
    }

    private Lesson write(List<Message> messages, List<Tool> tools, boolean answering) {
        if (!tools.isEmpty()) {
            throw new IllegalArgumentException(
                    "tools: expected none, because this form cannot say them, found " + tools.size());
        }
        Writer writer = new Writer();
        for (Message m : messages) {
            String text = m.content().strip();
            switch (m.speaker()) {
                case SYSTEM -> writer.say(text + "\n\n");
                case USER -> writer.say("User: " + text + "\n");
                case ASSISTANT -> writer.answer(text);
                case TOOL ->
                    throw new IllegalArgumentException(
                            "messages: expected those of system, user and assistant, because this form cannot say others, found one of a tool");
            }
        }
        if (answering) {
            writer.say("Assistant:");
        }
        return writer.lesson();
    }

    @Override
    public List<String> stops() {
        return List.of();
    }

    @Override
    public Set<Integer> endTokens() {
        return Set.of(end);
    }

    @Override
    public Answer read(String text, List<Tool> tools) {
        return new Answer(text.strip(), "", List.of());
    }

    /** Whether {@code messages} ask for nothing this form cannot say. */
    static boolean says(Message message) {
        return message.speaker() != Speaker.TOOL && message.calls().isEmpty();
    }

    /**
     * Collects tokens. Text between two answers is encoded in one piece, as whoever renders the template encodes it.
     */
    private final class Writer {
        private final StringBuilder said = new StringBuilder();
        private int[] tokens = new int[64];
        private boolean[] learned = new boolean[64];
        private int count;

        void say(String text) {
            said.append(text);
        }

        void answer(String text) {
            say("Assistant:");
            flush();
            append(tokenizer.encode(" " + text), true);
            append(new int[] {end}, true);
            say("\n");
        }

        private void flush() {
            append(tokenizer.encode(said.toString()), false);
            said.setLength(0);
        }

        private void append(int[] ids, boolean own) {
            if (count + ids.length > tokens.length) {
                int size = Math.max(2 * tokens.length, count + ids.length);
                tokens = Arrays.copyOf(tokens, size);
                learned = Arrays.copyOf(learned, size);
            }
            System.arraycopy(ids, 0, tokens, count, ids.length);
            Arrays.fill(learned, count, count + ids.length, own);
            count += ids.length;
        }

        Lesson lesson() {
            flush();
            return new Lesson(Arrays.copyOf(tokens, count), Arrays.copyOf(learned, count));
        }
    }
}
