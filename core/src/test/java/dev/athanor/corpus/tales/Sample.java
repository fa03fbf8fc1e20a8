package dev.athanor.corpus.tales;

import java.util.List;
import java.util.regex.Pattern;

/** Stories that several tests look at, and how they read them. */
final class Sample {
    static final long SEED = 1;
    static final List<Story> STORIES = Tales.stream(SEED, 5_000).toList();

    private static final Pattern SENTENCE_END = Pattern.compile("(?<=[.!?]\"?) (?=[\"A-Z])");

    private Sample() {}

    static String[] sentences(String text) {
        return SENTENCE_END.split(text);
    }

    static String where(Story story) {
        return "story " + story.index() + " of seed " + story.seed() + ": " + story.text();
    }

    /**
     * The text with the names and pronouns of its people replaced, so that stories about different people compare
     * equal.
     */
    static String nameless(Story story, String text) {
        String out = text;
        for (Person person : story.scene().people()) {
            out = out.replaceAll("\\b" + person.name() + "\\b", "NAME");
        }
        return out.replaceAll("\\b(She|He|she|he|her|his|him)\\b", "PRONOUN");
    }
}
