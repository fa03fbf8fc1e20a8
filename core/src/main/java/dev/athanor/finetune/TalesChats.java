package dev.athanor.finetune;

import dev.athanor.chat.Message;
import dev.athanor.corpus.tales.Fact;
import dev.athanor.corpus.tales.Story;
import dev.athanor.corpus.tales.Tales;
import dev.athanor.train.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Conversations about tales whose answers are known: a user tells a tale and asks all its questions, in any order; the
 * assistant answers each in a short sentence.
 */
public final class TalesChats {
    private static final List<String> FIRST = List.of(
            "Here is a tale: %s\n%s",
            "Here is a tale: %s %s",
            "Read this tale. %s\n%s",
            "%s\n%s",
            "%s %s",
            "Listen: %s\nNow tell me: %s",
            "A question about this tale: %s\n%s");

    private static final List<String> NEXT = List.of("%s", "%s", "%s", "And %s", "Tell me, %s", "Thank you. %s");

    private TalesChats() {}

    /** The conversation about tale {@code index} of {@code seed}; empty where the tale answers no question. */
    static List<Conversation> about(long seed, int index) {
        Story story = Tales.story(seed, index);
        SplittableRandom random = new SplittableRandom(Seeds.of(seed, index));
        List<Fact> facts = shuffled(story.scene().facts(), random);
        if (facts.isEmpty()) {
            return List.of();
        }
        List<Message> messages = new ArrayList<>();
        for (Fact fact : facts) {
            messages.add(Message.user(
                    messages.isEmpty() ? first(story.text(), fact, random) : next(fact.question(), random)));
            messages.add(Message.assistant(fact.answer()));
        }
        return List.of(new Conversation("tale " + index + " of seed " + seed, messages, List.of()));
    }

    /** A user's first message about a tale. */
    static String first(String tale, Fact fact, SplittableRandom random) {
        return String.format(FIRST.get(random.nextInt(FIRST.size())), tale, fact.question());
    }

    private static String next(String question, SplittableRandom random) {
        String form = NEXT.get(random.nextInt(NEXT.size()));
        boolean inside = form.startsWith("And") || form.startsWith("Tell");
        String asked = inside ? Character.toLowerCase(question.charAt(0)) + question.substring(1) : question;
        return String.format(form, asked);
    }

    /** {@code list} in an order that follows from {@code random}. */
    static <T> List<T> shuffled(List<T> list, SplittableRandom random) {
        List<T> out = new ArrayList<>(list);
        for (int i = out.size() - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            T t = out.get(i);
            out.set(i, out.get(j));
            out.set(j, t);
        }
        return out;
    }
}
