package dev.athanor.generate.batch;

import dev.athanor.generate.constraint.Constraint;
import dev.athanor.generate.sample.SamplerSettings;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A text to be written.
 *
 * @param prompt tokens
 * @param maxTokens most new tokens; 0 with {@code echo} only scores the prompt
 * @param sampling how tokens are chosen
 * @param stop texts that end it; they are not part of the result
 * @param endTokens further ids that end it, beside the model's own
 * @param ignoreEnd whether ids that end a text do not
 * @param constraint what the text must be
 * @param topLogprobs how many of the likeliest tokens are reported beside each token with its log-probability; -1 for
 *     no log-probabilities
 * @param echo whether the log-probabilities of the prompt's tokens are reported, too
 * @param shared whether keys and values of the prompt may come from, and stay for, other requests
 */
public record TextRequest(
        int[] prompt,
        int maxTokens,
        SamplerSettings sampling,
        List<String> stop,
        Set<Integer> endTokens,
        boolean ignoreEnd,
        Optional<Constraint> constraint,
        int topLogprobs,
        boolean echo,
        boolean shared) {
    /** Most likeliest tokens that are reported beside one. */
    public static final int MOST_TOP = 20;

    public TextRequest {
        prompt = prompt.clone();
        stop = List.copyOf(stop);
        endTokens = Set.copyOf(endTokens);
        if (prompt.length == 0) {
            throw new IllegalArgumentException("prompt: expected at least one token, found none");
        }
        if (maxTokens < (echo ? 0 : 1)) {
            throw new IllegalArgumentException(
                    "max_tokens: expected at least " + (echo ? 0 : 1) + ", found " + maxTokens);
        }
        if (stop.contains("")) {
            throw new IllegalArgumentException("stop: expected texts that are not empty, found an empty one");
        }
        if (topLogprobs < -1 || topLogprobs > MOST_TOP) {
            throw new IllegalArgumentException(
                    "logprobs: expected between 0 and " + MOST_TOP + ", found " + topLogprobs);
        }
    }

    @Override
    public int[] prompt() {
        return prompt.clone();
    }

    /** A plain request: up to {@code maxTokens} tokens behind {@code prompt}. */
    public static TextRequest of(int[] prompt, int maxTokens, SamplerSettings sampling) {
        return new TextRequest(
                prompt, maxTokens, sampling, List.of(), Set.of(), false, Optional.empty(), -1, false, true);
    }
}
