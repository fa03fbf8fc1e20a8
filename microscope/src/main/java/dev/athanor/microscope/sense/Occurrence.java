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

    /**
     * Places where a word stands alone as {@code form}, whatever it means; a meaning is named where the tale knows one.
     *
     * @param form in small letters
     * @param count places at most
     */
    static List<Occurrence> ofForm(long seed, int stories, String form, Tokenizer tokenizer, int most, int count) {
        List<Occurrence> found = new ArrayList<>();
        for (int i = 0; i < stories && found.size() < count; i++) {
            Story story = Tales.story(seed, i);
            String text = story.text().toLowerCase(Locale.ROOT);
            int at = text.indexOf(form);
            while (at >= 0 && found.size() < count) {
                int end = at + form.length();
                if (alone(text, at, end)) {
                    found.add(of(story, meaning(story, at), at, end, tokenizer, most));
                }
                at = text.indexOf(form, end);
            }
        }
        return found;
    }

    private static boolean alone(String text, int start, int end) {
        return (start == 0 || !Character.isLetter(text.charAt(start - 1)))
                && (end == text.length() || !Character.isLetter(text.charAt(end)));
    }

    private static String meaning(Story story, int start) {
        return story.senses().stream()
                .filter(sense -> sense.at().start() == start)
                .map(Sense::meaning)
                .findFirst()
                .orElse("");
    }

    private static Occurrence of(Story story, Sense sense, Tokenizer tokenizer, int most) {
        return of(story, sense.meaning(), sense.at().start(), sense.at().end(), tokenizer, most);
    }

    private static Occurrence of(Story story, String meaning, int start, int end, Tokenizer tokenizer, int most) {
        String text = story.text();
        int[] tokens = tokenizer.encode(text.substring(0, end));
        int from = Math.max(0, start - SHOWN);
        int to = Math.min(text.length(), end + SHOWN);
        String sentence = (from > 0 ? "…" : "") + text.substring(from, to) + (to < text.length() ? "…" : "");
        return new Occurrence(
                meaning,
                text.substring(start, end).toLowerCase(Locale.ROOT),
                Arrays.copyOfRange(tokens, Math.max(0, tokens.length - most), tokens.length),
                sentence);
    }
}
