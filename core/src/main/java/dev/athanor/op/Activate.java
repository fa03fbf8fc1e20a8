package dev.athanor.op;

import dev.athanor.kernel.Compute;
import dev.athanor.kernel.Kernels;

/** The non-linear step of the feed-forward network. */
public final class Activate {
    private Activate() {}

    /** GELU (arXiv:1606.08415), by its tanh approximation (GPT-2) or exactly (GPT-NeoX). */
    public static Value gelu(Tape tape, Value x, boolean tanh) {
        Value y = tape.value(x.data().shape().toArray());
        Compute compute = tape.compute();
        Kernels kernels = compute.kernels();
        Rows.forEach(compute.workers(), x.data().size(), 1, (from, to, part) -> {
            if (tanh) {
                kernels.geluTanh(y.array(), y.offset() + from, x.array(), x.offset() + from, to - from);
            } else {
                kernels.geluErf(y.array(), y.offset() + from, x.array(), x.offset() + from, to - from);
            }
        });
        tape.record(y, () -> geluBackward(tape, x, tanh, y));
        return y;
    }

    private static void geluBackward(Tape tape, Value x, boolean tanh, Value y) {
        requireFirst(x.claim(tape.pool()));
        Compute compute = tape.compute();
        Kernels kernels = compute.kernels();
        float[] dx = x.gradient();
        float[] dy = y.gradient();
        Rows.forEach(compute.workers(), x.data().size(), 1, (from, to, part) -> {
            int dxo = x.gradientOffset() + from;
            int dyo = y.gradientOffset() + from;
            if (tanh) {
                kernels.geluTanhBackward(dx, dxo, dy, dyo, x.array(), x.offset() + from, to - from);
            } else {
                kernels.geluErfBackward(dx, dxo, dy, dyo, x.array(), x.offset() + from, to - from);
            }
        });
    }

    /** SwiGLU (arXiv:2002.05202): silu(gate) * up. */
    public static Value siluGate(Tape tape, Value gate, Value up) {
        Value y = tape.value(gate.data().shape().toArray());
        Compute compute = tape.compute();
        Rows.forEach(
                compute.workers(),
                y.data().size(),
                1,
                (from, to, part) -> compute.kernels()
                        .siluGate(
                                y.array(),
                                y.offset() + from,
                                gate.array(),
                                gate.offset() + from,
                                up.array(),
                                up.offset() + from,
                                to - from));
        tape.record(y, () -> siluGateBackward(tape, gate, up, y));
        return y;
    }

    private static void siluGateBackward(Tape tape, Value gate, Value up, Value y) {
        requireFirst(gate.claim(tape.pool()));
        requireFirst(up.claim(tape.pool()));
        Compute compute = tape.compute();
        Rows.forEach(
                compute.workers(),
                y.data().size(),
                1,
                (from, to, part) -> compute.kernels()
                        .siluGateBackward(
                                gate.gradient(),
                                gate.gradientOffset() + from,
                                up.gradient(),
                                up.gradientOffset() + from,
                                y.gradient(),
                                y.gradientOffset() + from,
                                gate.array(),
                                gate.offset() + from,
                                up.array(),
                                up.offset() + from,
                                to - from));
    }

    /** The kernels write rather than add; the input of an activation feeds nothing else. */
    private static void requireFirst(boolean alreadyHolds) {
        if (alreadyHolds) {
            throw new IllegalStateException(
                    "activation: its input was used twice, which the backward pass does not add up");
        }
    }
}
