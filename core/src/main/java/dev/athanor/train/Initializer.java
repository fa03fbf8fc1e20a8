package dev.athanor.train;

import dev.athanor.model.ModelConfig;
import dev.athanor.model.Parameters;
import dev.athanor.model.TensorSpec;
import dev.athanor.tensor.Tensor;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * First weights. Norms one, biases zero, matrices normal with a given deviation; those that write into the residual
 * stream smaller by sqrt(2 layers) as in GPT-2, or zero, so that every block begins as the identity. Every tensor draws
 * from a stream of its own that follows from the seed and its name.
 */
public final class Initializer {
    private Initializer() {}

    /**
     * How matrices begin.
     *
     * @param deviation standard deviation of the normal draws
     * @param zeroOutputs whether the two projections into the residual stream of every block begin at zero
     */
    public record Settings(double deviation, boolean zeroOutputs) {}

    /** GPT-2's way: every matrix drawn. */
    public static Parameters initialize(ModelConfig config, double deviation, long seed) {
        return initialize(config, new Settings(deviation, false), seed);
    }

    public static Parameters initialize(ModelConfig config, Settings settings, long seed) {
        return Parameters.of(config, spec -> tensor(config, spec, settings, seed));
    }

    private static Tensor tensor(ModelConfig config, TensorSpec spec, Settings settings, long seed) {
        Tensor t = Tensor.zeros(spec.shape().toArray());
        double deviation = settings.deviation;
        switch (spec.role()) {
            case ATTENTION_NORM_WEIGHT,
                    FEED_FORWARD_NORM_WEIGHT,
                    FINAL_NORM_WEIGHT,
                    QUERY_NORM_WEIGHT,
                    KEY_NORM_WEIGHT -> Arrays.fill(t.data(), 1f);
            case ATTENTION_OUTPUT_WEIGHT, DOWN_WEIGHT -> {
                if (!settings.zeroOutputs) {
                    fill(t, deviation / Math.sqrt(2.0 * config.layers()), seed, spec.name());
                }
            }
            default -> {
                if (spec.shape().rank() >= 2) {
                    fill(t, deviation, seed, spec.name());
                }
            }
        }
        return t;
    }

    /** Normal numbers by Marsaglia's polar method with StrictMath, so that every machine draws the same. */
    private static void fill(Tensor t, double deviation, long seed, String name) {
        SplittableRandom random = new SplittableRandom(Seeds.of(seed, Seeds.ofText(name)));
        float[] data = t.data();
        for (int i = 0; i < data.length; ) {
            double u = random.nextDouble() * 2 - 1;
            double v = random.nextDouble() * 2 - 1;
            double s = u * u + v * v;
            if (s >= 1 || s == 0) {
                continue;
            }
            double scale = deviation * StrictMath.sqrt(-2 * StrictMath.log(s) / s);
            data[i++] = (float) (u * scale);
            if (i < data.length) {
                data[i++] = (float) (v * scale);
            }
        }
    }
}
