package dev.athanor.corpus.tales;

/** Which tales: stories 0 to {@code stories - 1} of a seed, the same text everywhere and always. */
public record TalesOptions(long seed, int stories) {
    public TalesOptions {
        if (stories < 1) {
            throw new IllegalArgumentException("stories: expected at least 1, found " + stories);
        }
    }
}
