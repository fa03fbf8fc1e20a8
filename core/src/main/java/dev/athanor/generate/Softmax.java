package dev.athanor.generate;

import dev.athanor.tensor.Tensor;
import java.util.Arrays;

/** Scores to probabilities, in F64 and in a fixed order, so that the same scores give the same bits everywhere. */
final class Softmax {
    private Softmax() {}

    /**
     * Logits as an array of their own.
     *
     * @param logits [V]
     * @throws IllegalStateException where one is not finite: then no choice means anything
     */
    static float[] finite(Tensor logits) {
        float[] scores = logits.toArray();
        for (int id = 0; id < scores.length; id++) {
            if (!Float.isFinite(scores[id])) {
                throw new IllegalStateException("logits: expected finite numbers, found " + scores[id] + " for token "
                        + id + "; the weights hold numbers that are not finite or far too large");
            }
        }
        return scores;
    }

    /**
     * Probabilities of the scores at {@code order[0]} … {@code order[kept - 1]}.
     *
     * @param order by falling score, so that the first is the largest
     * @return [kept]
     */
    static double[] over(float[] scores, int[] order, int kept, double temperature) {
        double[] p = new double[kept];
        double most = scores[order[0]];
        double sum = 0;
        for (int i = 0; i < kept; i++) {
            p[i] = StrictMath.exp((scores[order[i]] - most) / temperature);
            sum += p[i];
        }
        for (int i = 0; i < kept; i++) {
            p[i] /= sum;
        }
        return p;
    }

    /** Ids by falling score; equal scores by rising id. */
    static int[] order(float[] scores) {
        long[] keys = new long[scores.length];
        for (int id = 0; id < keys.length; id++) {
            int bits = Float.floatToIntBits(scores[id] + 0f); // -0 and 0 are one score
            int rising = bits ^ (bits >> 31 & 0x7fff_ffff); // signed order of floats
            keys[id] = (long) ~rising << 32 | id;
        }
        Arrays.sort(keys);
        int[] order = new int[keys.length];
        for (int i = 0; i < keys.length; i++) {
            order[i] = (int) keys[i];
        }
        return order;
    }
}
