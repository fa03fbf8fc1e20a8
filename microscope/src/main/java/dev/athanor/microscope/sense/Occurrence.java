package dev.athanor.microscope.sense;

import dev.athanor.corpus.tales.Sense;
import dev.athanor.corpus.tales.Story;
import dev.athanor.corpus.tales.Tales;
import dev.athanor.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A word in a tale.
 *
 * @param meaning what it means there, as the tale knows
 * @param form how it is written there
 * @param tokens the text up to the word's end, its last tokens
 * @param sentence what a reader needs to see the sense
 */
public record Occurrence(String meaning, String form, int[] tokens, String sentence) {
    /** Characters of a sentence that are shown on each side. */
    private static final int SHOWN = 48;

    public Occurrence {
        tokens = tokens.clone();
    }

    @Override
    public int[] tokens() {
        return tokens.clone();
    }

    /**
     * Occurrences of {@code word}, a dictionary form, in tales.
     *
     * @param most tokens of each that are read
     */
    static List<Occurrence> in(long seed, int stories, String word, Tokenizer tokenizer, int most) {
        List<Occurrence> found = new ArrayList<>();
        for (int i = 0; i < stories; i++) {
            Story story = Tales.story(seed, i);
            for (Sense sense : story.senses()) {
                if (sense.word().equals(word)) {
                    found.add(of(story, sense, tokenizer, most));
                }
            }
        }
        return found;
    }

    private static Occurrence of(Story story, Sense sense, Tokenizer tokenizer, int most) {
        String text = story.text();
        int end = sense.at().end();
        int[] tokens = tokenizer.encode(text.substring(0, end));
        int from = Math.max(0, sense.at().start() - SHOWN);
        int to = Math.min(text.length(), end + SHOWN);
        String sentence = (from > 0 ? "…" : "") + text.substring(from, to) + (to < text.length() ? "…" : "");
        return new Occurrence(
                sense.meaning(),
                sense.at().of(text).toLowerCase(Locale.ROOT),
                Arrays.copyOfRange(tokens, Math.max(0, tokens.length - most), tokens.length),
                sentence);
    }
}
