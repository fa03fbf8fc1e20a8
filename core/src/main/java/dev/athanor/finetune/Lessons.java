package dev.athanor.finetune;

import dev.athanor.chat.ChatFormat;
import dev.athanor.chat.Lesson;
import dev.athanor.chat.Speaker;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Lessons of conversations, none longer than a length: what does not fit is cut behind the last answer that does, and
 * left out where not even the first one does. Both are counted.
 */
final class Lessons {
    private final ChatFormat format;
    private final int length;
    private final List<Lesson> list = new ArrayList<>();
    private long tokens;
    private long learned;
    private int cut;
    private int leftOut;
    private int longest;

    /** @param length most tokens of a lesson */
    Lessons(ChatFormat format, int length) {
        this.format = format;
        this.length = length;
    }

    /** @throws FinetuneException where the form cannot say the conversation, naming it */
    void add(Conversation conversation) {
        int all = conversation.answered();
        Lesson whole = lesson(conversation.until(all));
        longest = Math.max(longest, whole.tokens().length);
        if (whole.tokens().length <= length) {
            keep(whole);
            return;
        }
        Optional<Lesson> part = largest(conversation, all);
        part.ifPresent(this::keep);
        cut += part.isPresent() ? 1 : 0;
        leftOut += part.isPresent() ? 0 : 1;
    }

    /** The most answers that fit, found by halving: more messages are never fewer tokens. */
    private Optional<Lesson> largest(Conversation conversation, int messages) {
        Optional<Lesson> best = Optional.empty();
        int fits = firstAnswer(conversation) - 1;
        int tooLong = messages;
        while (tooLong - fits > 1) {
            int middle = (fits + tooLong) >>> 1;
            Lesson lesson = lesson(conversation.until(middle));
            if (lesson.tokens().length <= length) {
                best = Optional.of(lesson);
                fits = middle;
            } else {
                tooLong = middle;
            }
        }
        return best;
    }

    private static int firstAnswer(Conversation conversation) {
        int count = 1;
        while (conversation.messages().get(count - 1).speaker() != Speaker.ASSISTANT) {
            count++;
        }
        return count;
    }

    private Lesson lesson(Conversation conversation) {
        try {
            return format.lesson(conversation.messages(), conversation.tools());
        } catch (IllegalArgumentException e) {
            throw new FinetuneException(conversation.origin() + ": " + e.getMessage(), e);
        }
    }

    private void keep(Lesson lesson) {
        list.add(lesson);
        tokens += lesson.tokens().length;
        for (boolean own : lesson.learned()) {
            learned += own ? 1 : 0;
        }
    }

    List<Lesson> list() {
        return list;
    }

    /** Tokens of all lessons. */
    long tokens() {
        return tokens;
    }

    /** Those of them the assistant says. */
    long learned() {
        return learned;
    }

    /** Tokens of the longest conversation as it was before it was cut. */
    int longest() {
        return longest;
    }

    /** A sentence on what did not fit, if anything. */
    Optional<String> lost() {
        if (cut + leftOut == 0) {
            return Optional.empty();
        }
        return Optional.of(cut + leftOut + " of " + (list.size() + leftOut) + " conversations are longer than " + length
                + " tokens: " + cut + " were cut behind the last answer that fits, " + leftOut
                + " were left out because not even the first answer does; the longest has " + longest
                + ", --length sets the limit");
    }
}
