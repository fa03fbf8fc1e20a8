package dev.athanor.generate.sample;

import java.util.SplittableRandom;

/**
 * Chooses tokens of a middling probability: near a target, which is moved against what was chosen before (llama.cpp's
 * adaptive-p).
 */
final class AdaptiveP {
    /** Scores peak at 5 and fall by {@code 10 d² / (1 + d)}, where d counts widths of 0.3: llama.cpp's shape. */
    private static final double PEAK = 5;

    private static final double SHARPNESS = 10;
    private static final double WIDTH = 0.3;

    private final double target;
    private final double decay;
    private double sum;
    private double weight;

    AdaptiveP(double target, double decay) {
        this.target = target;
        this.decay = decay;
        this.sum = target / (1 - decay);
        this.weight = 1 / (1 - decay);
    }

    /** Draws, and remembers how likely the token drawn was before the scores were bent. */
    int draw(Candidates c, SplittableRandom random) {
        if (target < 0) {
            return Draw.position(c, random);
        }
        c.softmax();
        double aim = Math.clamp(2 * target - sum / weight, 0, 1);
        int[] ids = new int[c.size()];
        double[] before = new double[c.size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = c.id(i);
            before[i] = c.probability(i);
            if (c.score(i) != Double.NEGATIVE_INFINITY) {
                double d = Math.abs(before[i] - aim) / WIDTH;
                c.score(i, PEAK - SHARPNESS * d * d / (1 + d));
            }
        }
        int drawn = Draw.position(c, random);
        int was = 0;
        while (ids[was] != c.id(drawn)) {
            was++;
        }
        sum = before[was] + decay * sum;
        weight = 1 + decay * weight;
        return drawn;
    }
}
