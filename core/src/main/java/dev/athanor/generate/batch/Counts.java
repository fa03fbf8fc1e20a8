package dev.athanor.generate.batch;

import dev.athanor.generate.speculate.SpeculationStats;

/** What an engine has done; one thread writes, and reads may be a moment late. */
final class Counts {
    long requests;
    long refused;
    long promptTokens;
    long cachedTokens;
    long completionTokens;
    long steps;
    long drafted;
    long accepted;
    long promptNanos;
    long completionNanos;

    /** One token of a text that may have had guesses; without any, it took a pass. */
    void guessed(SpeculationStats before, SpeculationStats after) {
        boolean plain = after.tokens() == 0;
        steps += plain ? 1 : after.passes() - before.passes();
        drafted += after.drafted() - before.drafted();
        accepted += after.accepted() - before.accepted();
    }

    EngineStats stats(int active, int waiting) {
        return new EngineStats(
                active,
                waiting,
                requests,
                refused,
                promptTokens,
                cachedTokens,
                completionTokens,
                steps,
                drafted,
                accepted,
                promptNanos / 1e9,
                completionNanos / 1e9);
    }
}
