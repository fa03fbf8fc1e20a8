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
 * assistant answers each in a short sentence. To find an answer a model must first be able to look back and copy, which
 * a small one has hardly learned from tales alone: in further conversations the user asks to hear words again, or the
 * sentence with a word.
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

    private static final List<String> AGAIN = List.of("Say it again: %s", "%s\nSay it again.", "Repeat: %s");

    private static final List<String> QUOTE =
            List.of("Quote the sentence with the word %s.", "Which sentence has the word %s?", "What about the %s?");

    /** Shorter words are the ones many sentences have. */
    private static final int LEAST_LETTERS = 4;

    private TalesChats() {}

    /** The conversation about tale {@code index} of {@code seed}; empty where the tale answers no question. */
    static List<Conversation> about(long seed, int index) {
        Story story = Tales.story(seed, index);
        SplittableRandom random = new SplittableRandom(Seeds.of(seed, index));
        List<Fact> facts = shuffled(story.scene().facts(), random);
        return conversation(seed, index, story.text(), facts, random);
    }

    private static List<Conversation> conversation(
            long seed, int index, String tale, List<Fact> facts, SplittableRandom random) {
        if (facts.isEmpty()) {
            return List.of();
        }
        List<Message> messages = new ArrayList<>();
        for (Fact fact : facts) {
            messages.add(Message.user(messages.isEmpty() ? first(tale, fact, random) : next(fact.question(), random)));
            messages.add(Message.assistant(fact.answer()));
        }
        return List.of(new Conversation("tale " + index + " of seed " + seed, messages, List.of()));
    }

    /** Words of a tale in any order, said again by the assistant: no knowledge of language helps, only looking back. */
    static List<Conversation> again(long seed, int index, int words) {
        SplittableRandom random = new SplittableRandom(Seeds.of(seed, index, 1));
        List<String> all = shuffled(List.of(Tales.story(seed, index).text().split("[^A-Za-z]+")), random);
        String list = String.join(" ", all.subList(0, Math.min(all.size(), words)));
        return List.of(new Conversation(
                "words of tale " + index + " of seed " + seed,
                List.of(
                        Message.user(String.format(AGAIN.get(random.nextInt(AGAIN.size())), list)),
                        Message.assistant(list)),
                List.of()));
    }

    /** Sentences of a tale, found by a word that no other of its sentences has. */
    static List<Conversation> quotes(long seed, int index, int most) {
        SplittableRandom random = new SplittableRandom(Seeds.of(seed, index, 2));
        String tale = Tales.story(seed, index).text();
        List<String> all = sentences(tale);
        List<Fact> facts = new ArrayList<>();
        for (String sentence : shuffled(all, random)) {
            List<String> own = words(sentence).stream()
                    .filter(w -> all.stream().filter(s -> words(s).contains(w)).count() == 1)
                    .toList();
            if (!own.isEmpty() && facts.size() < most) {
                String form = QUOTE.get(random.nextInt(QUOTE.size()));
                facts.add(new Fact(String.format(form, own.get(random.nextInt(own.size()))), sentence));
            }
        }
        return conversation(seed, index, tale, facts, random);
    }

    private static List<String> words(String sentence) {
        List<String> words = new ArrayList<>();
        for (String word : sentence.split("[^A-Za-z]+", -1)) {
            if (word.length() >= LEAST_LETTERS && Character.isLowerCase(word.charAt(0))) {
                words.add(word);
            }
        }
        return words;
    }

    /** A sentence ends at . ! or ?, with a closing quotation mark or without, before a space and a capital. */
    static List<String> sentences(String tale) {
        List<String> sentences = new ArrayList<>();
        int from = 0;
        for (int i = 1; i + 1 < tale.length(); i++) {
            char before = tale.charAt(i - 1);
            char last = before == '"' && i >= 2 ? tale.charAt(i - 2) : before;
            char next = tale.charAt(i + 1);
            boolean ended = last == '.' || last == '!' || last == '?';
            if (tale.charAt(i) == ' ' && ended && (Character.isUpperCase(next) || next == '"')) {
                sentences.add(tale.substring(from, i));
                from = i + 1;
            }
        }
        sentences.add(tale.substring(from));
        return sentences;
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
