package dev.athanor.train;

/**
 * The learning rate over a run, as a fraction of the base rate; {@code progress} is the share of the budget used, 0 to
 * 1.
 */
public sealed interface Schedule {
    double at(double progress);

    /**
     * Warm-up, constant, linear cooldown (Hägele et al., arXiv:2405.18392).
     *
     * @param warmUp share of the run that rises from 0
     * @param cooldown share of the run that falls to {@code last}
     * @param last share of the base rate at the end
     */
    record Trapezoid(double warmUp, double cooldown, double last) implements Schedule {
        public Trapezoid {
            requireShare("warmUp", warmUp);
            requireShare("cooldown", cooldown);
            requireShare("last", last);
            if (warmUp + cooldown > 1) {
                throw new IllegalArgumentException(
                        "schedule: expected warmUp + cooldown <= 1, found " + warmUp + " + " + cooldown);
            }
        }

        @Override
        public double at(double progress) {
            double p = Math.min(1, Math.max(0, progress));
            if (p < warmUp) {
                return p / warmUp;
            }
            return p <= 1 - cooldown ? 1 : last + (1 - last) * (1 - p) / cooldown;
        }
    }

    /** Warm-up, then half a cosine down to {@code last} (arXiv:1608.03983). */
    record Cosine(double warmUp, double last) implements Schedule {
        public Cosine {
            requireShare("warmUp", warmUp);
            requireShare("last", last);
            if (warmUp == 1) {
                throw new IllegalArgumentException("schedule: expected warmUp below 1, found 1");
            }
        }

        @Override
        public double at(double progress) {
            double p = Math.min(1, Math.max(0, progress));
            if (p < warmUp) {
                return p / warmUp;
            }
            return last + (1 - last) * 0.5 * (1 + StrictMath.cos(Math.PI * (p - warmUp) / (1 - warmUp)));
        }
    }

    private static void requireShare(String name, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException("schedule: expected " + name + " between 0 and 1, found " + value);
        }
    }
}
