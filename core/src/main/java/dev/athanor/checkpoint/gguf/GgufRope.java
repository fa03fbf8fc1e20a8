package dev.athanor.checkpoint.gguf;

import dev.athanor.checkpoint.ModelFormatException;
import dev.athanor.model.ModelConfig.Positions;
import dev.athanor.model.RopeScaling;
import java.util.Map;
import java.util.Optional;

/**
 * Rotation in GGUF: {@code ARCH.rope.freq_base} and {@code ARCH.rope.scaling.*} for the linear rule and YaRN; Llama
 * 3.1's rule is stored as its outcome, one factor per pair in the tensor {@code rope_freqs.weight}.
 */
final class GgufRope {
    private static final double USUAL_BETA_FAST = 32;
    private static final double USUAL_BETA_SLOW = 1;
    private static final int LLAMA3_CONTEXT = 8192;

    /** Factors are stored as F32; both sides round once. */
    private static final double FACTOR_TOLERANCE = 1e-5;

    private final GgufMetadata metadata;
    private final String architecture;

    GgufRope(GgufMetadata metadata, String architecture) {
        this.metadata = metadata;
        this.architecture = architecture;
    }

    /**
     * The rotation of heads of {@code headSize} numbers.
     *
     * @param factors numbers of {@code rope_freqs.weight}, if the file has it
     */
    Positions.Rotary read(int headSize, int context, Optional<float[]> factors) {
        double theta = number("rope.freq_base").orElse(10_000.0);
        int dimensions = metadata.whole(key("rope.dimension_count"), headSize, 2, headSize);
        RopeScaling scaling = scaling(context);
        if (factors.isPresent()) {
            if (!(scaling instanceof RopeScaling.None)) {
                throw metadata.fail(
                        key("rope.scaling.type"),
                        "none beside the tensor " + GgufNames.ROPE_FACTORS,
                        scaling.toString());
            }
            scaling = llama3(theta, dimensions, factors.get());
        }
        return new Positions.Rotary(theta, dimensions, scaling);
    }

    private RopeScaling scaling(int context) {
        double older = number("rope.scale_linear").orElse(1.0);
        double factor = number("rope.scaling.factor").orElse(older);
        String type = metadata.optionalText(key("rope.scaling.type")).orElse(factor == 1 ? "none" : "linear");
        metadata.value(key("rope.scaling.finetuned"));
        int original = metadata.whole(key("rope.scaling.original_context_length"), context, 1, Integer.MAX_VALUE);
        try {
            return switch (type) {
                case "none" -> new RopeScaling.None();
                case "linear" -> factor == 1 ? new RopeScaling.None() : new RopeScaling.Linear(factor);
                case "yarn" ->
                    new RopeScaling.Yarn(
                            factor,
                            original,
                            number("rope.scaling.yarn_beta_fast").orElse(USUAL_BETA_FAST),
                            number("rope.scaling.yarn_beta_slow").orElse(USUAL_BETA_SLOW),
                            RopeScaling.Yarn.usualAttentionFactor(factor)
                                    * number("rope.scaling.attn_factor").orElse(1.0));
                default -> throw metadata.fail(key("rope.scaling.type"), "none, linear or yarn", type);
            };
        } catch (IllegalArgumentException e) {
            throw metadata.fail(
                    key("rope.scaling.factor"), "numbers of a rule for scaling", String.valueOf(e.getMessage()));
        }
    }

    /**
     * The rule the factors came from. They determine it up to the original context, so the usual numbers are tried
     * unless the file names others.
     */
    private RopeScaling llama3(double theta, int dimensions, float[] factors) {
        double largest = 1;
        for (float factor : factors) {
            largest = Math.max(largest, factor);
        }
        double factor = number("rope.llama3.factor").orElse(largest);
        double low = number("rope.llama3.low_freq_factor").orElse(1.0);
        double high = number("rope.llama3.high_freq_factor").orElse(4.0);
        int original = metadata.whole(key("rope.llama3.original_context_length"), LLAMA3_CONTEXT, 1, Integer.MAX_VALUE);
        RopeScaling rule;
        try {
            rule = new RopeScaling.Llama3(factor, low, high, original);
        } catch (IllegalArgumentException e) {
            throw metadata.fail(
                    key("rope.llama3.factor"), "numbers of the rule llama3", String.valueOf(e.getMessage()));
        }
        float[] expected = factors(rule, theta, dimensions);
        for (int i = 0; i < expected.length; i++) {
            if (!(Math.abs(factors[i] - expected[i]) <= FACTOR_TOLERANCE * expected[i])) {
                throw new ModelFormatException(metadata.path() + ": tensor " + GgufNames.ROPE_FACTORS
                        + ": expected the factors of the rule llama3 (" + rule + "), whose number " + i + " is "
                        + expected[i] + ", found " + factors[i] + "; Athanor computes no other factors");
            }
        }
        return rule;
    }

    /** How many times slower each pair turns than it was learned to. */
    static float[] factors(RopeScaling scaling, double theta, int dimensions) {
        float[] factors = new float[dimensions / 2];
        for (int i = 0; i < factors.length; i++) {
            double plain = new RopeScaling.None().frequency(theta, dimensions, i);
            factors[i] = (float) (plain / scaling.frequency(theta, dimensions, i));
        }
        return factors;
    }

    /** The keys of {@code rotary}. */
    static void write(Positions.Rotary rotary, String architecture, Map<String, GgufValue> out) {
        String prefix = architecture + ".rope.";
        out.put(prefix + "dimension_count", GgufValue.of(rotary.dimensions()));
        out.put(prefix + "freq_base", GgufValue.of(rotary.theta()));
        switch (rotary.scaling()) {
            case RopeScaling.None none -> {}
            case RopeScaling.Linear s -> {
                out.put(prefix + "scaling.type", GgufValue.of("linear"));
                out.put(prefix + "scaling.factor", GgufValue.of(s.factor()));
            }
            case RopeScaling.Yarn s -> {
                out.put(prefix + "scaling.type", GgufValue.of("yarn"));
                out.put(prefix + "scaling.factor", GgufValue.of(s.factor()));
                out.put(prefix + "scaling.original_context_length", GgufValue.of(s.originalContext()));
                double attention = s.attentionFactor() / RopeScaling.Yarn.usualAttentionFactor(s.factor());
                if (attention != 1) {
                    out.put(prefix + "scaling.attn_factor", GgufValue.of(attention));
                }
                if (s.betaFast() != USUAL_BETA_FAST || s.betaSlow() != USUAL_BETA_SLOW) {
                    out.put(prefix + "scaling.yarn_beta_fast", GgufValue.of(s.betaFast()));
                    out.put(prefix + "scaling.yarn_beta_slow", GgufValue.of(s.betaSlow()));
                }
            }
            case RopeScaling.Llama3 s -> {
                // llama.cpp takes the factors alone; the rule is kept for the way back.
                out.put(prefix + "llama3.factor", GgufValue.of(s.factor()));
                out.put(prefix + "llama3.low_freq_factor", GgufValue.of(s.lowFrequencyFactor()));
                out.put(prefix + "llama3.high_freq_factor", GgufValue.of(s.highFrequencyFactor()));
                out.put(prefix + "llama3.original_context_length", GgufValue.of(s.originalContext()));
            }
        }
    }

    private Optional<Double> number(String name) {
        return metadata.positive(key(name));
    }

    private String key(String name) {
        return architecture + "." + name;
    }
}
