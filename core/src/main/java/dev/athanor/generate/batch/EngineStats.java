package dev.athanor.generate.batch;

/**
 * Counts since the start, and what goes on now.
 *
 * @param active texts being written
 * @param waiting texts in the queue
 * @param requests asked for so far
 * @param refused because the queue was full
 * @param promptTokens read, without those that were there already
 * @param cachedTokens of prompts that were there already
 * @param completionTokens written
 * @param steps passes over the weights that wrote tokens
 * @param drafted tokens guessed and checked
 * @param accepted of them what was written
 * @param promptSeconds spent reading prompts
 * @param completionSeconds spent writing
 */
public record EngineStats(
        int active,
        int waiting,
        long requests,
        long refused,
        long promptTokens,
        long cachedTokens,
        long completionTokens,
        long steps,
        long drafted,
        long accepted,
        double promptSeconds,
        double completionSeconds) {}
