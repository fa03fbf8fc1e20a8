package dev.athanor.train;

import dev.athanor.kernel.Compute;
import dev.athanor.tensor.Tensor;
import java.util.List;

/**
 * The global norm of all gradients: squares of {@link #RUN} numbers at a time in float, everything above in double,
 * always in the same order.
 */
final class GradientNorm {
    /** Short enough that the float sum is good to 1e-6 relative, long enough for the vector unit. */
    private static final int RUN = 1 << 10;

    private final List<Tensor> gradients;
    private final Slices slices;
    private final Compute compute;
    private final double[] sums;

    GradientNorm(List<Tensor> gradients, Slices slices, Compute compute) {
        this.gradients = gradients;
        this.slices = slices;
        this.compute = compute;
        this.sums = new double[slices.count()];
    }

    /** Square root of the sum of squares as the gradients are now; not finite when a gradient is not. */
    double measure() {
        slices.forEach(
                compute.workers(),
                (slice, tensor, from, count) -> sums[slice] = squares(gradients.get(tensor), from, count));
        double sum = 0;
        for (double part : sums) {
            sum += part;
        }
        return Math.sqrt(sum);
    }

    private double squares(Tensor g, int from, int count) {
        double sum = 0;
        for (int at = 0; at < count; at += RUN) {
            int start = g.offset() + from + at;
            sum += compute.kernels().dot(g.data(), start, g.data(), start, Math.min(RUN, count - at));
        }
        return sum;
    }
}
