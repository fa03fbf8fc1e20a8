package dev.athanor.op;

import dev.athanor.kernel.StoredRows;
import dev.athanor.tensor.Stored;
import dev.athanor.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;

/** A weighted sum of some logits of one row, where a backward pass may begin. */
public final class LinearVotes {
    private LinearVotes() {}

    /**
     * Σ weight · (x[row] · head[token]); on a recording tape the gradient of {@code x} is set to that of this sum.
     *
     * @param x [M, d]
     * @param head [V, d], constant
     * @param weights by token
     */
    public static double apply(Tape tape, Value x, Value head, int row, Map<Integer, Double> weights) {
        int d = x.columns();
        double[] direction = new double[d];
        float[] numbers = new float[d];
        for (Map.Entry<Integer, Double> e : weights.entrySet()) {
            read(head, e.getKey(), numbers);
            for (int i = 0; i < d; i++) {
                direction[i] += e.getValue() * numbers[i];
            }
        }
        double sum = 0;
        for (int i = 0; i < d; i++) {
            sum += direction[i] * x.array()[x.offset() + row * d + i];
        }
        if (tape.recording()) {
            x.claim(tape.pool());
            int at = x.gradientOffset();
            Arrays.fill(x.gradient(), at, at + x.data().size(), 0f);
            for (int i = 0; i < d; i++) {
                x.gradient()[at + row * d + i] = (float) direction[i];
            }
        }
        return sum;
    }

    private static void read(Value head, int token, float[] row) {
        switch (head.weight()) {
            case Tensor t -> System.arraycopy(t.data(), t.offset() + token * row.length, row, 0, row.length);
            case Stored s -> StoredRows.read(s, token, row, 0);
        }
    }
}
