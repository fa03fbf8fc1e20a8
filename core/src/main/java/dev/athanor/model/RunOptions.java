package dev.athanor.model;

/**
 * How a model is run, whatever is asked of it.
 *
 * @param threads that compute; the results do not depend on it
 * @param kv how keys and values of texts are kept
 */
public record RunOptions(int threads, KvType kv) {
    public RunOptions {
        if (threads < 1) {
            throw new IllegalArgumentException("threads: expected at least 1, found " + threads);
        }
    }

    /** Keys and values in F32. */
    public static RunOptions of(int threads) {
        return new RunOptions(threads, KvType.F32);
    }
}
