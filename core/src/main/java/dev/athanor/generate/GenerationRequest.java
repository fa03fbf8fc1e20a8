package dev.athanor.generate;

import dev.athanor.generate.speculate.Speculation;
import java.util.List;

/**
 * What to generate.
 *
 * @param maxTokens most new tokens
 * @param stop texts that end generation; they are not part of the result
 * @param shift whether the oldest half of the text is forgotten when the context is full; without it generation ends
 *     there
 * @param speculation whether tokens are guessed, to be checked several in one pass; without draws the text is the same
 */
public record GenerationRequest(
        String prompt, int maxTokens, Sampling sampling, List<String> stop, boolean shift, Speculation speculation) {
    public GenerationRequest {
        if (maxTokens < 1) {
            throw new IllegalArgumentException("max-tokens: expected at least 1, found " + maxTokens);
        }
        stop = List.copyOf(stop);
        if (stop.contains("")) {
            throw new IllegalArgumentException("stop: expected texts that are not empty, found an empty one");
        }
    }

    /** A request that has every token written by itself. */
    public GenerationRequest(String prompt, int maxTokens, Sampling sampling, List<String> stop, boolean shift) {
        this(prompt, maxTokens, sampling, stop, shift, Speculation.none());
    }

    /** Up to {@code maxTokens} tokens without stops or shifting. */
    public static GenerationRequest of(String prompt, int maxTokens, Sampling sampling) {
        return new GenerationRequest(prompt, maxTokens, sampling, List.of(), false);
    }
}
