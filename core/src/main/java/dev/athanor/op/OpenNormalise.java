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
        for (int row = 0; row < rows; row++) {
            int at = x.offset() + row * n;
            double mean = 0;
            if (bias.isPresent()) {
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
            scales[row] = (float) Math.sqrt(square / n + epsilon);
        }
        scale.accept(scales);
        for (int i = 0; i < y.length; i++) {
            y[i] /= scales[i / n];
        }
        normalized.accept(y);
        Value out = tape.value(x.data().shape().toArray());
        for (int i = 0; i < y.length; i++) {
            float learned = y[i] * weight.array()[weight.offset() + i % n];
            out.array()[out.offset() + i] =
                    bias.isPresent() ? learned + bias.get().array()[bias.get().offset() + i % n] : learned;
        }
        return out;
    }
}
