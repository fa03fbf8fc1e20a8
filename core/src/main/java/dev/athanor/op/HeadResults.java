package dev.athanor.op;

import dev.athanor.kernel.Kernels;
import dev.athanor.kernel.StoredRows;
import dev.athanor.tensor.Stored;
import dev.athanor.tensor.Tensor;
import java.util.Arrays;
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
        Tensor all = inMemory(weight);
        int d = all.dim(inputMajor ? 1 : 0);
        float[] results = new float[Math.multiplyExact(Math.multiplyExact(rows, heads), d)];
        Value alone = tape.value(rows, headSize);
        for (int head = 0; head < heads; head++) {
            for (int row = 0; row < rows; row++) {
                System.arraycopy(
                        z.array(),
                        z.offset() + row * z.columns() + head * headSize,
                        alone.array(),
                        alone.offset() + row * headSize,
                        headSize);
            }
            Value part = Value.constant(ofHead(all, head, headSize, d, inputMajor));
            Value result = Linear.apply(tape, alone, part, Optional.empty(), inputMajor);
            for (int row = 0; row < rows; row++) {
                System.arraycopy(result.array(), result.offset() + row * d, results, (row * heads + head) * d, d);
            }
        }
        seen.accept(results);
        return sum(tape, results, rows, heads, d, bias);
    }

    private static Tensor inMemory(Value weight) {
        return weight.weight() instanceof Stored stored ? StoredRows.toTensor(stored) : weight.data();
    }

    /** The inputs of one head: rows of [in, out], columns of [out, in]. */
    private static Tensor ofHead(Tensor all, int head, int headSize, int d, boolean inputMajor) {
        Tensor part = inputMajor ? Tensor.zeros(headSize, d) : Tensor.zeros(d, headSize);
        if (inputMajor) {
            System.arraycopy(all.data(), all.offset() + head * headSize * d, part.data(), 0, headSize * d);
            return part;
        }
        int columns = all.dim(1);
        for (int row = 0; row < d; row++) {
            System.arraycopy(
                    all.data(), all.offset() + row * columns + head * headSize, part.data(), row * headSize, headSize);
        }
        return part;
    }

    private static Value sum(Tape tape, float[] results, int rows, int heads, int d, Optional<Value> bias) {
        Value out = tape.value(rows, d);
        Kernels kernels = tape.compute().kernels();
        Rows.forEach(tape.compute().workers(), rows, heads * d, (from, to, part) -> {
            for (int row = from; row < to; row++) {
                int at = out.offset() + row * d;
                if (bias.isPresent()) {
                    System.arraycopy(bias.get().array(), bias.get().offset(), out.array(), at, d);
                } else {
                    Arrays.fill(out.array(), at, at + d, 0f);
                }
                for (int head = 0; head < heads; head++) {
                    kernels.add(out.array(), at, results, (row * heads + head) * d, d);
                }
            }
        });
        return out;
    }
}
