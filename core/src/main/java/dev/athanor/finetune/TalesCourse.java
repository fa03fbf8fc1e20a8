package dev.athanor.finetune;

import dev.athanor.train.Seeds;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What precedes questions about tales. An answer is found by looking back and copying, and a small model that has only
 * read tales cannot: nothing in them repeats. Asked questions at once, it learns for a thousand steps what answers look
 * like before it looks back at all; saying lists of words again teaches that in a third of the steps, because nothing
 * else helps there. Short lists come first, then longer ones, then sentences of whole tales among questions.
 */
final class TalesCourse {
    private static final int CHUNKS = 16;
    private static final int STEPS_PER_CHUNK = 50;

    /** Share of the lists that are short. */
    private static final double SHORT = 0.4;

    private static final int LEAST_WORDS = 3;
    private static final int SHORT_WORDS = 7;
    private static final int LONG_WORDS = 42;

    /** Tokens of a step that short lists and long ones should come to. */
    private static final int STEP_TOKENS = 600;

    /** Conversations about sentences, and as many with questions. */
    private static final int QUOTES = 1000;

    private static final int QUOTES_EACH = 4;

    private TalesCourse() {}

    /**
     * The stages before questions are learned alone.
     *
     * @param share of the usual size, above 0
     * @param leastQuestions of a tale
     */
    static List<Stage> stages(long seed, double share, int leastQuestions) {
        List<Stage> stages = new ArrayList<>();
        int index = 0;
        int steps = Math.max(1, (int) Math.round(STEPS_PER_CHUNK * share));
        for (int chunk = 0; chunk < CHUNKS; chunk++) {
            double at = Math.max(0, (chunk - CHUNKS * SHORT) / (CHUNKS * (1 - SHORT)));
            int most = (int) (SHORT_WORDS + (LONG_WORDS - SHORT_WORDS) * at);
            // About a token and a half for every word, twice, and the turns around them.
            int rows = Math.clamp(STEP_TOKENS / (14 + 3L * most), 4, 16);
            SplittableRandom random = new SplittableRandom(Seeds.of(seed, 5, chunk));
            List<Conversation> lists = new ArrayList<>();
            for (int i = 0; i < steps * rows; i++) {
                lists.addAll(TalesChats.again(Seeds.of(seed, 6), index++, random.nextInt(LEAST_WORDS, most + 1)));
            }
            stages.add(new Stage(lists, rows));
        }
        stages.add(new Stage(mixed(seed, (int) Math.max(1, Math.round(QUOTES * share)), leastQuestions), 0));
        return stages;
    }

    private static List<Conversation> mixed(long seed, int count, int leastQuestions) {
        List<Conversation> mixed = new ArrayList<>();
        for (int i = 0; mixed.size() < 2 * count; i++) {
            mixed.addAll(TalesChats.quotes(Seeds.of(seed, 7), i, QUOTES_EACH));
            mixed.addAll(TalesChats.about(Seeds.of(seed, 8), i).stream()
                    .filter(c -> c.messages().size() >= 2 * leastQuestions)
                    .toList());
        }
        return TalesChats.shuffled(mixed, new SplittableRandom(Seeds.of(seed, 9)));
    }
}
