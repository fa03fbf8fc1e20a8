package dev.athanor.generate.batch;

/**
 * What a text cost.
 *
 * @param promptTokens tokens of the prompt
 * @param cachedTokens of these, those whose keys and values were there already
 * @param completionTokens new tokens, one that ended the text included
 * @param waited seconds in the queue
 * @param reading seconds from there to the first token
 * @param writing seconds from there to the end
 */
public record Usage(
        int promptTokens, int cachedTokens, int completionTokens, double waited, double reading, double writing) {}
