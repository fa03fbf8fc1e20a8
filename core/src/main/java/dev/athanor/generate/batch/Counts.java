package dev.athanor.generate.batch;

/** What an engine has done; one thread writes, and reads may be a moment late. */
final class Counts {
    long requests;
    long refused;
    long promptTokens;
    long cachedTokens;
    long completionTokens;
    long readings;
    long steps;
    long promptNanos;
    long completionNanos;

    EngineStats stats(int active, int waiting) {
        return new EngineStats(
                active,
                waiting,
                requests,
                refused,
                promptTokens,
                cachedTokens,
                completionTokens,
                readings,
                steps,
                promptNanos / 1e9,
                completionNanos / 1e9);
    }
}
