package dev.athanor.kernel;

import dev.athanor.quant.Blocks;
import dev.athanor.tensor.DType;
import dev.athanor.tensor.Stored;
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
    static final int PARTS = 16;

    /** Columns one task adds up. */
    private static final int COLUMNS = 1024;

    private final Kernels kernels;
    private final Workers workers;
    private final float[][] rows; // one per thread
    private float[] partial = new float[0];

    /** Plain loops over arrays are compiled at once, those over mapped memory late; a copy of a row costs less. */
    private final boolean copies;

    Gemv(Kernels kernels, Workers workers) {
        this.kernels = kernels;
        this.workers = workers;
        this.rows = new float[workers.threads()][0];
        this.copies = kernels instanceof ScalarKernels;
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

    /** As the other, with W as a file stores it. */
    public void outputMajor(Stored w, float[] x, int xo, float[] y, int yo) {
        int n = w.shape().rows();
        int k = w.shape().dim(-1);
        int perTask = Math.max(1, TASK_FLOATS / k);
        workers.run((n + perTask - 1) / perTask, (task, worker) -> {
            float[] row = row(worker, k);
            int end = Math.min(n, (task + 1) * perTask);
            for (int i = task * perTask; i < end; i++) {
                if (w.type() == DType.F32 && !copies) {
                    y[yo + i] = kernels.dot(w.bytes(), i * w.rowBytes(), x, xo, k);
                } else {
                    Blocks.decode(w.type(), w.bytes(), (long) i * k, k, row, 0);
                    y[yo + i] = kernels.dot(row, 0, x, xo, k);
                }
            }
        });
    }

    private float[] row(int worker, int size) {
        if (rows[worker].length < size) {
            rows[worker] = new float[size];
        }
        return rows[worker];
    }

    /** y[n] = x[k] · W[k, n]. */
    public void inputMajor(int n, int k, float[] w, int wo, float[] x, int xo, float[] y, int yo) {
        inputMajor(n, k, y, yo, (sums, from, p, worker) -> kernels.addScaled(sums, from, x[xo + p], w, wo + p * n, n));
    }

    /** As the other, with W as a file stores it. */
    public void inputMajor(Stored w, float[] x, int xo, float[] y, int yo) {
        int k = w.shape().rows();
        int n = w.shape().dim(-1);
        inputMajor(n, k, y, yo, (sums, from, p, worker) -> {
            if (w.type() == DType.F32 && !copies) {
                kernels.addScaled(sums, from, x[xo + p], w.bytes(), p * w.rowBytes(), n);
            } else {
                float[] row = row(worker, n);
                Blocks.decode(w.type(), w.bytes(), (long) p * n, n, row, 0);
                kernels.addScaled(sums, from, x[xo + p], row, 0, n);
            }
        });
    }

    /** Adds row p of W, times x[p], to the sums from {@code from} on. */
    private interface RowStep {
        void add(float[] sums, int from, int p, int worker);
    }

    private void inputMajor(int n, int k, float[] y, int yo, RowStep step) {
        int stretch = (k + PARTS - 1) / PARTS;
        int parts = (k + stretch - 1) / stretch;
        if (partial.length < parts * n) {
            partial = new float[parts * n];
        }
        float[] sums = partial; // [parts, n]
        workers.run(parts, (task, worker) -> {
            int from = task * n;
            Arrays.fill(sums, from, from + n, 0f);
            for (int p = task * stretch; p < Math.min(k, (task + 1) * stretch); p++) {
                step.add(sums, from, p, worker);
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
