package dev.athanor.kernel;

import java.util.Arrays;

/**
 * Matrix times one vector, the work of generating a token: every weight is read once, so memory bandwidth is the limit.
 */
public final class Gemv {
    /**
     * Weights one task reads, 256 KiB: small enough to share the last ones evenly, large enough to forget the cost of a
     * task.
     */
    private static final int TASK_FLOATS = 1 << 16;

    /** Columns whose running sums stay in the first-level cache while rows of an [in, out] matrix pass, 8 KiB. */
    private static final int COLUMNS = 2048;

    private final Kernels kernels;
    private final Workers workers;

    Gemv(Kernels kernels, Workers workers) {
        this.kernels = kernels;
        this.workers = workers;
    }

    /** y[n] = W[n, k] · x[k]. */
    public void outputMajor(int n, int k, float[] w, int wo, float[] x, int xo, float[] y, int yo) {
        int rows = Math.max(1, TASK_FLOATS / k);
        workers.run((n + rows - 1) / rows, (task, worker) -> {
            int end = Math.min(n, (task + 1) * rows);
            for (int row = task * rows; row < end; row++) {
                y[yo + row] = kernels.dot(w, wo + row * k, x, xo, k);
            }
        });
    }

    /** y[n] = x[k] · W[k, n]. */
    public void inputMajor(int n, int k, float[] w, int wo, float[] x, int xo, float[] y, int yo) {
        // At least 16 tasks, so that the split is even on any small number of threads.
        int columns = Math.max(64, Math.min(COLUMNS, (n / 16 + 15) / 16 * 16));
        workers.run((n + columns - 1) / columns, (task, worker) -> {
            int first = task * columns;
            int count = Math.min(columns, n - first);
            Arrays.fill(y, yo + first, yo + first + count, 0f);
            for (int p = 0; p < k; p++) {
                kernels.addScaled(y, yo + first, x[xo + p], w, wo + p * n + first, count);
            }
        });
    }
}
