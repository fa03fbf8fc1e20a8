package dev.athanor.corpus.tales;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class TalesTest {
    /** Of stories 0 to 499 of seed 7; changes with any word of the files, and then on purpose. */
    private static final String GOLDEN = "74caf9624700357c1984dd78bf58fccf6fc941b5c646916a2c8c47dd61f1fa77";

    @Test
    void storiesAreTheSameOnEveryMachine() throws NoSuchAlgorithmException {
        MessageDigest hash = MessageDigest.getInstance("SHA-256");
        for (Story story : Tales.stream(7, 500).toList()) {
            hash.update((story + "\n").getBytes(StandardCharsets.UTF_8));
        }
        assertEquals(GOLDEN, HexFormat.of().formatHex(hash.digest()));
    }

    @Test
    void aStoryDependsOnSeedAndIndexAlone() {
        Story late = Tales.story(3, 4_711);
        assertEquals(Tales.stream(3, 4_712).skip(4_711).findFirst().orElseThrow(), late);
        assertNotEquals(late.text(), Tales.story(4, 4_711).text());
        assertNotEquals(late.text(), Tales.story(3, 4_712).text());
        assertEquals(Tales.story(-1, 0), Tales.story(-1, 0));
        assertEquals(late.text(), Tales.corpus(3, 4_712).getLast());
    }

    /** Draws that overlap would show as passages shared word for word. */
    @Test
    void neighbouringSeedsAndIndicesShareNoPassages() {
        int shared = 0;
        int compared = 0;
        for (int seed = 0; seed < 6; seed++) {
            for (int index = 0; index < 300; index++) {
                Set<String> passages = passages(Tales.story(seed, index));
                for (int other = seed; other < seed + 6; other++) {
                    Set<String> theirs = passages(Tales.story(other, other == seed ? index + 1 : index));
                    theirs.retainAll(passages);
                    shared += theirs.isEmpty() ? 0 : 1;
                    compared++;
                }
            }
        }
        assertTrue(shared < compared / 500, shared + " of " + compared + " pairs share three sentences in a row");
    }

    /** Every three sentences in a row, without names. */
    private static Set<String> passages(Story story) {
        String[] sentences = Sample.sentences(Sample.nameless(story, story.text()));
        Set<String> passages = new TreeSet<>();
        for (int i = 2; i < sentences.length; i++) {
            passages.add(sentences[i - 2] + sentences[i - 1] + sentences[i]);
        }
        return passages;
    }

    @Test
    void noTwoStoriesAreTheSame() {
        Set<String> texts = new TreeSet<>();
        for (Story story : Sample.STORIES) {
            assertTrue(texts.add(story.text()), () -> "told twice: " + Sample.where(story));
        }
    }

    @Test
    void fiveThousandStoriesTakeLessThanASecond() {
        double best = Double.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            long start = System.nanoTime();
            long characters = Tales.stream(i, 5_000)
                    .mapToLong(story -> story.text().length())
                    .sum();
            assertTrue(characters > 1_000_000, "characters: " + characters);
            best = Math.min(best, (System.nanoTime() - start) / 1e9);
        }
        assertTrue(best < 1, "expected 5,000 stories in a second, the best of five runs took " + best + " s");
    }

    @Test
    void optionsAskForAtLeastOneStory() {
        assertEquals(1, new TalesOptions(0, 1).stories());
        assertEquals(
                "stories: expected at least 1, found 0",
                assertThrows(IllegalArgumentException.class, () -> new TalesOptions(0, 0))
                        .getMessage());
    }
}
