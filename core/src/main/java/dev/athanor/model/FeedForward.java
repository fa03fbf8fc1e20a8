package dev.athanor.model;

import dev.athanor.model.TensorSpec.Role;
import dev.athanor.model.hook.HookPoint;
import dev.athanor.op.Activate;
import dev.athanor.op.Tape;
import dev.athanor.op.Value;
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
        Value up = Projection.apply(
                tape, x, weights, Role.UP_WEIGHT, Optional.of(Role.UP_BIAS), layer, inputMajor); // [M, ff]
        run.visit(config.activation().gated() ? HookPoint.MLP_PRE_LINEAR : HookPoint.MLP_PRE, layer, up);
        Value hidden = switch (config.activation()) {
            case GELU_TANH -> Activate.gelu(tape, up, true);
            case GELU_ERF -> Activate.gelu(tape, up, false);
            case SILU_GATED -> {
                Value gate = Projection.apply(tape, x, weights, Role.GATE_WEIGHT, Optional.empty(), layer, inputMajor);
                run.visit(HookPoint.MLP_PRE, layer, gate);
                yield Activate.siluGate(tape, gate, up);
            }
        };
        run.visit(HookPoint.MLP_POST, layer, hidden);
        return Projection.apply(
                tape, hidden, weights, Role.DOWN_WEIGHT, Optional.of(Role.DOWN_BIAS), layer, inputMajor);
    }
}
