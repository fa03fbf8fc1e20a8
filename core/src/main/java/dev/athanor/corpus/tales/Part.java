package dev.athanor.corpus.tales;

import java.util.List;

/** A piece of a sentence pattern; the notation is explained in {@link PatternParser}. */
sealed interface Part {
    /** Words as they are. */
    record Words(String text) implements Part {}

    /** One of two tenses. */
    record Tense(Pattern now, Pattern past) implements Part {}

    /** One of several wordings, all equally likely. */
    record Choice(List<Pattern> wordings) implements Part {}

    /** A person, a pronoun, the place or the time of the story. */
    record Known(Role role) implements Part {}

    /** An entry of a word list; a kept one stays the same until the episode ends. */
    record Entry(String list, boolean article, boolean kept) implements Part {}

    /** A word drawn from a distribution. */
    record Blank(String slot) implements Part {}

    /** Words that decide the distribution of later slots. */
    record Evidence(Pattern inner) implements Part {}

    /** The last word written has this meaning. */
    record Meaning(String word, String meaning) implements Part {}

    /** What the world of the story already knows. */
    enum Role {
        NAME("N"),
        SUBJECT("S"),
        HE("he"),
        HIM("him"),
        HIS("his"),
        FRIEND("F"),
        FRIEND_HE("fhe"),
        FRIEND_HIM("fhim"),
        FRIEND_HIS("fhis"),
        PLACE("P"),
        IN_PLACE("inP"),
        NEIGHBOUR("J"),
        ANIMAL("A"),
        TIME("time"),
        SEASON("season");

        final String sign;

        Role(String sign) {
            this.sign = sign;
        }
    }
}
