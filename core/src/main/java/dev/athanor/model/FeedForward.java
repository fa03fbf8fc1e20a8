package dev.athanor.model;

import dev.athanor.model.TensorSpec.Role;
import dev.athanor.model.hook.HookPoint;
import dev.athanor.op.Activate;
import dev.athanor.op.Tape;
import dev.athanor.op.Value;
import java.util.List;
import java.util.Optional;

/** The feed-forward step of one layer: widen, react, narrow; each word by itself. */
final class FeedForward {
    private final ModelConfig config;
    private final int layer;
    private final Weights weights;

    FeedForward(ModelConfig config, int layer, Weights weights) {
        this.config = config;
        this.layer = layer;
        this.weights = weights;
    }

    /**
     * @param x normalised residual stream [M, d]
     * @return what the step adds to the residual stream [M, d]
     */
    Value forward(Tape tape, Value x, Run run) {
        boolean inputMajor = config.layout().inputMajor();
        Value hidden = config.activation().gated() ? gated(tape, x, run) : plain(tape, x, run); // [M, ff]
        run.visit(HookPoint.MLP_POST, layer, hidden);
        return Projection.apply(
                tape, hidden, weights, Role.DOWN_WEIGHT, Optional.of(Role.DOWN_BIAS), layer, inputMajor);
    }

    private Value plain(Tape tape, Value x, Run run) {
        boolean inputMajor = config.layout().inputMajor();
        Value up = Projection.apply(tape, x, weights, Role.UP_WEIGHT, Optional.of(Role.UP_BIAS), layer, inputMajor);
        run.visit(HookPoint.MLP_PRE, layer, up);
        return Activate.gelu(tape, up, config.activation() == ModelConfig.Activation.GELU_TANH);
    }

    private Value gated(Tape tape, Value x, Run run) {
        List<Value> both = Projection.together(
                tape,
                x,
                weights,
                List.of(Role.UP_WEIGHT, Role.GATE_WEIGHT),
                List.of(Optional.of(Role.UP_BIAS), Optional.empty()),
                layer,
                config.layout().inputMajor());
        run.visit(HookPoint.MLP_PRE_LINEAR, layer, both.get(0));
        run.visit(HookPoint.MLP_PRE, layer, both.get(1));
        return Activate.siluGate(tape, both.get(1), both.get(0));
    }
}
