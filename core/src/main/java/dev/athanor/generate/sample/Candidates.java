package dev.athanor.generate.sample;

import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * The tokens still in question and their scores. They lie in any order; how many of the first are known to be the best,
 * best first, is kept, so that nothing is sorted further than somebody asks.
 */
final class Candidates {
    /** How many are sorted at first for going down from the best; most draws and nuclei end sooner. */
    private static final int FIRST_LOOK = 256;

    private static final int GROWTH = 8;

    private int[] ids = new int[0];
    private double[] scores = new double[0];
    private double[] p = new double[0];
    private int size;
    private int sorted;

    /**
     * Starts from logits.
     *
     * @param logits [V], of which the first {@code count} count
     * @param allowed the ids that are candidates, or null for all
     * @throws IllegalStateException where one is not finite: then no choice means anything
     */
    void fill(float[] logits, int count, @Nullable BitSet allowed) {
        if (ids.length < count) {
            ids = new int[count];
            scores = new double[count];
            p = new double[count];
        }
        int n = 0;
        for (int id = 0; id < count; id++) {
            float logit = logits[id];
            if (!Float.isFinite(logit)) {
                throw new IllegalStateException("logits: expected finite numbers, found " + logit + " for token " + id
                        + "; the weights hold numbers that are not finite or far too large");
            }
            if (allowed == null || allowed.get(id)) {
                ids[n] = id;
                scores[n++] = logit;
            }
        }
        size = n;
        sorted = 0;
    }

    int size() {
        return size;
    }

    int id(int i) {
        return ids[i];
    }

    /** Where an id lies, or a negative number; only before anything was sorted or taken out, while ids rise. */
    int positionOf(int id) {
        return Arrays.binarySearch(ids, 0, size, id);
    }

    double score(int i) {
        return scores[i];
    }

    /** As of the last {@link #softmax}. */
    double probability(int i) {
        return p[i];
    }

    void score(int i, double value) {
        scores[i] = value;
        sorted = 0;
    }

    /** Divides every score; none changes its place. */
    void divide(double by) {
        for (int i = 0; i < size; i++) {
            scores[i] /= by;
        }
    }

    double bestScore() {
        if (sorted > 0) {
            return scores[0];
        }
        double best = scores[0];
        for (int i = 1; i < size; i++) {
            best = Math.max(best, scores[i]);
        }
        return best;
    }

    /** Position of the likeliest; of equal ones the lowest id. */
    int best() {
        int best = 0;
        for (int i = 1; i < size && sorted == 0; i++) {
            if (scores[i] > scores[best] || (scores[i] == scores[best] && ids[i] < ids[best])) {
                best = i;
            }
        }
        return best;
    }

    /** Sets the probabilities from the scores. */
    void softmax() {
        double most = bestScore();
        double sum = 0;
        for (int i = 0; i < size; i++) {
            // exp(-746) is 0 in F64, and asking StrictMath for it takes as long as for any other.
            double below = scores[i] - most;
            p[i] = below < -746 ? 0 : StrictMath.exp(below);
            sum += p[i];
        }
        for (int i = 0; i < size; i++) {
            p[i] /= sum;
        }
    }

    /** In nats, from the probabilities. */
    double entropy() {
        double h = 0;
        for (int i = 0; i < size; i++) {
            if (p[i] > 0) {
                h -= p[i] * StrictMath.log(p[i]);
            }
        }
        return h;
    }

    /** Makes the first {@code n} the best, best first, each with its probability. */
    void sort(int n) {
        int want = Math.min(n, size);
        if (want <= sorted) {
            return;
        }
        int[] order = Ranking.best(scores, ids, size, want);
        int[] bestIds = new int[want];
        double[] bestScores = new double[want];
        double[] bestP = new double[want];
        for (int i = 0; i < want; i++) {
            bestIds[i] = ids[order[i]];
            bestScores[i] = scores[order[i]];
            bestP[i] = p[order[i]];
        }
        if (want < size) {
            Arrays.sort(order);
            int to = size;
            int taken = want - 1;
            for (int i = size - 1; i >= 0; i--) {
                if (taken >= 0 && order[taken] == i) {
                    taken--;
                } else {
                    move(i, --to);
                }
            }
        }
        System.arraycopy(bestIds, 0, ids, 0, want);
        System.arraycopy(bestScores, 0, scores, 0, want);
        System.arraycopy(bestP, 0, p, 0, want);
        sorted = want;
    }

    /**
     * Sorts position {@code i} and, where that is further than before, well beyond it: for going down from the best.
     */
    void reach(int i) {
        if (i >= sorted) {
            sort(Math.max(FIRST_LOOK, i > size / GROWTH ? size : i * GROWTH));
        }
    }

    /** Keeps the {@code n} best. */
    void keepBest(int n) {
        if (n < size) {
            sort(n);
            size = n;
        }
    }

    /** Drops the {@code n} best. */
    void dropBest(int n) {
        sort(n + 1);
        for (int i = n; i < size; i++) {
            move(i, i - n);
        }
        size -= n;
        sorted -= n;
    }

    /** Keeps those that {@code kept} names by position, in their places relative to one another. */
    void keep(BitSet kept) {
        int n = 0;
        int stillSorted = 0;
        for (int i = kept.nextSetBit(0); i >= 0; i = kept.nextSetBit(i + 1)) {
            if (i < sorted) {
                stillSorted++;
            }
            move(i, n++);
        }
        size = n;
        sorted = stillSorted;
    }

    /** Keeps scores from {@code least} up, and the best in any case. */
    void keepFrom(double least) {
        int best = best();
        BitSet kept = new BitSet(size);
        kept.set(best);
        for (int i = 0; i < size; i++) {
            if (scores[i] >= least) {
                kept.set(i);
            }
        }
        keep(kept);
    }

    /** Positions by rising distance of {@code distances[i]}, equal ones by rising id; the first {@code n}. */
    int[] nearest(double[] distances, int n) {
        double[] falling = new double[size];
        for (int i = 0; i < size; i++) {
            falling[i] = -distances[i];
        }
        return Ranking.best(falling, ids, size, Math.min(n, size));
    }

    private void move(int from, int to) {
        ids[to] = ids[from];
        scores[to] = scores[from];
        p[to] = p[from];
    }
}
