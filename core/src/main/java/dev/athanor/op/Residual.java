package dev.athanor.op;

import dev.athanor.kernel.Compute;
import dev.athanor.kernel.Kernels;
import java.util.Optional;

/** Adds what a block computed to the residual stream. */
public final class Residual {
    private Residual() {}

    /** x + y [M, d]. */
    public static Value add(Tape tape, Value x, Value y) {
        Value sum = sum(tape, x, y, Optional.empty());
        tape.record(sum, () -> {
            // Both gradients are the sum's own. y's branch has read it before x's norm adds to it: the branch was
            // recorded later.
            y.borrow(sum);
            x.inherit(sum);
        });
        return sum;
    }

    /** x + y + z [M, d], for attention y and feed-forward z that both read x (GPT-NeoX). */
    public static Value add(Tape tape, Value x, Value y, Value z) {
        Value sum = sum(tape, x, y, Optional.of(z));
        tape.record(sum, () -> {
            // z's branch goes backward first and then adds to x's gradient, so y needs a copy.
            y.claim(tape.pool());
            System.arraycopy(
                    sum.gradient(),
                    sum.gradientOffset(),
                    y.gradient(),
                    y.gradientOffset(),
                    sum.data().size());
            z.borrow(sum);
            x.inherit(sum);
        });
        return sum;
    }

    private static Value sum(Tape tape, Value x, Value y, Optional<Value> z) {
        Value sum = tape.value(x.data().shape().toArray());
        Compute compute = tape.compute();
        Kernels kernels = compute.kernels();
        Rows.forEach(compute.workers(), sum.data().size(), 1, (from, to, part) -> {
            int at = sum.offset() + from;
            System.arraycopy(x.array(), x.offset() + from, sum.array(), at, to - from);
            kernels.add(sum.array(), at, y.array(), y.offset() + from, to - from);
            if (z.isPresent()) {
                kernels.add(sum.array(), at, z.get().array(), z.get().offset() + from, to - from);
            }
        });
        return sum;
    }
}
