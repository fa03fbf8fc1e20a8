package dev.athanor.finetune;

import java.util.List;

/**
 * What fine-tuning came to.
 *
 * @param steps done
 * @param seconds of learning, measuring excluded
 * @param learning numbers that could change
 * @param trainLoss mean over the assistant's tokens, the newest steps weighing most, nats
 * @param heldOutBefore loss over the assistant's tokens of conversations nobody learned from, before, nats; NaN where
 *     none were held out
 * @param heldOutAfter the same afterwards
 * @param scores answers to held-out questions by kind, where there are Tales
 * @param interrupted whether it was stopped before its budget was used
 */
public record FinetuneResult(
        long steps,
        double seconds,
        long learning,
        double trainLoss,
        double heldOutBefore,
        double heldOutAfter,
        List<Quiz.Score> scores,
        boolean interrupted) {
    public FinetuneResult {
        scores = List.copyOf(scores);
    }

    /** All kinds together. */
    public Quiz.Score all() {
        int asked = 0;
        int right = 0;
        int guessed = 0;
        for (Quiz.Score s : scores) {
            asked += s.asked();
            right += s.right();
            guessed += s.guessed();
        }
        return new Quiz.Score("all", asked, right, guessed);
    }
}
