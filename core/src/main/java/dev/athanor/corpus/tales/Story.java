package dev.athanor.corpus.tales;

import java.util.List;

/**
 * One tale.
 *
 * @param scene the world the text tells of
 * @param text one paragraph of English, about 60 to 200 words
 * @param slots words whose true distribution is known, in text order
 * @param senses words of two meanings with the meaning they have here, in text order
 */
public record Story(long seed, int index, Scene scene, String text, List<Slot> slots, List<Sense> senses) {}
