package dev.athanor.corpus.tales;

import java.util.List;

/**
 * One tale.
 *
 * @param scene what it is about: {@code rest}, {@code lie}, {@code chess}, …
 */
public record Story(long seed, int index, String scene, String text, List<Slot> slots) {}
