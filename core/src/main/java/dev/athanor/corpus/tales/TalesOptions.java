package dev.athanor.corpus.tales;

/** Which tales: story i of seed s is the same text everywhere and always. */
public record TalesOptions(long seed, int stories) {}
