package dev.athanor.generate.batch;

import java.util.ArrayList;
import java.util.List;

/** Log-probabilities of tokens, in a fixed order of F64, so that the same logits give the same bits everywhere. */
final class Scores {
    private Scores() {}

    /**
     * A token's log-probability and those of the likeliest.
     *
     * @param logits where V of them begin at {@code offset}
     * @param top how many of the likeliest
     */
    static Scored of(float[] logits, int offset, int size, int token, int top) {
        double most = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < size; i++) {
            most = Math.max(most, logits[offset + i]);
        }
        double sum = 0;
        for (int i = 0; i < size; i++) {
            sum += StrictMath.exp(logits[offset + i] - most);
        }
        double all = most + StrictMath.log(sum);
        List<Scored.Likely> likeliest = new ArrayList<>();
        for (int id : likeliest(logits, offset, size, Math.min(top, size))) {
            likeliest.add(new Scored.Likely(id, (float) (logits[offset + id] - all)));
        }
        return new Scored(token, (float) (logits[offset + token] - all), likeliest);
    }

    /** Ids of the largest, falling; equal ones by rising id. */
    private static int[] likeliest(float[] logits, int offset, int size, int top) {
        int[] best = new int[top];
        int count = 0;
        for (int id = 0; id < size; id++) {
            float value = logits[offset + id];
            if (count == top && (top == 0 || value <= logits[offset + best[top - 1]])) {
                continue;
            }
            int at = count < top ? count++ : top - 1;
            while (at > 0 && value > logits[offset + best[at - 1]]) {
                best[at] = best[at - 1];
                at--;
            }
            best[at] = id;
        }
        return best;
    }
}
