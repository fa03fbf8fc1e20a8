package dev.athanor.op;

import dev.athanor.kernel.Compute;
import dev.athanor.kernel.Kernels;
import java.util.Arrays;
import java.util.Optional;

/**
 * LayerNorm (arXiv:1607.06450) where there is a bias, RMSNorm (arXiv:1910.07467) where there is none, over rows as long
 * as the weight. Over a head's numbers it is the query-key norm.
 */
public final class Normalise {
    private Normalise() {}

    /**
     * @param x any shape whose elements divide into rows of the weight's length
     * @param weight [n]
     * @param bias [n], present for LayerNorm
     * @return the shape of x
     */
    public static Value apply(Tape tape, Value x, Value weight, Optional<Value> bias, float epsilon) {
        int n = weight.columns();
        int rows = x.data().size() / n;
        Value y = tape.value(x.data().shape().toArray());
        float[] stats = tape.array(2 * rows); // mean and 1/deviation, or 1/root mean square
        Compute compute = tape.compute();
        Kernels kernels = compute.kernels();
        Rows.forEach(compute.workers(), rows, n, (from, to, part) -> {
            for (int row = from; row < to; row++) {
                int at = row * n;
                if (bias.isPresent()) {
                    Value b = bias.get();
                    kernels.layerNorm(
                            y.array(),
                            y.offset() + at,
                            x.array(),
                            x.offset() + at,
                            weight.array(),
                            weight.offset(),
                            b.array(),
                            b.offset(),
                            epsilon,
                            stats,
                            2 * row,
                            n);
                } else {
                    kernels.rmsNorm(
                            y.array(),
                            y.offset() + at,
                            x.array(),
                            x.offset() + at,
                            weight.array(),
                            weight.offset(),
                            epsilon,
                            stats,
                            2 * row,
                            n);
                }
            }
        });
        tape.record(y, () -> backward(tape, x, weight, bias, stats, y));
        return y;
    }

    private static void backward(Tape tape, Value x, Value weight, Optional<Value> bias, float[] stats, Value y) {
        int n = weight.columns();
        int rows = x.data().size() / n;
        int parts = Rows.parts(rows, n);
        // Every part sums its own rows; the parts are then added in order.
        float[] weights = tape.pool().take(parts * n);
        float[] biases = tape.pool().take(parts * n);
        Arrays.fill(weights, 0f);
        Arrays.fill(biases, 0f);
        boolean add = x.claim(tape.pool());
        float[] dx = x.gradient();
        float[] dy = y.gradient();
        Compute compute = tape.compute();
        Kernels kernels = compute.kernels();
        Rows.forEachPart(compute.workers(), rows, n, (from, to, part) -> {
            for (int row = from; row < to; row++) {
                int at = row * n;
                if (bias.isPresent()) {
                    kernels.layerNormBackward(
                            dx,
                            x.gradientOffset() + at,
                            add,
                            weights,
                            part * n,
                            biases,
                            part * n,
                            dy,
                            y.gradientOffset() + at,
                            x.array(),
                            x.offset() + at,
                            weight.array(),
                            weight.offset(),
                            stats,
                            2 * row,
                            n);
                } else {
                    kernels.rmsNormBackward(
                            dx,
                            x.gradientOffset() + at,
                            add,
                            weights,
                            part * n,
                            dy,
                            y.gradientOffset() + at,
                            x.array(),
                            x.offset() + at,
                            weight.array(),
                            weight.offset(),
                            stats,
                            2 * row,
                            n);
                }
            }
        });
        if (weight.learns()) {
            Linear.addColumns(compute, weights, 0, parts, n, weight);
        }
        bias.filter(Value::learns).ifPresent(b -> Linear.addColumns(compute, biases, 0, parts, n, b));
        tape.pool().give(weights);
        tape.pool().give(biases);
    }
}
