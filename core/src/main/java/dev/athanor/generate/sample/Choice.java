package dev.athanor.generate.sample;

import java.util.List;

/**
 * A token chosen, and what it was chosen from.
 *
 * @param probability of the token, after every step
 * @param candidates the likeliest of those left after every step, by falling probability
 */
public record Choice(int token, double probability, List<Candidate> candidates) {
    public Choice {
        candidates = List.copyOf(candidates);
    }

    /** A token that could be chosen, and its probability after every step. */
    public record Candidate(int token, double probability) {}
}
