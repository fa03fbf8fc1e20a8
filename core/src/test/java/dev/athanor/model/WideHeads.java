package dev.athanor.model;

import dev.athanor.model.ModelConfig.Activation;
import dev.athanor.model.ModelConfig.Family;
import dev.athanor.model.ModelConfig.NormKind;
import dev.athanor.model.ModelConfig.Positions;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/** Models of every family with random weights and heads of 32 numbers, one block of every stored type. */
final class WideHeads {
    static final int VOCABULARY = 61;
    private static final int HEADS = 4;
    private static final int SIZE = 32;

    private WideHeads() {}

    static ModelConfig config(Family family, int layers, int context) {
        return config(family, layers, context, SIZE, 96);
    }

    /**
     * @param size of a head, a quarter of the width
     * @param inner width of the feed-forward step
     */
    static ModelConfig config(Family family, int layers, int context, int size, int inner) {
        boolean old = family == Family.GPT2 || family == Family.GPT_NEOX;
        return new ModelConfig(
                family,
                VOCABULARY,
                context,
                layers,
                HEADS * size,
                HEADS,
                old ? HEADS : 2,
                size,
                inner,
                old ? NormKind.LAYER_NORM : NormKind.RMS_NORM,
                1e-5f,
                old ? Activation.GELU_TANH : Activation.SILU_GATED,
                family == Family.GPT2 ? new Positions.Learned() : new Positions.Rotary(1e4, old ? size / 4 : size),
                family == Family.GPT_NEOX,
                family == Family.QWEN3,
                old || family == Family.QWEN2,
                old,
                old,
                !old,
                family == Family.MISTRAL ? OptionalInt.of(50) : OptionalInt.empty(),
                0f,
                OptionalInt.empty(),
                OptionalInt.empty());
    }

    static Parameters random(ModelConfig config, long seed) {
        Parameters parameters = Parameters.zeros(config);
        SplittableRandom random = new SplittableRandom(seed);
        for (Parameter p : parameters.list()) {
            float[] data = p.value().data();
            for (int i = 0; i < data.length; i++) {
                data[i] =
                        (float) random.nextGaussian() * 0.1f + (p.spec().shape().rank() == 1 ? 1f : 0f);
            }
        }
        return parameters;
    }
}
