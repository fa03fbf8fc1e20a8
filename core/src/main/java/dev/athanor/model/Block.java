package dev.athanor.model;

import dev.athanor.kernel.RotaryTable;
import dev.athanor.model.TensorSpec.Role;
import dev.athanor.op.Dropout;
import dev.athanor.op.Normalise;
import dev.athanor.op.Residual;
import dev.athanor.op.Tape;
import dev.athanor.op.Value;
import java.util.Optional;

/** One layer: attention and feed-forward, each reading a normalised residual stream and adding to it. */
final class Block {
    private final ModelConfig config;
    private final int layer;
    private final Weights weights;
    private final Attention attention;
    private final FeedForward feedForward;

    Block(ModelConfig config, int layer, Weights weights, Optional<RotaryTable> rotary) {
        this.config = config;
        this.layer = layer;
        this.weights = weights;
        this.attention = new Attention(config, layer, weights, rotary);
        this.feedForward = new FeedForward(config, layer, weights);
    }

    /** Residual stream [batch * length, d] after this layer. */
    Value forward(Tape tape, Value x, Run run) {
        Value attended = attention.forward(tape, normalised(tape, x, true), run);
        attended = dropped(tape, attended, run, 2 * layer);
        if (config.parallelResidual()) {
            Value reacted = feedForward.forward(tape, normalised(tape, x, false));
            return Residual.add(tape, x, attended, dropped(tape, reacted, run, 2 * layer + 1));
        }
        Value middle = Residual.add(tape, x, attended);
        Value reacted = feedForward.forward(tape, normalised(tape, middle, false));
        return Residual.add(tape, middle, dropped(tape, reacted, run, 2 * layer + 1));
    }

    private Value normalised(Tape tape, Value x, boolean beforeAttention) {
        Role weight = beforeAttention ? Role.ATTENTION_NORM_WEIGHT : Role.FEED_FORWARD_NORM_WEIGHT;
        Role bias = beforeAttention ? Role.ATTENTION_NORM_BIAS : Role.FEED_FORWARD_NORM_BIAS;
        return Normalise.apply(tape, x, weights.get(weight, layer), weights.find(bias, layer), config.normEpsilon());
    }

    private static Value dropped(Tape tape, Value x, Run run, int place) {
        // Seeds 2^40 apart never share an element index.
        return run.dropout() == 0f
                ? x
                : Dropout.apply(tape, x, run.dropout(), run.dropoutSeed() + ((long) place << 40));
    }
}
