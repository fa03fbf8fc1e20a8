package dev.athanor.generate.speculate;

import dev.athanor.model.ModelConfig;
import dev.athanor.model.ModelConfig.Activation;
import dev.athanor.model.ModelConfig.Family;
import dev.athanor.model.ModelConfig.NormKind;
import dev.athanor.model.ModelConfig.Positions;
import dev.athanor.model.Parameter;
import dev.athanor.model.Parameters;
import dev.athanor.model.RopeScaling;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/** Models of one layer with random weights. */
final class TinyModels {
    private static final int WIDTH = 16;

    private TinyModels() {}

    /** @param deviation of the weights: the larger, the surer the model */
    static Parameters random(int vocabulary, int context, OptionalInt window, double deviation, long seed) {
        ModelConfig config = new ModelConfig(
                window.isPresent() ? Family.MISTRAL : Family.LLAMA,
                vocabulary,
                context,
                1,
                WIDTH,
                2,
                1,
                WIDTH / 2,
                32,
                NormKind.RMS_NORM,
                1e-5f,
                Activation.SILU_GATED,
                new Positions.Rotary(10_000, WIDTH / 2, new RopeScaling.None()),
                false,
                false,
                false,
                false,
                false,
                true,
                window,
                0f,
                OptionalInt.empty(),
                OptionalInt.empty());
        Parameters parameters = Parameters.zeros(config);
        SplittableRandom random = new SplittableRandom(seed);
        for (Parameter p : parameters.list()) {
            float[] data = p.value().data();
            boolean norm = p.spec().shape().rank() == 1;
            for (int i = 0; i < data.length; i++) {
                data[i] = norm ? 1f : (float) (random.nextGaussian() * deviation);
            }
        }
        return parameters;
    }
}
