package dev.athanor.chat;

import dev.athanor.generate.constraint.Constraint;
import dev.athanor.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * A base model made into one that chats: what comes before is written as the record of an interaction, which the model
 * continues. The answer ends where the record would go on with the user.
 */
public final class PlainFormat implements ChatFormat {
    /** What stands before a conversation without a system message. */
    public static final String INTRODUCTION =
            "What follows is an interaction between a user and a helpful assistant. The assistant answers truthfully and "
                    + "briefly.";

    private static final String USER = "User:";
    private static final String ASSISTANT = "Assistant:";

    private final Tokenizer tokenizer;

    public PlainFormat(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    @Override
    public String origin() {
        return "plain text, for the model has no chat template";
    }

    @Override
    public int[] encode(List<Message> messages, List<Tool> tools, boolean answering) {
        return tokenizer.encodeForModel(text(messages, tools, answering));
    }

    private static String text(List<Message> messages, List<Tool> tools, boolean answering) {
        if (!tools.isEmpty()) {
            throw new IllegalArgumentException(
                    "tools: expected none, for this model has no chat template that speaks of tools, found "
                            + tools.size());
        }
        StringBuilder text = new StringBuilder();
        if (messages.stream().noneMatch(m -> m.speaker() == Speaker.SYSTEM)) {
            text.append(INTRODUCTION).append('\n');
        }
        for (Message message : messages) {
            String content = guarded(message.content().strip());
            switch (message.speaker()) {
                case SYSTEM -> text.append(content).append('\n');
                case USER -> text.append('\n').append(USER).append(' ').append(content);
                case ASSISTANT ->
                    text.append('\n').append(ASSISTANT).append(' ').append(content);
                case TOOL ->
                    throw new IllegalArgumentException(
                            "messages: expected none of a tool, for this model has no chat template, found one");
            }
        }
        return answering ? text.append('\n').append(ASSISTANT).toString() : text.toString();
    }

    /** No line of a message can pass for the beginning of another message. */
    private static String guarded(String content) {
        return content.replace("\n" + USER, "\n " + USER).replace("\n" + ASSISTANT, "\n " + ASSISTANT);
    }

    @Override
    public Lesson lesson(List<Message> messages, List<Tool> tools) {
        List<Integer> ids = new ArrayList<>();
        List<Boolean> learned = new ArrayList<>();
        int said = 0;
        for (int i = 0; i < messages.size(); i++) {
            if (messages.get(i).speaker() != Speaker.ASSISTANT) {
                continue;
            }
            String before = text(messages.subList(0, i), tools, true);
            String after = text(messages.subList(0, i + 1), tools, false);
            add(
                    ids,
                    learned,
                    i == 0 || said == 0 ? tokenizer.encodeForModel(before) : tokenizer.encode(before.substring(said)),
                    false);
            add(ids, learned, tokenizer.encode(after.substring(before.length())), true);
            said = after.length();
        }
        if (tokenizer.endOfText() >= 0) {
            add(ids, learned, new int[] {tokenizer.endOfText()}, true);
        }
        boolean[] marks = new boolean[learned.size()];
        for (int i = 0; i < marks.length; i++) {
            marks[i] = learned.get(i);
        }
        return new Lesson(ids.stream().mapToInt(id -> id).toArray(), marks);
    }

    private static void add(List<Integer> ids, List<Boolean> learned, int[] more, boolean mark) {
        Arrays.stream(more).forEach(id -> {
            ids.add(id);
            learned.add(mark);
        });
    }

    @Override
    public List<String> stops() {
        return List.of("\n" + USER, "\n" + ASSISTANT);
    }

    @Override
    public Set<Integer> endTokens() {
        return tokenizer.endOfText() < 0 ? Set.of() : Set.of(tokenizer.endOfText());
    }

    @Override
    public Set<Integer> spoken() {
        return Set.of();
    }

    @Override
    public Answer read(String text, List<Tool> tools) {
        return new Answer(text.strip(), "", List.of());
    }

    @Override
    public Constraint calling(List<Tool> tools) {
        throw new IllegalArgumentException(
                "tools: expected none, for this model has no chat template, found " + tools.size());
    }

    @Override
    public boolean speaksOfTools() {
        return false;
    }

    @Override
    public boolean trims() {
        return true;
    }
}
