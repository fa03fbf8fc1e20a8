package dev.athanor.corpus.tales;

import java.util.List;

/** Chooses between {@code a} and {@code an} by sound. */
final class Articles {
    /** Written with a vowel but spoken with a consonant. */
    private static final List<String> CONSONANT_SOUND = List.of("uni", "use", "eu", "one", "once");

    /** Written with a silent h. */
    private static final List<String> VOWEL_SOUND = List.of("hour", "honest", "heir");

    private Articles() {}

    static String before(String word) {
        if (VOWEL_SOUND.stream().anyMatch(word::startsWith)) {
            return "an";
        }
        boolean vowel = "aeiouAEIOU".indexOf(word.charAt(0)) >= 0;
        return vowel && CONSONANT_SOUND.stream().noneMatch(word::startsWith) ? "an" : "a";
    }
}
