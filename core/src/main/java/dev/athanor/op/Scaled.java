package dev.athanor.op;

import dev.athanor.kernel.Kernels;

/** x times a number. */
public final class Scaled {
    private Scaled() {}

    /**
     * factor · x, in the shape of x. Where the factor is 1 this is x itself.
     *
     * @param x an intermediate result
     */
    public static Value apply(Tape tape, Value x, float factor) {
        if (factor == 1f) {
            return x;
        }
        int size = x.data().size();
        Value y = tape.value(x.data().shape().toArray());
        Kernels kernels = tape.compute().kernels();
        Rows.forEach(tape.compute().workers(), size, 1, (from, to, part) -> {
            System.arraycopy(x.array(), x.offset() + from, y.array(), y.offset() + from, to - from);
            kernels.scale(y.array(), y.offset() + from, factor, to - from);
        });
        tape.record(y, () -> backward(tape, x, factor, y));
        return y;
    }

    private static void backward(Tape tape, Value x, float factor, Value y) {
        boolean add = x.claim(tape.pool());
        Kernels kernels = tape.compute().kernels();
        Rows.forEach(tape.compute().workers(), x.data().size(), 1, (from, to, part) -> {
            int at = x.gradientOffset() + from;
            if (add) {
                kernels.addScaled(x.gradient(), at, factor, y.gradient(), y.gradientOffset() + from, to - from);
            } else {
                System.arraycopy(y.gradient(), y.gradientOffset() + from, x.gradient(), at, to - from);
                kernels.scale(x.gradient(), at, factor, to - from);
            }
        });
    }
}
