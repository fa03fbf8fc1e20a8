package dev.athanor.generate.sample;

import java.util.BitSet;
import java.util.SplittableRandom;

/** Keeps the surprise of the text near a target by cutting the candidates (arXiv:2007.14966, versions 1 and 2). */
final class Mirostat {
    /** How many of the best show how fast probabilities fall; the paper's m. */
    private static final int M = 100;

    private final double tau;
    private final double eta;

    /** The largest surprise let through, in bits. */
    private double mu;

    Mirostat(double tau, double eta) {
        this.tau = tau;
        this.eta = eta;
        this.mu = 2 * tau;
    }

    /** Cuts to the k at which a Zipf law of the exponent found has the surprise wanted. */
    void cutByZipf(Candidates c, int vocabulary) {
        c.softmax();
        c.sort(M);
        c.keepBest(wanted(exponent(c), vocabulary));
    }

    /** Cuts what surprises more than mu. */
    void cutBySurprise(Candidates c) {
        c.softmax();
        BitSet kept = new BitSet(c.size());
        kept.set(c.best());
        for (int i = 0; i < c.size(); i++) {
            if (-bits(c.probability(i)) <= mu) {
                kept.set(i);
            }
        }
        c.keep(kept);
    }

    /** Draws, and moves mu by what the draw's surprise misses the target. */
    int draw(Candidates c, SplittableRandom random) {
        int i = Draw.position(c, random);
        double surprise = -bits(c.probability(i));
        mu -= eta * (surprise - tau);
        return i;
    }

    private static double bits(double p) {
        return StrictMath.log(p) / StrictMath.log(2);
    }

    private static double exponent(Candidates c) {
        double product = 0;
        double square = 0;
        for (int i = 0; i < M - 1 && i + 1 < c.size() && c.probability(i + 1) > 0; i++) {
            double t = StrictMath.log((i + 2.0) / (i + 1.0));
            product += t * StrictMath.log(c.probability(i) / c.probability(i + 1));
            square += t * t;
        }
        return square == 0 ? Double.POSITIVE_INFINITY : product / square;
    }

    private int wanted(double s, int vocabulary) {
        if (s == Double.POSITIVE_INFINITY) {
            return 1;
        }
        double e = s - 1;
        // The quotient's limit where the exponent is 1, at which it is 0/0.
        double scale = e == 0 ? 1 / StrictMath.log(vocabulary) : e / (1 - StrictMath.pow(vocabulary, -e));
        double k = StrictMath.pow(scale * StrictMath.pow(2, mu), 1 / s);
        return Math.max(1, (int) k);
    }
}
