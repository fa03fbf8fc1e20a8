package dev.athanor.generate;

import dev.athanor.tensor.Tensor;

/** Scores to probabilities, in F64 and in a fixed order, so that the same scores give the same bits everywhere. */
final class Softmax {
    /**
     * Bits by which ids are sorted at a time. Four short loops take a tenth of a second less of a first word than
     * {@link java.util.Arrays#sort(long[])}, which the JVM has yet to compile.
     */
    private static final int DIGIT = 8;

    private static final int MASK = (1 << DIGIT) - 1;

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
        int[] keys = new int[scores.length];
        int[] order = new int[scores.length];
        for (int id = 0; id < keys.length; id++) {
            int bits = Float.floatToIntBits(scores[id] + 0f); // -0 and 0 are one score
            keys[id] = bits < 0 ? bits : ~bits & 0x7fff_ffff; // falling scores as rising unsigned numbers
            order[id] = id;
        }
        int[] others = new int[scores.length];
        for (int shift = 0; shift < Integer.SIZE; shift += DIGIT) {
            byDigit(keys, shift, order, others);
            int[] sorted = others;
            others = order;
            order = sorted;
        }
        return order;
    }

    /** Ids of {@code from} into {@code to} by one digit of their keys, those of one digit in the order they had. */
    private static void byDigit(int[] keys, int shift, int[] from, int[] to) {
        int[] places = new int[(1 << DIGIT) + 1];
        for (int key : keys) {
            places[(key >>> shift & MASK) + 1]++;
        }
        for (int digit = 0; digit < 1 << DIGIT; digit++) {
            places[digit + 1] += places[digit];
        }
        for (int id : from) {
            to[places[keys[id] >>> shift & MASK]++] = id;
        }
    }
}
