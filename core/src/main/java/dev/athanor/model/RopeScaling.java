package dev.athanor.model;

/**
 * How rotary frequencies are changed so that a model reaches further than the context it first learned; the four rules
 * transformers and llama.cpp share.
 */
public sealed interface RopeScaling {
    /** Frequency of pair {@code pair}, radians per position. */
    double frequency(double theta, int dimensions, int pair);

    /** What cosines and sines are multiplied by, and with them, squared, every score. */
    default double magnitude() {
        return 1;
    }

    private static double plain(double theta, int dimensions, int pair) {
        return StrictMath.pow(theta, -2.0 * pair / dimensions);
    }

    /** theta^(-2i/dimensions), as it was learned. */
    record None() implements RopeScaling {
        @Override
        public double frequency(double theta, int dimensions, int pair) {
            return plain(theta, dimensions, pair);
        }
    }

    /** All positions {@code factor} times closer together (arXiv:2306.15595). */
    record Linear(double factor) implements RopeScaling {
        public Linear {
            requireFactor(factor);
        }

        @Override
        public double frequency(double theta, int dimensions, int pair) {
            return plain(theta, dimensions, pair) / factor;
        }
    }

    /**
     * Llama 3.1's rule: waves shorter than {@code originalContext / highFrequencyFactor} positions stay, those longer
     * than {@code originalContext / lowFrequencyFactor} are stretched by {@code factor}, between them a blend.
     */
    record Llama3(double factor, double lowFrequencyFactor, double highFrequencyFactor, int originalContext)
            implements RopeScaling {
        public Llama3 {
            requireFactor(factor);
            if (!(lowFrequencyFactor > 0 && highFrequencyFactor > lowFrequencyFactor) || originalContext < 1) {
                throw new IllegalArgumentException("rope scaling llama3: expected 0 < low_freq_factor < "
                        + "high_freq_factor and an original context of at least 1, found " + lowFrequencyFactor + ", "
                        + highFrequencyFactor + " and " + originalContext);
            }
        }

        @Override
        public double frequency(double theta, int dimensions, int pair) {
            double frequency = plain(theta, dimensions, pair);
            double waves = originalContext * frequency / (2 * Math.PI); // in the original context
            if (waves > highFrequencyFactor) {
                return frequency;
            }
            if (waves < lowFrequencyFactor) {
                return frequency / factor;
            }
            double smooth = (waves - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor);
            return (1 - smooth) * frequency / factor + smooth * frequency;
        }
    }

    /**
     * YaRN (arXiv:2309.00071): pairs that turn more than {@code betaFast} times in the original context stay, those
     * that turn less than {@code betaSlow} times are stretched by {@code factor}, a linear ramp over the pairs between.
     *
     * @param attentionFactor what cosines and sines are multiplied by; {@link #usualAttentionFactor} unless a
     *     checkpoint says otherwise
     */
    record Yarn(double factor, int originalContext, double betaFast, double betaSlow, double attentionFactor)
            implements RopeScaling {
        public Yarn {
            requireFactor(factor);
            if (originalContext < 1 || !(betaSlow > 0 && betaFast >= betaSlow) || !(attentionFactor > 0)) {
                throw new IllegalArgumentException(
                        "rope scaling yarn: expected an original context of at least 1, 0 < beta_slow <= beta_fast and "
                                + "attention_factor > 0, found " + originalContext + ", " + betaSlow + ", " + betaFast
                                + " and " + attentionFactor);
            }
        }

        /** 0.1 ln(factor) + 1. */
        public static double usualAttentionFactor(double factor) {
            return factor <= 1 ? 1 : 0.1 * StrictMath.log(factor) + 1;
        }

        @Override
        public double frequency(double theta, int dimensions, int pair) {
            double frequency = plain(theta, dimensions, pair);
            double low = Math.max(0, Math.floor(pairThatTurns(betaFast, theta, dimensions)));
            double high = Math.min(dimensions - 1, Math.ceil(pairThatTurns(betaSlow, theta, dimensions)));
            double ramp = Math.clamp((pair - low) / Math.max(0.001, high - low), 0.0, 1.0);
            return frequency / factor * ramp + frequency * (1 - ramp);
        }

        /** The pair, as a real number, that turns {@code times} times in the original context. */
        private double pairThatTurns(double times, double theta, int dimensions) {
            return dimensions * StrictMath.log(originalContext / (times * 2 * Math.PI)) / (2 * StrictMath.log(theta));
        }

        @Override
        public double magnitude() {
            return attentionFactor;
        }
    }

    private static void requireFactor(double factor) {
        if (!(factor >= 1 && factor < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("rope scaling: expected a factor of at least 1, found " + factor);
        }
    }
}
