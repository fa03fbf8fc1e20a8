package dev.athanor.generate.speculate;

import dev.athanor.tensor.Tensor;

/** Makes a guess of a guessing model's logits. */
@FunctionalInterface
public interface Proposer {
    /**
     * @param logits [V]
     * @param text tokens so far, guesses included, of which the first {@code count} are valid
     */
    Proposal propose(Tensor logits, int[] text, int count);

    /** Guesses the likeliest of the first {@code size} tokens, the first of equal ones. */
    static Proposer likeliest(int size) {
        return (logits, text, count) -> {
            float[] scores = logits.data();
            int best = 0;
            for (int i = 1; i < Math.min(size, logits.size()); i++) {
                if (scores[logits.offset() + i] > scores[logits.offset() + best]) {
                    best = i;
                }
            }
            return Proposal.certain(best);
        };
    }
}
