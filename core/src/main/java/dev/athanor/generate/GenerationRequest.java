package dev.athanor.generate;

import java.util.List;

/**
 * What to generate.
 *
 * @param maxTokens most new tokens
 * @param stop texts that end generation; they are not part of the result
 * @param shift whether the oldest half of the text is forgotten when the context is full; without it generation ends
 *     there
 */
public record GenerationRequest(String prompt, int maxTokens, Sampling sampling, List<String> stop, boolean shift) {
    public GenerationRequest {
        if (maxTokens < 1) {
            throw new IllegalArgumentException("max-tokens: expected at least 1, found " + maxTokens);
        }
        stop = List.copyOf(stop);
        if (stop.contains("")) {
            throw new IllegalArgumentException("stop: expected texts that are not empty, found an empty one");
        }
    }

    /** Up to {@code maxTokens} tokens without stops or shifting. */
    public static GenerationRequest of(String prompt, int maxTokens, Sampling sampling) {
        return new GenerationRequest(prompt, maxTokens, sampling, List.of(), false);
    }
}
