package dev.athanor.generate.speculate;

import java.util.SplittableRandom;

/**
 * A token guessed, and how likely the guesser was to guess each token.
 *
 * @param probabilities [V] that {@code token} was drawn from; empty where nothing was drawn and the guess was certain
 */
public record Proposal(int token, double[] probabilities) {
    private static final double[] CERTAIN = {};

    /** A guess that involved no chance. */
    public static Proposal certain(int token) {
        return new Proposal(token, CERTAIN);
    }

    /** Whether the guess involved no chance. Then drawing as if there were none keeps it as often as can be. */
    public boolean certain() {
        return probabilities.length == 0;
    }

    private double of(int id) {
        return id < probabilities.length ? probabilities[id] : 0;
    }

    /**
     * Draws from {@code p} so that the token guessed comes as often as {@code p} allows: it is kept with probability
     * min(1, p / q), otherwise one is drawn out of what p has more than q. Whatever q is, the result follows p
     * (arXiv:2211.17192, appendix A.1).
     *
     * @param ids that {@code p} is of
     * @param p [at least kept] probabilities that add up to 1
     * @param random not the one that the guess was drawn with
     * @return an index into {@code ids}
     */
    public int draw(int[] ids, double[] p, int kept, SplittableRandom random) {
        double at = random.nextDouble();
        for (int i = 0; i < kept; i++) {
            if (ids[i] == token && at * of(token) < p[i]) {
                return i;
            }
        }
        double rest = 0;
        for (int i = 0; i < kept; i++) {
            rest += Math.max(0, p[i] - of(ids[i]));
        }
        double left = random.nextDouble() * rest;
        int last = 0;
        for (int i = 0; i < kept; i++) {
            double more = Math.max(0, p[i] - of(ids[i]));
            if (more > 0) {
                last = i;
            }
            left -= more;
            if (left < 0) {
                return i;
            }
        }
        return last; // rounding left a rest
    }
}
