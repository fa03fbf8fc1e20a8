package dev.athanor.finetune;

import dev.athanor.chat.ChatFormat;
import dev.athanor.chat.Message;
import dev.athanor.corpus.tales.Fact;
import dev.athanor.corpus.tales.Story;
import dev.athanor.corpus.tales.Tales;
import dev.athanor.model.KvCache;
import dev.athanor.model.Transformer;
import dev.athanor.tensor.Tensor;
import dev.athanor.tokenizer.Tokenizer;
import dev.athanor.train.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

/** Questions about tales nobody learned from, each asked alone, and how many a model answers with the known answer. */
public final class Quiz {
    /** Longest known answers have fewer tokens in any tokenizer of a thousand tokens or more. */
    private static final int MOST_TOKENS = 64;

    /** Words that say what a question asks for, with the kind they stand for. */
    private static final Map<String, String> KINDS = Map.of(
            "who", "who",
            "whom", "who",
            "whose", "who",
            "what", "what",
            "which", "what",
            "where", "where",
            "when", "when",
            "why", "why",
            "how", "how");

    /**
     * One question.
     *
     * @param kind the word it asks with: who, what, where, when, why or how
     * @param asked what the user says: the tale and the question
     * @param wording the question without names, for guessing by it alone
     */
    record Question(String kind, String asked, String wording, String answer) {}

    /**
     * How many of a kind were answered.
     *
     * @param kind of question
     * @param asked how many
     * @param right how many with the known answer
     * @param guessed how many the commonest answer to the same question in other tales gets right
     */
    public record Score(String kind, int asked, int right, int guessed) {}

    private final List<Question> questions;
    private final Map<String, String> commonest;

    private Quiz(List<Question> questions, Map<String, String> commonest) {
        this.questions = List.copyOf(questions);
        this.commonest = commonest;
    }

    /**
     * All questions of the first tales of {@code seed}, at least {@code least} of them.
     *
     * @param others seed of tales from which the commonest answers are known
     */
    static Quiz of(long seed, int least, long others, int tales) {
        List<Question> questions = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(Seeds.of(seed, least));
        for (int i = 0; questions.size() < least; i++) {
            Story story = Tales.story(seed, i);
            for (Fact fact : story.scene().facts()) {
                questions.add(new Question(
                        kind(fact.question()),
                        TalesChats.first(story.text(), fact, random),
                        wording(story, fact),
                        fact.answer()));
            }
        }
        return new Quiz(questions, commonest(others, tales));
    }

    private static Map<String, String> commonest(long seed, int tales) {
        Map<String, Map<String, Integer>> counts = new HashMap<>();
        Tales.stream(seed, tales).forEach(story -> {
            for (Fact fact : story.scene().facts()) {
                counts.computeIfAbsent(wording(story, fact), w -> new HashMap<>())
                        .merge(fact.answer(), 1, Integer::sum);
            }
        });
        Map<String, String> commonest = new HashMap<>();
        counts.forEach((wording, answers) -> answers.entrySet().stream()
                .max(Map.Entry.<String, Integer>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                .ifPresent(e -> commonest.put(wording, e.getKey())));
        return commonest;
    }

    private static String wording(Story story, Fact fact) {
        String wording = fact.question();
        for (var person : story.scene().people()) {
            wording = wording.replace(person.name(), "N");
        }
        return wording;
    }

    static String kind(String question) {
        for (String word : question.toLowerCase(Locale.ROOT).split("[^a-z]+", -1)) {
            String kind = KINDS.get(word);
            if (kind != null) {
                return kind;
            }
        }
        return "other";
    }

    int size() {
        return questions.size();
    }

    /** Asks everything; an answer is the model's likeliest token at every step, compared without case and spacing. */
    List<Score> ask(Transformer model, Tokenizer tokenizer, ChatFormat format, Set<Integer> endTokens) {
        Map<String, int[]> scores = new HashMap<>();
        for (Question q : questions) {
            int[] prompt = format.encode(List.of(Message.user(q.asked())), List.of(), true);
            String text = answer(model, tokenizer, prompt, endTokens);
            int[] score = scores.computeIfAbsent(q.kind(), k -> new int[3]);
            score[0]++;
            score[1] += same(format.read(text, List.of()).content(), q.answer()) ? 1 : 0;
            score[2] += same(commonest.getOrDefault(q.wording(), ""), q.answer()) ? 1 : 0;
        }
        return scores.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(e -> new Score(e.getKey(), e.getValue()[0], e.getValue()[1], e.getValue()[2]))
                .toList();
    }

    private static boolean same(String found, String expected) {
        return normal(found).equals(normal(expected));
    }

    private static String normal(String text) {
        return String.join(" ", text.strip().toLowerCase(Locale.ROOT).split("\\s+", -1));
    }

    private static String answer(Transformer model, Tokenizer tokenizer, int[] prompt, Set<Integer> endTokens) {
        int context = model.config().contextLength();
        if (prompt.length >= context) {
            return "";
        }
        KvCache cache = model.newCache(Math.min(context, prompt.length + MOST_TOKENS));
        int[] said = new int[cache.capacity() - prompt.length];
        int count = 0;
        Tensor logits = model.nextLogits(prompt, cache);
        while (count < said.length) {
            int token = likeliest(logits, tokenizer.vocabularySize());
            if (endTokens.contains(token)) {
                break;
            }
            said[count++] = token;
            if (cache.length() == cache.capacity()) {
                break;
            }
            logits = model.nextLogits(new int[] {token}, cache);
        }
        return tokenizer.decode(Arrays.copyOf(said, count));
    }

    private static int likeliest(Tensor logits, int speakable) {
        int best = 0;
        for (int i = 1; i < Math.min(speakable, logits.size()); i++) {
            if (logits.data()[logits.offset() + i] > logits.data()[logits.offset() + best]) {
                best = i;
            }
        }
        return best;
    }
}
