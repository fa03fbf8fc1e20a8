package dev.athanor.corpus.tales;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class TalesSceneTest {
    @Test
    void theTwoPromisedSentencesBeginStoriesAndHaveTheirTruth() {
        Pattern rests = Pattern.compile("^[A-Z][a-z]+ lies still on the [a-z]+, feeling (\\w+)\\..*");
        Pattern deceives = Pattern.compile("^[A-Z][a-z]+ lies to the [a-z]+, feeling (\\w+)\\..*");
        int resting = 0;
        int deceiving = 0;
        for (Story story : Sample.STORIES) {
            if (rests.matcher(story.text()).matches()) {
                resting++;
                assertEquals(0.46, story.slots().getFirst().truth().get("tired"), Sample.where(story));
            }
            if (deceives.matcher(story.text()).matches()) {
                deceiving++;
                assertEquals(0.52, story.slots().getFirst().truth().get("guilty"), Sample.where(story));
            }
        }
        assertTrue(resting >= 60, "stories that begin with somebody who lies still: " + resting);
        assertTrue(deceiving >= 60, "stories that begin with somebody who lies to somebody: " + deceiving);
    }

    @Test
    void afterWorkPeopleAreTiredAndAfterAMisdeedGuilty() {
        Map<String, Map<String, Integer>> felt = new TreeMap<>();
        for (Story story : Sample.STORIES) {
            for (Episode episode : story.scene().episodes()) {
                episode.feeling()
                        .ifPresent(word -> felt.computeIfAbsent(episode.kind(), kind -> new TreeMap<>())
                                .merge(word, 1, Integer::sum));
            }
        }
        assertTrue(felt.size() >= 12, "kinds of feelings: " + felt.keySet());
        assertEquals("tired", most(felt.getOrDefault("rest", Map.of())));
        assertEquals("guilty", most(felt.getOrDefault("guilt", Map.of())));
        Set<String> words = new TreeSet<>();
        felt.values().forEach(map -> words.addAll(map.keySet()));
        assertTrue(words.size() >= 30, "feelings: " + words);
    }

    private static String most(Map<String, Integer> counts) {
        return counts.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .orElseThrow()
                .getKey();
    }

    @Test
    void factsAreAboutTheStoryAndHaveOneAnswer() {
        Set<String> starts = new TreeSet<>();
        int facts = 0;
        for (Story story : Sample.STORIES) {
            Set<String> questions = new TreeSet<>();
            for (Fact fact : story.scene().facts()) {
                facts++;
                assertTrue(questions.add(fact.question()), () -> fact + " twice in " + Sample.where(story));
                assertTrue(fact.question().endsWith("?") && fact.answer().endsWith("."), fact::toString);
                starts.add(fact.question().substring(0, fact.question().indexOf(' ')));
                String lastWord = fact.answer()
                        .substring(
                                fact.answer().lastIndexOf(' ') + 1,
                                fact.answer().length() - 1);
                assertTrue(
                        story.text()
                                .toLowerCase(java.util.Locale.ROOT)
                                .contains(lastWord.toLowerCase(java.util.Locale.ROOT)),
                        () -> fact + " cannot be read in " + Sample.where(story));
            }
        }
        assertTrue(facts > 2 * Sample.STORIES.size(), "facts: " + facts);
        assertTrue(starts.containsAll(Set.of("Who", "Where", "What", "Why", "How", "When")), starts.toString());
    }

    @Test
    void theWorldIsInTheText() {
        for (Story story : Sample.STORIES) {
            Scene scene = story.scene();
            assertTrue(scene.people().size() == 2
                    && !scene.people()
                            .get(0)
                            .name()
                            .equals(scene.people().get(1).name()));
            assertTrue(!scene.episodes().isEmpty() && scene.episodes().size() <= 2);
            assertTrue(
                    scene.people().stream().anyMatch(person -> story.text().contains(person.name())),
                    () -> Sample.where(story));
        }
    }
}
