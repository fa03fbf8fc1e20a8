package dev.athanor.corpus.tales;

import java.util.List;
import java.util.Map;

/**
 * One kind of episode.
 *
 * @param weight how often it is drawn, relative to the others
 * @param feeling whether its slots say how the hero feels
 * @param bare sentences with a slot that need no cause and may begin a story
 * @param act sentences with a slot that need the cause before them
 * @param after sentences that may follow the slot
 */
record SceneFile(
        String name,
        int weight,
        boolean feeling,
        List<Sentence> cause,
        List<Sentence> bare,
        List<Sentence> act,
        List<Sentence> after,
        Map<String, Distribution> slots) {

    /** The distribution of {@code slot}, a separate one where a cause was told and the file has one for that case. */
    Distribution distribution(String slot, boolean caused) {
        Distribution special = caused ? slots.get(slot + ".after") : null;
        Distribution plain = special == null ? slots.get(slot) : special;
        if (plain == null) {
            throw new IllegalStateException("tales: scene " + name + " has no slot " + slot);
        }
        return plain;
    }
}
