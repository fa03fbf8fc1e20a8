package dev.athanor.corpus.tales;

import java.util.List;

/**
 * The world of one story: what is true in it, whether or not a reader finds it.
 *
 * @param people those with a name, the first being the one the story begins with
 * @param place with its preposition: {@code in the garden}
 * @param time of day: {@code morning}
 * @param season {@code winter}
 * @param past whether the story is told in the past tense
 * @param episodes what happens, in order
 * @param facts questions the text answers; no question stands here twice
 */
public record Scene(
        List<Person> people,
        String place,
        String time,
        String season,
        boolean past,
        List<Episode> episodes,
        List<Fact> facts) {}
