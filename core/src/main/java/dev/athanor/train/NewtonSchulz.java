package dev.athanor.train;

import dev.athanor.kernel.Compute;
import dev.athanor.kernel.Gemm;
import dev.athanor.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns a matrix into one whose singular values are all near 1, by five steps of a quintic iteration (Jordan et al., "Muon", 2024).
 * 4 m² n + 2 m³ multiply-adds per step for m ≤ n.
 */
final class NewtonSchulz {
    private static final int STEPS = 5;
    private static final float A = 3.4445f;
    private static final float B = -4.7750f;
    private static final float C = 2.0315f;

    private final Compute compute;
    private final Gemm gemm;
    private final Map<Integer, float[]> scratch = new HashMap<>();

    NewtonSchulz(Compute compute) {
        this.compute = compute;
        this.gemm = compute.gemm();
    }

    /** Replaces the [rows, columns] matrix {@code x}, divided by its Frobenius norm, by its orthogonalisation. */
    void apply(Tensor x) {
        int rows = x.dim(0);
        int columns = x.dim(1);
        boolean wide = rows <= columns;
        int m = Math.min(rows, columns);
        int n = Math.max(rows, columns);
        float[] data = x.data();
        int at = x.offset();
        float norm = (float) (1 / (Math.sqrt(GradientNorm.squared(List.of(x), compute)) + 1e-7));
        Chunks.forEach(compute.workers(), x.size(), (from, count) -> compute.kernels().scale(data, at + from, norm, count));
        float[] squares = buffer(m * m, 0); // X Xᵀ, or Xᵀ X when X is tall: no transposed copy is needed
        float[] polynomial = buffer(m * m, 1);
        float[] change = buffer(x.size(), 2);
        for (int step = 0; step < STEPS; step++) {
            gemm.multiply(m, m, n, data, at, columns, !wide, data, at, columns, wide, squares, 0, m, false);
            gemm.multiply(m, m, m, squares, 0, m, false, squares, 0, m, false, polynomial, 0, m, false);
            combine(polynomial, 0, C, squares, B, m * m);
            if (wide) {
                gemm.multiply(m, n, m, polynomial, 0, m, false, data, at, n, false, change, 0, n, false);
            } else {
                gemm.multiply(n, m, m, data, at, m, false, polynomial, 0, m, false, change, 0, m, false);
            }
            combine(data, at, A, change, 1f, x.size());
        }
    }

    /** x = scale * x + factor * y. */
    private void combine(float[] x, int xo, float scale, float[] y, float factor, int size) {
        Chunks.forEach(compute.workers(), size, (at, count) -> {
            compute.kernels().scale(x, xo + at, scale, count);
            compute.kernels().addScaled(x, xo + at, factor, y, at, count);
        });
    }

    private float[] buffer(int size, int use) {
        return scratch.computeIfAbsent(size * 3 + use, key -> new float[size]);
    }
}
