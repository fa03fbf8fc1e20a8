package dev.athanor.op;

import java.util.Optional;
import java.util.function.Consumer;

/** A norm in its steps: what it divides by, what is divided, and the learned weight and bias. No gradients. */
public final class OpenNormalise {
    private OpenNormalise() {}

    /**
     * As {@link Normalise#apply}.
     *
     * @param scale sees what each row is divided by, [rows], and may change it
     * @param normalized sees the divided rows, [rows, n], and may change them
     */
    public static Value apply(
            Tape tape,
            Value x,
            Value weight,
            Optional<Value> bias,
            float epsilon,
            Consumer<float[]> scale,
            Consumer<float[]> normalized) {
        if (tape.recording()) {
            throw new IllegalStateException("open norm: expected a pass without gradients, found one with");
        }
        int n = weight.columns();
        int rows = x.data().size() / n;
        float[] scales = new float[rows];
        float[] y = new float[rows * n];
        forEachRow(tape, rows, n, row -> scales[row] = centre(x, bias.isPresent(), epsilon, y, row, n));
        scale.accept(scales);
        forEachRow(tape, rows, n, row -> {
            for (int i = row * n; i < (row + 1) * n; i++) {
                y[i] /= scales[row];
            }
        });
        normalized.accept(y);
        Value out = tape.value(x.data().shape().toArray());
        forEachRow(tape, rows, n, row -> learned(y, row * n, weight, bias, out.array(), out.offset() + row * n));
        return out;
    }

    private interface Row {
        void at(int row);
    }

    private static void forEachRow(Tape tape, int rows, int n, Row body) {
        Rows.forEach(tape.compute().workers(), rows, n, (from, to, part) -> {
            for (int row = from; row < to; row++) {
                body.at(row);
            }
        });
    }

    /** Takes the mean off a row where the norm does; returns what the row is divided by. */
    private static float centre(Value x, boolean takesMean, float epsilon, float[] y, int row, int n) {
        int at = x.offset() + row * n;
        double mean = 0;
        if (takesMean) {
            for (int i = 0; i < n; i++) {
                mean += x.array()[at + i];
            }
            mean /= n;
        }
        double square = 0;
        for (int i = 0; i < n; i++) {
            double centred = x.array()[at + i] - mean;
            y[row * n + i] = (float) centred;
            square += centred * centred;
        }
        return (float) Math.sqrt(square / n + epsilon);
    }

    private static void learned(float[] y, int at, Value weight, Optional<Value> bias, float[] out, int oo) {
        float[] w = weight.array();
        int n = weight.columns();
        for (int i = 0; i < n; i++) {
            out[oo + i] = y[at + i] * w[weight.offset() + i];
        }
        if (bias.isPresent()) {
            float[] b = bias.get().array();
            int bo = bias.get().offset();
            for (int i = 0; i < n; i++) {
                out[oo + i] += b[bo + i];
            }
        }
    }
}
