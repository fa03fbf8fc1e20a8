package dev.athanor.cli;

import dev.athanor.model.ModelConfig;
import dev.athanor.model.Parameters;
import dev.athanor.train.Initializer;
import dev.athanor.train.Preset;
import java.util.OptionalInt;

/** Models of known shapes with random weights. */
final class BenchModels {
    private BenchModels() {}

    /** The shape called {@code name} with at least {@code context} positions. */
    static Parameters named(String name, int context) {
        int vocabulary = switch (name) {
            case "gpt2-124m" -> 50257;
            case "small-10m", "nano-char" -> 65;
            default ->
                throw new IllegalArgumentException(
                        "--shape: expected gpt2-124m, small-10m or nano-char, found " + name);
        };
        ModelConfig c = Preset.named(name).modelConfig(vocabulary, -1);
        ModelConfig sized = new ModelConfig(
                c.family(),
                c.vocabularySize(),
                Math.max(context, c.contextLength()),
                c.layers(),
                c.width(),
                c.heads(),
                c.kvHeads(),
                c.headSize(),
                c.feedForwardWidth(),
                c.norm(),
                c.normEpsilon(),
                c.activation(),
                c.positions(),
                c.parallelResidual(),
                c.qkNorm(),
                c.qkvBias(),
                c.attentionOutputBias(),
                c.feedForwardBias(),
                c.tiedHead(),
                c.slidingWindow(),
                0f,
                c.bosToken(),
                c.eosToken());
        return Initializer.initialize(sized, 0.02, 1);
    }

    /** A Llama called {@code name}, to be stored in a file. */
    static ModelConfig llama(String name) {
        return switch (name) {
            case "llama-1.1b" -> llama(32_000, 2048, 22, 2048, 32, 4, 5632);
            case "llama-tiny" -> llama(512, 256, 2, 256, 4, 2, 512);
            default -> throw new IllegalArgumentException("--shape: expected llama-1.1b or llama-tiny, found " + name);
        };
    }

    private static ModelConfig llama(
            int vocabulary, int context, int layers, int width, int heads, int kvHeads, int feedForward) {
        int headSize = width / heads;
        return new ModelConfig(
                ModelConfig.Family.LLAMA,
                vocabulary,
                context,
                layers,
                width,
                heads,
                kvHeads,
                headSize,
                feedForward,
                ModelConfig.NormKind.RMS_NORM,
                1e-5f,
                ModelConfig.Activation.SILU_GATED,
                new ModelConfig.Positions.Rotary(10_000, headSize),
                false,
                false,
                false,
                false,
                false,
                false,
                OptionalInt.empty(),
                0f,
                OptionalInt.of(1),
                OptionalInt.of(2));
    }
}
