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

    /**
     * Parts into which the rows of an [in, out] matrix are cut. Each is one stretch of memory, read from end to end:
     * memory gives its bandwidth to such readers only, and columns cut out of every row got half of it.
     */
    private static final int PARTS = 16;

    /** Columns one task adds up. */
    private static final int COLUMNS = 1024;

    private final Kernels kernels;
    private final Workers workers;
    private float[] partial = new float[0];

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
        int rows = (k + PARTS - 1) / PARTS;
        int parts = (k + rows - 1) / rows;
        if (partial.length < parts * n) {
            partial = new float[parts * n];
        }
        float[] sums = partial; // [parts, n]
        workers.run(parts, (task, worker) -> {
            int from = task * n;
            Arrays.fill(sums, from, from + n, 0f);
            for (int p = task * rows; p < Math.min(k, (task + 1) * rows); p++) {
                kernels.addScaled(sums, from, x[xo + p], w, wo + p * n, n);
            }
        });
        workers.run((n + COLUMNS - 1) / COLUMNS, (task, worker) -> {
            int first = task * COLUMNS;
            int count = Math.min(COLUMNS, n - first);
            System.arraycopy(sums, first, y, yo + first, count);
            for (int part = 1; part < parts; part++) {
                kernels.add(y, yo + first, sums, part * n + first, count);
            }
        });
    }
}
