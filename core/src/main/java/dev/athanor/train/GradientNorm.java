package dev.athanor.train;

import dev.athanor.kernel.Compute;
import dev.athanor.tensor.Tensor;
import java.util.List;

/** The global norm of gradients: squares summed per block of fixed size, blocks summed in double in their order. */
final class GradientNorm {
    private static final int BLOCK = 1 << 14;

    private GradientNorm() {}

    static double squared(List<Tensor> gradients, Compute compute) {
        double sum = 0;
        for (Tensor g : gradients) {
            int blocks = (g.size() + BLOCK - 1) / BLOCK;
            float[] squares = new float[blocks];
            compute.workers().run(blocks, (task, worker) -> {
                int at = g.offset() + task * BLOCK;
                int count = Math.min(BLOCK, g.size() - task * BLOCK);
                squares[task] = compute.kernels().dot(g.data(), at, g.data(), at, count);
            });
            for (float square : squares) {
                sum += square;
            }
        }
        return sum;
    }
}
