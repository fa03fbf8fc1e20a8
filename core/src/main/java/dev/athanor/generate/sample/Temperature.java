package dev.athanor.generate.sample;

/** Divides the scores, by a fixed number or by one that grows with the entropy. */
final class Temperature {
    private Temperature() {}

    static void apply(Candidates c, double temperature, double range, double exponent) {
        if (range <= 0) {
            scale(c, temperature);
        } else if (c.size() > 1) {
            c.softmax();
            double share = Math.clamp(c.entropy() / StrictMath.log(c.size()), 0, 1);
            double least = Math.max(0, temperature - range);
            scale(c, least + (temperature + range - least) * StrictMath.pow(share, exponent));
        }
    }

    /** A temperature of 0, or so little that a quotient is not finite, leaves the likeliest. */
    static void scale(Candidates c, double temperature) {
        double best = c.bestScore();
        if (temperature <= 0 || !Double.isFinite(best / temperature)) {
            c.keepBest(1);
        } else if (temperature != 1) {
            c.divide(temperature);
        }
    }
}
