package dev.athanor.corpus.tales;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TalesTruthTest {
    @Test
    void aSlotsWordStandsInTheTextAndInItsTruth() {
        for (Story story : Sample.STORIES) {
            int last = 0;
            for (Slot slot : story.slots()) {
                String word = slot.word().of(story.text());
                assertTrue(
                        slot.truth().containsKey(word),
                        () -> word + " is not in " + slot.truth() + ", " + Sample.where(story));
                assertEquals(' ', story.text().charAt(slot.word().start() - 1), () -> Sample.where(story));
                assertFalse(Character.isLetter(story.text().charAt(slot.word().end())), () -> Sample.where(story));
                assertTrue(slot.word().start() >= last, "slots come in text order");
                last = slot.word().end();
            }
            assertFalse(story.slots().isEmpty(), () -> Sample.where(story));
        }
    }

    @Test
    void truthSumsToOne() {
        for (Story story : Sample.STORIES) {
            for (Slot slot : story.slots()) {
                double sum = slot.truth().values().stream()
                        .mapToDouble(Double::doubleValue)
                        .sum();
                assertEquals(1, sum, 1e-12, slot.kind());
                assertTrue(slot.truth().values().stream().allMatch(p -> p > 0), slot.kind());
            }
        }
    }

    @Test
    void evidenceComesBeforeItsSlotInWholeWords() {
        for (Story story : Sample.STORIES) {
            for (Slot slot : story.slots()) {
                assertFalse(slot.evidence().isEmpty(), () -> slot.kind() + " in " + Sample.where(story));
                int last = 0;
                for (Span span : slot.evidence()) {
                    assertTrue(
                            span.start() >= last && span.end() > span.start(),
                            () -> slot.evidence() + " in " + Sample.where(story));
                    assertTrue(span.end() < slot.word().start(), () -> slot.kind() + " in " + Sample.where(story));
                    boolean start = span.start() == 0
                            || !Character.isLetter(story.text().charAt(span.start() - 1));
                    assertTrue(
                            start && !Character.isLetter(story.text().charAt(span.end())), () -> Sample.where(story));
                    last = span.start();
                }
            }
        }
    }

    /** Equal evidence, equal truth: nothing that is not marked has a say. */
    @Test
    void evidenceAloneDecidesTheTruth() {
        Map<String, Slot> seen = new TreeMap<>();
        for (Story story : Sample.STORIES) {
            for (Slot slot : story.slots()) {
                List<String> words = slot.evidence().stream()
                        .map(span -> span.of(story.text()))
                        .toList();
                Slot before = seen.putIfAbsent(String.join(" | ", words), slot);
                assertTrue(
                        before == null || before.truth().equals(slot.truth()),
                        () -> words + " decides for " + before + " and for " + slot);
            }
        }
    }

    /** A story is the same up to the blank: what follows must always be a draw from the same distribution. */
    @Test
    void noSentenceLeavesTheWordsBeforeASlotInAnotherWay() {
        Set<String> prefixes = new HashSet<>();
        for (Story story : Sample.STORIES) {
            for (Slot slot : story.slots()) {
                prefixes.add(
                        Sample.nameless(story, sentenceBefore(story, slot.word().start())));
            }
        }
        for (Story story : Sample.STORIES.subList(0, 1_500)) {
            Set<Integer> starts = new HashSet<>();
            story.slots().forEach(slot -> starts.add(slot.word().start()));
            int at = 0;
            for (String sentence : Sample.sentences(story.text())) {
                for (int space = sentence.indexOf(' '); space >= 0; space = sentence.indexOf(' ', space + 1)) {
                    String prefix = Sample.nameless(story, sentence.substring(0, space + 1));
                    int next = at + space + 1;
                    assertTrue(
                            starts.contains(next) || !prefixes.contains(prefix),
                            () -> "\"" + prefix + "\" usually leads to a slot, but not in " + Sample.where(story));
                }
                at += sentence.length() + 1;
            }
        }
    }

    private static String sentenceBefore(Story story, int end) {
        int at = 0;
        String before = story.text().substring(0, end);
        for (String sentence : Sample.sentences(before)) {
            if (at + sentence.length() >= end) {
                return sentence;
            }
            at += sentence.length() + 1;
        }
        return before.substring(Math.min(at, before.length()));
    }

    /**
     * Pearson's test for every distribution, and for each again by the words just before the slot, by tense and by the
     * hero's pronoun. The limit is the 1e-6 quantile (Wilson and Hilferty's cube), so that a true table of some hundred
     * rows passes.
     */
    @Test
    void wordsAreDrawnFromTheTruth() {
        Map<String, Tally> tallies = new TreeMap<>();
        long seed = 11;
        Tales.stream(seed, 40_000).forEach(story -> {
            for (Slot slot : story.slots()) {
                String word = slot.word().of(story.text());
                String before = story.text().substring(0, slot.word().start()).strip();
                String lastWords = before.substring(before.lastIndexOf(' ', before.lastIndexOf(' ') - 1) + 1);
                String table = slot.kind() + " " + slot.truth();
                for (String key : List.of(
                        "",
                        " after " + lastWords,
                        " past " + story.scene().past(),
                        " female " + story.scene().people().getFirst().female())) {
                    tallies.computeIfAbsent(table + key, k -> new Tally(slot.truth()))
                            .add(word);
                }
            }
        });
        int tested = 0;
        for (Map.Entry<String, Tally> e : tallies.entrySet()) {
            Tally tally = e.getValue();
            if (tally.smallestExpected() >= 5 && tally.truth.size() > 1) {
                tested++;
                assertTrue(
                        tally.chiSquare() < limit(tally.truth.size() - 1),
                        () -> "seed " + seed + ", " + e.getKey() + ": drawn " + tally.drawn + ", chi-square "
                                + tally.chiSquare());
            }
        }
        assertTrue(tested > 150, "tables tested: " + tested);
    }

    private static double limit(int freedom) {
        double z = 4.753; // the normal quantile of 1 - 1e-6
        double spread = 2.0 / (9 * freedom);
        return freedom * Math.pow(1 - spread + z * Math.sqrt(spread), 3);
    }

    private static final class Tally {
        final SortedMap<String, Double> truth;
        final Map<String, Integer> drawn = new TreeMap<>();
        int count;

        Tally(SortedMap<String, Double> truth) {
            this.truth = truth;
        }

        void add(String word) {
            drawn.merge(word, 1, Integer::sum);
            count++;
        }

        double smallestExpected() {
            return count
                    * truth.values().stream().min(Comparator.naturalOrder()).orElseThrow();
        }

        double chiSquare() {
            double sum = 0;
            for (Map.Entry<String, Double> e : truth.entrySet()) {
                double expected = count * e.getValue();
                double difference = drawn.getOrDefault(e.getKey(), 0) - expected;
                sum += difference * difference / expected;
            }
            return sum;
        }
    }
}
