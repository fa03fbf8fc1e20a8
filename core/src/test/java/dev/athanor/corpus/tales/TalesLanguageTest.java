package dev.athanor.corpus.tales;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class TalesLanguageTest {
    private static final Pattern WORD = Pattern.compile("[A-Za-z]+(?:'[a-z]+)?");
    private static final Pattern ARTICLE = Pattern.compile("\\b([Aa]n?) ([A-Za-z]+)");
    private static final Pattern LAYOUT =
            Pattern.compile("  |^ | $| [.,!?]|[.,!?]{2}|[^A-Za-z0-9 .,!?'\"-]|[a-z][A-Z]");

    @Test
    void atLeastFifteenHundredWordFormsAreInUse() {
        Map<String, Integer> counts = new TreeMap<>();
        for (Story story : Sample.STORIES) {
            for (Matcher m = WORD.matcher(story.text()); m.find(); ) {
                counts.merge(m.group().toLowerCase(Locale.ROOT), 1, Integer::sum);
            }
        }
        assertTrue(counts.size() >= 1_500, "word forms in 5,000 stories: " + counts.size());
        long rare = counts.values().stream().filter(count -> count < 5).count();
        assertTrue(
                rare < counts.size() / 20,
                "forms that hardly ever occur cannot be learned: " + rare + " of " + counts.size());
    }

    @Test
    void storiesHaveSixtyToTwoHundredWords() {
        for (Story story : Sample.STORIES) {
            int words = story.text().split(" ", -1).length;
            assertTrue(words >= 60 && words <= 200, () -> words + " words in " + Sample.where(story));
        }
    }

    @Test
    void spacesAndMarksStandWhereTheyBelong() {
        for (Story story : Sample.STORIES) {
            lint(story, story.text());
            for (Fact fact : story.scene().facts()) {
                lint(story, fact.question());
                lint(story, fact.answer());
            }
        }
    }

    private static void lint(Story story, String text) {
        Matcher slip = LAYOUT.matcher(text);
        assertFalse(slip.find(), () -> "\"" + slip.group() + "\" in \"" + text + "\", " + Sample.where(story));
        assertTrue(Character.isUpperCase(text.charAt(text.charAt(0) == '"' ? 1 : 0)), text);
        assertTrue(".!?\"".indexOf(text.charAt(text.length() - 1)) >= 0, text);
    }

    @Test
    void sentencesBeginWithCapitalsAndNamesKeepTheirs() {
        Pattern small = Pattern.compile("\\.\"? \"?[a-z]");
        Set<String> names = new TreeSet<>();
        for (Story story : Sample.STORIES) {
            assertFalse(small.matcher(story.text()).find(), () -> Sample.where(story));
            story.scene().people().forEach(person -> names.add(person.name().toLowerCase(Locale.ROOT)));
        }
        names.removeAll(Set.of("ivy", "rosa", "grace", "jack", "rose")); // also plants, metals and the like
        for (Story story : Sample.STORIES) {
            for (Matcher m = WORD.matcher(story.text()); m.find(); ) {
                String word = m.group().replaceAll("'s$", "");
                assertFalse(names.contains(word), () -> "small name " + word + " in " + Sample.where(story));
            }
        }
    }

    /** Everything with a capital inside a sentence is a name, a weekday or "I". */
    @Test
    void nothingElseHasACapital() {
        Set<String> allowed = new TreeSet<>(
                Set.of("I", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"));
        for (Story story : Sample.STORIES) {
            story.scene().people().forEach(person -> allowed.add(person.name()));
        }
        Pattern inside = Pattern.compile("(?<=[a-z,] )[A-Z][a-z]*");
        for (Story story : Sample.STORIES) {
            for (Matcher m = inside.matcher(story.text()); m.find(); ) {
                String word = m.group();
                String singular = word.endsWith("s") ? word.substring(0, word.length() - 1) : word;
                assertTrue(
                        allowed.contains(word) || allowed.contains(singular),
                        () -> "capital " + word + " in " + Sample.where(story));
            }
        }
    }

    @Test
    void articlesFitTheSoundOfTheNextWord() {
        List<String> wrong = new ArrayList<>();
        Set<String> pairs = new TreeSet<>();
        for (Story story : Sample.STORIES) {
            for (Matcher m = ARTICLE.matcher(story.text()); m.find(); ) {
                String next = m.group(2).toLowerCase(Locale.ROOT);
                boolean sounds = "aeiou".indexOf(next.charAt(0)) >= 0;
                sounds = next.equals("hour")
                        || (sounds && !next.startsWith("use") && !next.startsWith("uni") && !next.startsWith("one"));
                if (sounds != m.group(1).equalsIgnoreCase("an")) {
                    wrong.add(m.group());
                }
                pairs.add(next);
            }
        }
        assertEquals(List.of(), wrong);
        assertTrue(pairs.contains("umbrella") && pairs.contains("useful"), "both kinds of u occur");
    }

    @Test
    void quotationMarksComeInPairs() {
        Pattern quotes = Pattern.compile("[^\"]*(?:\"[A-Z][^\"]*[.,!?]\"(?: [^\"]*)?)*");
        for (Story story : Sample.STORIES) {
            assertEquals(0, story.text().chars().filter(c -> c == '"').count() % 2, () -> Sample.where(story));
        }
        for (Story story : Sample.STORIES) {
            String text = story.text().replaceAll("reads? \"[A-Z]?[a-z]+\" in", "reads in");
            assertTrue(quotes.matcher(text).matches(), () -> Sample.where(story));
        }
    }

    @Test
    void noWordIsSaidTwiceInARow() {
        Pattern twice = Pattern.compile("\\b([a-z]+) \\1\\b");
        for (Story story : Sample.STORIES) {
            Matcher m = twice.matcher(story.text());
            assertFalse(m.find(), () -> m.group() + " in " + Sample.where(story));
        }
    }

    @Test
    void presentAndPastStoriesBothOccurAndDoNotMix() {
        Pattern present = Pattern.compile("\\b(says|asks|lies|walks|goes|brings|opens)\\b");
        long past = 0;
        for (Story story : Sample.STORIES) {
            String told = story.text().replaceAll("\"[^\"]*\"", "");
            if (story.scene().past()) {
                past++;
                Matcher m = present.matcher(told);
                assertFalse(m.find(), () -> m.group() + " in " + Sample.where(story));
            }
        }
        assertTrue(past > 1_200 && past < 1_800, "stories in the past: " + past);
    }
}
