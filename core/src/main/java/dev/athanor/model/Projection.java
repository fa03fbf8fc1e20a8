package dev.athanor.model;

import dev.athanor.model.TensorSpec.Role;
import dev.athanor.op.Linear;
import dev.athanor.op.Residual;
import dev.athanor.op.Scaled;
import dev.athanor.op.Tape;
import dev.athanor.op.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One of a layer's matrices at work, with its bias and its low-rank addition where there are such. */
final class Projection {
    private Projection() {}

    /**
     * @param x [M, in]
     * @return [M, out]
     */
    static Value apply(
            Tape tape, Value x, Weights weights, Role weight, Optional<Role> bias, int layer, boolean inputMajor) {
        Value y = Linear.apply(
                tape, x, weights.get(weight, layer), bias.flatMap(role -> weights.find(role, layer)), inputMajor);
        return weights.adapter(weight, layer)
                .map(adapter -> {
                    Value narrow = Linear.apply(tape, x, adapter.a(), Optional.empty(), false); // [M, rank]
                    Value wide = Linear.apply(tape, narrow, adapter.b(), Optional.empty(), false); // [M, out]
                    return Residual.add(tape, y, Scaled.apply(tape, wide, adapter.scale()));
                })
                .orElse(y);
    }

    /**
     * {@link #apply} of several matrices to one x.
     *
     * @param biases one for each matrix; where a model has none of it, nothing is added
     */
    static List<Value> together(
            Tape tape,
            Value x,
            Weights weights,
            List<Role> matrices,
            List<Optional<Role>> biases,
            int layer,
            boolean inputMajor) {
        List<Value> values = new ArrayList<>(matrices.size());
        List<Optional<Value>> added = new ArrayList<>(matrices.size());
        boolean adapted = false;
        for (int i = 0; i < matrices.size(); i++) {
            Optional<Role> bias = biases.get(i);
            values.add(weights.get(matrices.get(i), layer));
            added.add(bias.isPresent() ? weights.find(bias.get(), layer) : Optional.empty());
            adapted |= weights.adapter(matrices.get(i), layer).isPresent();
        }
        if (!adapted) {
            return Linear.together(tape, x, values, added, inputMajor);
        }
        List<Value> all = new ArrayList<>(matrices.size());
        for (int i = 0; i < matrices.size(); i++) {
            all.add(apply(tape, x, weights, matrices.get(i), biases.get(i), layer, inputMajor));
        }
        return all;
    }
}
