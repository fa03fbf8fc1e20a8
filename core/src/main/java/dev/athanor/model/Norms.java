package dev.athanor.model;

import dev.athanor.model.hook.HookPoint;
import dev.athanor.op.Normalise;
import dev.athanor.op.OpenNormalise;
import dev.athanor.op.Tape;
import dev.athanor.op.Value;
import java.util.Optional;

/** The norms of the residual stream: fused, or in their steps where somebody listens to them. */
final class Norms {
    private Norms() {}

    /** Where a norm stands. */
    record Place(HookPoint scale, HookPoint normalized, int layer) {}

    static Value apply(Tape tape, Value x, Value weight, Optional<Value> bias, float epsilon, Place place, Run run) {
        if (!run.wants(place.scale, place.layer) && !run.wants(place.normalized, place.layer)) {
            return Normalise.apply(tape, x, weight, bias, epsilon);
        }
        int n = weight.data().size();
        return OpenNormalise.apply(
                tape,
                x,
                weight,
                bias,
                epsilon,
                scale -> run.visit(place.scale, place.layer, scale, run.batch(), run.length(), 1),
                rows -> run.visit(place.normalized, place.layer, rows, run.batch(), run.length(), n));
    }
}
