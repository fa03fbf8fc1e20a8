package dev.athanor.generate.sample;

import java.util.BitSet;
import java.util.SplittableRandom;

/** The steps that take candidates out. Every one leaves at least one. */
final class Truncation {
    /** How many distances are sorted at first. */
    private static final int FIRST_LOOK = 256;

    private Truncation() {}

    static void topK(Candidates c, int k) {
        if (k > 0) {
            c.keepBest(k);
        }
    }

    static void topP(Candidates c, double topP) {
        if (topP >= 1) {
            return;
        }
        c.softmax();
        double sum = 0;
        for (int i = 0; i < c.size(); i++) {
            c.reach(i);
            sum += c.probability(i);
            if (sum >= topP) {
                c.keepBest(i + 1);
                return;
            }
        }
    }

    static void minP(Candidates c, double minP) {
        if (minP > 0) {
            c.keepFrom(c.bestScore() + StrictMath.log(minP));
        }
    }

    static void typical(Candidates c, double typicalP) {
        if (typicalP >= 1) {
            return;
        }
        c.softmax();
        double entropy = c.entropy();
        double[] distances = new double[c.size()];
        for (int i = 0; i < distances.length; i++) {
            double p = c.probability(i);
            distances[i] = p > 0 ? Math.abs(-StrictMath.log(p) - entropy) : Double.POSITIVE_INFINITY;
        }
        BitSet kept = new BitSet(c.size());
        int[] near = c.nearest(distances, FIRST_LOOK);
        double sum = 0;
        for (int i = 0; i < c.size(); i++) {
            if (i == near.length) {
                near = c.nearest(distances, 8 * i);
            }
            kept.set(near[i]);
            sum += c.probability(near[i]);
            if (sum > typicalP) {
                break;
            }
        }
        c.keep(kept);
    }

    /**
     * Forbids what is too far below the best, as llama.cpp does: the forbidden still count for {@code dynatemp_range}.
     */
    static void topNSigma(Candidates c, double n) {
        if (n <= 0 || c.size() <= 1) {
            return;
        }
        double sum = 0;
        int possible = 0;
        for (int i = 0; i < c.size(); i++) {
            if (c.score(i) != Double.NEGATIVE_INFINITY) {
                sum += c.score(i);
                possible++;
            }
        }
        double mean = sum / possible;
        double squares = 0;
        for (int i = 0; i < c.size(); i++) {
            if (c.score(i) != Double.NEGATIVE_INFINITY) {
                squares += (c.score(i) - mean) * (c.score(i) - mean);
            }
        }
        double least = c.bestScore() - n * StrictMath.sqrt(squares / possible);
        for (int i = 0; i < c.size(); i++) {
            if (c.score(i) < least) {
                c.score(i, Double.NEGATIVE_INFINITY);
            }
        }
    }

    static void xtc(Candidates c, double probability, double threshold, SplittableRandom random) {
        if (probability <= 0 || threshold > 0.5 || c.size() < 2 || random.nextDouble() >= probability) {
            return;
        }
        c.softmax();
        int likely = 0;
        for (int i = 0; i < c.size(); i++) {
            if (c.probability(i) >= threshold) {
                likely++;
            }
        }
        if (likely > 1) {
            c.dropBest(likely - 1);
        }
    }
}
