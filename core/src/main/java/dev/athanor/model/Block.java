package dev.athanor.model;

import dev.athanor.kernel.RotaryTable;
import dev.athanor.model.TensorSpec.Role;
import dev.athanor.model.hook.HookPoint;
import dev.athanor.op.Dropout;
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
        run.visit(HookPoint.RESID_PRE, layer, x);
        Value attended = attention.forward(tape, beforeAttention(tape, x, run), run);
        attended = dropped(tape, attended, run, 2 * layer);
        run.visit(HookPoint.ATTN_OUT, layer, attended);
        Value sum;
        if (config.parallelResidual()) {
            sum = Residual.add(tape, x, attended, reacted(tape, x, run));
        } else {
            Value middle = Residual.add(tape, x, attended);
            run.visit(HookPoint.RESID_MID, layer, middle);
            sum = Residual.add(tape, middle, reacted(tape, middle, run));
        }
        run.visit(HookPoint.RESID_POST, layer, sum);
        return sum;
    }

    /** What the feed-forward step adds. */
    private Value reacted(Tape tape, Value x, Run run) {
        Value reacted = feedForward.forward(tape, beforeFeedForward(tape, x, run), run);
        reacted = dropped(tape, reacted, run, 2 * layer + 1);
        run.visit(HookPoint.MLP_OUT, layer, reacted);
        return reacted;
    }

    private Value beforeAttention(Tape tape, Value x, Run run) {
        return Norms.apply(
                tape,
                x,
                weights.get(Role.ATTENTION_NORM_WEIGHT, layer),
                weights.find(Role.ATTENTION_NORM_BIAS, layer),
                config.normEpsilon(),
                new Norms.Place(HookPoint.LN1_SCALE, HookPoint.LN1_NORMALIZED, layer),
                run);
    }

    private Value beforeFeedForward(Tape tape, Value x, Run run) {
        return Norms.apply(
                tape,
                x,
                weights.get(Role.FEED_FORWARD_NORM_WEIGHT, layer),
                weights.find(Role.FEED_FORWARD_NORM_BIAS, layer),
                config.normEpsilon(),
                new Norms.Place(HookPoint.LN2_SCALE, HookPoint.LN2_NORMALIZED, layer),
                run);
    }

    private static Value dropped(Tape tape, Value x, Run run, int place) {
        // Seeds 2^40 apart never share an element index.
        return run.dropout() == 0f
                ? x
                : Dropout.apply(tape, x, run.dropout(), run.dropoutSeed() + ((long) place << 40));
    }
}
