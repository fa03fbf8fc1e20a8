package dev.athanor.generate.sample;

import java.util.SplittableRandom;

/** Draws one candidate by probability, going from the likeliest down. */
final class Draw {
    private Draw() {}

    /** The position drawn; the candidates' probabilities are set and sorted at least that far. */
    static int position(Candidates c, SplittableRandom random) {
        c.softmax();
        double at = random.nextDouble();
        int last = 0;
        for (int i = 0; i < c.size(); i++) {
            c.reach(i);
            if (c.probability(i) > 0) {
                last = i;
            }
            at -= c.probability(i);
            if (at < 0) {
                return i;
            }
        }
        return last; // rounding left a rest: the probabilities added up to a little less than 1
    }
}
