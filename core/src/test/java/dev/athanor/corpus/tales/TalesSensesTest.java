package dev.athanor.corpus.tales;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class TalesSensesTest {
    private static final List<String> MEANINGS = List.of(
            "lie:rest",
            "lie:deceive",
            "king:crowned",
            "king:chess",
            "ring:jewel",
            "ring:sound",
            "bank:river",
            "bank:money",
            "light:bright",
            "light:weight",
            "bat:animal",
            "bat:cricket",
            "still:quiet",
            "still:yet");

    @Test
    void everyMeaningIsInThreeOfAHundredStories() {
        Map<String, Integer> stories = new TreeMap<>();
        for (Story story : Sample.STORIES) {
            Set<String> here = new TreeSet<>();
            story.senses().forEach(sense -> here.add(sense.word() + ":" + sense.meaning()));
            here.forEach(meaning -> stories.merge(meaning, 1, Integer::sum));
        }
        assertEquals(new TreeSet<>(MEANINGS), new TreeSet<>(stories.keySet()));
        stories.forEach(
                (meaning, count) -> assertTrue(count >= 150, meaning + " is in " + count + " of 5,000 stories"));
    }

    @Test
    void everyOccurrenceOfSuchAWordHasItsMeaning() {
        Pattern forms = Pattern.compile("\\b(?:lies|king|ring|bank|light|bat|still)\\b", Pattern.CASE_INSENSITIVE);
        for (Story story : Sample.STORIES) {
            Set<Integer> marked = new HashSet<>();
            for (Sense sense : story.senses()) {
                marked.add(sense.at().start());
                String form = sense.at().of(story.text()).toLowerCase(Locale.ROOT);
                assertEquals(sense.word().equals("lie") ? "lies" : sense.word(), form, () -> Sample.where(story));
            }
            for (Matcher m = forms.matcher(story.text()); m.find(); ) {
                assertTrue(
                        marked.contains(m.start()),
                        () -> m.group() + " at " + m.start() + " in " + Sample.where(story));
            }
        }
    }

    /** The context on both sides varies, so that no single neighbour gives the meaning away. */
    @Test
    void everyMeaningStandsInManyContexts() {
        Map<String, Set<String>> before = new TreeMap<>();
        Map<String, Set<String>> after = new TreeMap<>();
        for (Story story : Sample.STORIES) {
            String text = Sample.nameless(story, story.text());
            for (String meaning : MEANINGS) {
                before.computeIfAbsent(meaning, m -> new TreeSet<>());
                after.computeIfAbsent(meaning, m -> new TreeSet<>());
            }
            assertTrue(text.length() > 100, text);
            for (Sense sense : story.senses()) {
                String key = sense.word() + ":" + sense.meaning();
                String[] left = story.text().substring(0, sense.at().start()).split(" ", -1);
                String[] right =
                        story.text().substring(sense.at().end()).strip().split(" ", -1);
                before.getOrDefault(key, Set.of())
                        .add(String.join(" ", List.of(left).subList(Math.max(0, left.length - 3), left.length)));
                after.getOrDefault(key, Set.of())
                        .add(String.join(" ", List.of(right).subList(0, Math.min(2, right.length))));
            }
        }
        for (String meaning : MEANINGS) {
            assertTrue(
                    before.getOrDefault(meaning, Set.of()).size() >= 6,
                    meaning + " follows only " + before.get(meaning));
            assertTrue(
                    after.getOrDefault(meaning, Set.of()).size() >= 5,
                    meaning + " precedes only " + after.get(meaning));
        }
    }
}
