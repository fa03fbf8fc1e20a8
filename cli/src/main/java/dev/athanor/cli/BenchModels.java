package dev.athanor.cli;

import dev.athanor.model.ModelConfig;
import dev.athanor.model.Parameters;
import dev.athanor.train.Initializer;
import dev.athanor.train.Preset;

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
}
