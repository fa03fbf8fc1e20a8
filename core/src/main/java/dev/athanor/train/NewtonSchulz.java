package dev.athanor.train;

import dev.athanor.kernel.Gemm;
import dev.athanor.tensor.Tensor;
import java.util.HashMap;
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

    private final Gemm gemm;
    private final Map<Integer, float[]> scratch = new HashMap<>();

    NewtonSchulz(Gemm gemm) {
        this.gemm = gemm;
    }

    /** Replaces the [rows, columns] matrix {@code x} by its orthogonalisation. */
    void apply(Tensor x) {
        int rows = x.dim(0);
        int columns = x.dim(1);
        boolean wide = rows <= columns;
        int m = Math.min(rows, columns);
        int n = Math.max(rows, columns);
        float[] data = x.data();
        int at = x.offset();
        divide(data, at, x.size());
        float[] squares = buffer(m * m, 0); // X Xᵀ, or Xᵀ X when X is tall: no transposed copy is needed
        float[] polynomial = buffer(m * m, 1);
        float[] change = buffer(x.size(), 2);
        for (int step = 0; step < STEPS; step++) {
            gemm.multiply(m, m, n, data, at, columns, !wide, data, at, columns, wide, squares, 0, m, false);
            gemm.multiply(m, m, m, squares, 0, m, false, squares, 0, m, false, polynomial, 0, m, false);
            for (int i = 0; i < m * m; i++) {
                polynomial[i] = Math.fma(C, polynomial[i], B * squares[i]);
            }
            if (wide) {
                gemm.multiply(m, n, m, polynomial, 0, m, false, data, at, n, false, change, 0, n, false);
            } else {
                gemm.multiply(n, m, m, data, at, m, false, polynomial, 0, m, false, change, 0, m, false);
            }
            for (int i = 0; i < x.size(); i++) {
                data[at + i] = Math.fma(A, data[at + i], change[i]);
            }
        }
    }

    /** Divides by the Frobenius norm, so that no singular value exceeds 1. */
    private static void divide(float[] x, int at, int size) {
        double sum = 0;
        for (int i = 0; i < size; i++) {
            sum += (double) x[at + i] * x[at + i];
        }
        float scale = (float) (1 / (Math.sqrt(sum) + 1e-7));
        for (int i = 0; i < size; i++) {
            x[at + i] *= scale;
        }
    }

    private float[] buffer(int size, int use) {
        return scratch.computeIfAbsent(size * 3 + use, key -> new float[size]);
    }
}
