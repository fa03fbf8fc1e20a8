package dev.athanor.op;

import java.util.Optional;
import java.util.function.Consumer;

/** Attention's output projection head by head, so that each head's part can be seen. No gradients. */
public final class HeadResults {
    private HeadResults() {}

    /**
     * The sum of all heads' results and the bias.
     *
     * @param z [rows, heads * headSize]
     * @param seen sees the results [rows, heads, d] and may change them
     * @return [rows, d]
     */
    public static Value apply(
            Tape tape,
            Value z,
            int headSize,
            Value weight,
            Optional<Value> bias,
            boolean inputMajor,
            Consumer<float[]> seen) {
        if (tape.recording()) {
            throw new IllegalStateException("results of heads: expected a pass without gradients, found one with");
        }
        int rows = z.rows();
        int heads = z.columns() / headSize;
        Value alone = tape.value(rows, z.columns());
        float[] results = new float[0];
        int d = 0;
        for (int head = 0; head < heads; head++) {
            java.util.Arrays.fill(
                    alone.array(), alone.offset(), alone.offset() + alone.data().size(), 0f);
            for (int row = 0; row < rows; row++) {
                int at = row * z.columns() + head * headSize;
                System.arraycopy(z.array(), z.offset() + at, alone.array(), alone.offset() + at, headSize);
            }
            Value result = Linear.apply(tape, alone, weight, Optional.empty(), inputMajor);
            d = result.columns();
            if (head == 0) {
                results = new float[Math.multiplyExact(Math.multiplyExact(rows, heads), d)];
            }
            for (int row = 0; row < rows; row++) {
                System.arraycopy(result.array(), result.offset() + row * d, results, (row * heads + head) * d, d);
            }
        }
        seen.accept(results);
        return sum(tape, results, rows, heads, d, bias);
    }

    private static Value sum(Tape tape, float[] results, int rows, int heads, int d, Optional<Value> bias) {
        Value out = tape.value(rows, d);
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < d; i++) {
                float sum = bias.isPresent() ? bias.get().array()[bias.get().offset() + i] : 0;
                for (int head = 0; head < heads; head++) {
                    sum += results[(row * heads + head) * d + i];
                }
                out.array()[out.offset() + row * d + i] = sum;
            }
        }
        return out;
    }
}
