package dev.athanor.op;

import dev.athanor.kernel.Compute;
import dev.athanor.kernel.Kernels;
import java.util.Arrays;

/**
 * Unembedding, softmax and loss in one: logits exist for some rows at a time and become their own gradient in place, so
 * a batch of any size over any vocabulary needs {@link #LOGITS} floats.
 */
public final class LinearCrossEntropy {
    /**
     * Most logits held at once, 64 MiB: 333 rows of GPT-2's vocabulary. Fewer rows would make the product for dW
     * shallow and slow.
     */
    private static final int LOGITS = 1 << 24;

    private LinearCrossEntropy() {}

    /**
     * Sum of -log p(target) over rows whose target is not negative. On a recording tape the gradients of {@code x} and
     * {@code weight} for the loss {@code scale * sum} are computed right here, since the logits are gone afterwards.
     *
     * @param x [M, d]
     * @param weight [V, d]
     * @param targets [M], negative where a row does not count
     */
    public static double apply(Tape tape, Value x, Value weight, int[] targets, float scale) {
        int rows = x.rows();
        int d = x.columns();
        int vocabulary = weight.rows();
        int chunk = Math.max(1, Math.min(rows, LOGITS / vocabulary));
        float[] logits = tape.pool().take(chunk * vocabulary);
        float[] losses = tape.pool().take(rows);
        boolean addX = tape.recording() && x.claim(tape.pool());
        for (int first = 0; first < rows; first += chunk) {
            int count = Math.min(chunk, rows - first);
            int at = x.offset() + first * d;
            Matrices.multiply(tape.compute(), count, vocabulary, d, x.array(), at, weight, true, logits, 0, false);
            losses(tape.compute(), logits, vocabulary, targets, first, count, scale, losses);
            if (tape.recording()) {
                int dx = x.gradientOffset() + first * d;
                Matrices.multiply(
                        tape.compute(), count, d, vocabulary, logits, 0, weight, false, x.gradient(), dx, addX);
            }
            if (tape.recording() && weight.learns()) {
                boolean add = weight.begin();
                Matrices.arrays(
                        tape.compute(),
                        vocabulary,
                        d,
                        count,
                        logits,
                        0,
                        vocabulary,
                        true,
                        x.array(),
                        at,
                        d,
                        false,
                        weight.gradient(),
                        weight.gradientOffset(),
                        d,
                        add);
            }
        }
        double sum = 0;
        for (int row = 0; row < rows; row++) {
            sum += losses[row];
        }
        tape.pool().give(logits);
        tape.pool().give(losses);
        return sum;
    }

    private static void losses(
            Compute compute,
            float[] logits,
            int vocabulary,
            int[] targets,
            int first,
            int count,
            float scale,
            float[] losses) {
        Kernels kernels = compute.kernels();
        compute.workers().run(count, (row, worker) -> {
            int target = targets[first + row];
            int at = row * vocabulary;
            if (target < 0) {
                Arrays.fill(logits, at, at + vocabulary, 0f);
                losses[first + row] = 0f;
            } else {
                losses[first + row] = kernels.crossEntropy(logits, at, vocabulary, target, scale);
            }
        });
    }
}
