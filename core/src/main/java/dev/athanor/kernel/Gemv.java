package dev.athanor.kernel;

import dev.athanor.quant.Blocks;
import dev.athanor.quant.Interleaved;
import dev.athanor.quant.RoundedActivations;
import dev.athanor.quant.StoredDots;
import dev.athanor.tensor.DType;
import dev.athanor.tensor.Stored;
import dev.athanor.tensor.Tensor;
import dev.athanor.tensor.Weight;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Matrix times one vector, the work of generating a token: every weight is read once, so memory bandwidth is the limit.
 */
public final class Gemv {
    /**
     * Weights one task reads, 256 KiB: small enough to share the last ones evenly, large enough to forget the cost of a
     * task.
     */
    private static final int TASK_FLOATS = 1 << 16;

    /** Numbers of stored weights one task reads, a stretch of 64 KiB of F16 in each of four places. */
    private static final int STORED_TASK = 1 << 17;

    /**
     * Parts into which the rows of an [in, out] matrix are cut. Each is one stretch of memory, read from end to end:
     * memory gives its bandwidth to such readers only, and columns cut out of every row got half of it.
     */
    static final int PARTS = 16;

    /** Sixteens of rows one task takes: those that lie together. */
    static final int GROUPS = Interleaved.TOGETHER;

    /** Columns one task adds up. */
    private static final int COLUMNS = 1024;

    private final Kernels kernels;
    private final Workers workers;
    private final InterleavedRows interleaved;
    private final FiniteHalves halves;
    private final float[][] rows; // one per thread
    private float[] partial = new float[0];

    Gemv(Kernels kernels, Workers workers, InterleavedRows interleaved) {
        this.interleaved = interleaved;
        this.kernels = kernels;
        this.workers = workers;
        this.halves = new FiniteHalves(kernels, workers);
        this.rows = new float[workers.threads()][0];
    }

    /** y[n] = W[n, k] · x[k]. */
    public void outputMajor(int n, int k, float[] w, int wo, float[] x, int xo, float[] y, int yo) {
        Loop loop = rows(n, k, w, wo, x, xo, y, yo);
        workers.run(loop.tasks, loop.body);
    }

    /** As the other, with W as a file stores it. */
    public void outputMajor(Stored w, float[] x, int xo, float[] y, int yo) {
        Loop loop = rows(w, x, xo, y, yo, EnumSet.noneOf(DType.class));
        workers.run(loop.tasks, loop.body);
    }

    /**
     * Products of several matrices with one vector, each with the bits it has alone, in one parallel loop: threads meet
     * once and not once for each.
     *
     * @param w matrices [n, k] of one k
     * @param y where the products go, one array and place for each matrix
     */
    public void together(List<Weight> w, float[] x, int xo, List<float[]> y, int[] yo) {
        Loop[] loops = new Loop[w.size()];
        Set<DType> ready = EnumSet.noneOf(DType.class);
        int[] ends = new int[loops.length];
        int total = 0;
        for (int i = 0; i < loops.length; i++) {
            loops[i] = switch (w.get(i)) {
                case Tensor t -> rows(t.dim(0), t.dim(-1), t.data(), t.offset(), x, xo, y.get(i), yo[i]);
                case Stored s -> rows(s, x, xo, y.get(i), yo[i], ready);
            };
            total += loops[i].tasks;
            ends[i] = total;
        }
        workers.run(total, (task, worker) -> {
            int i = 0;
            while (task >= ends[i]) {
                i++;
            }
            loops[i].body.run(task - ends[i] + loops[i].tasks, worker);
        });
    }

    /** A parallel loop that is still to be run. */
    private record Loop(int tasks, Workers.Task body) {}

    private Loop rows(int n, int k, float[] w, int wo, float[] x, int xo, float[] y, int yo) {
        int rows = Math.max(1, TASK_FLOATS / k);
        return new Loop((n + rows - 1) / rows, (task, worker) -> {
            int end = Math.min(n, (task + 1) * rows);
            for (int row = task * rows; row < end; row++) {
                y[yo + row] = kernels.dot(w, wo + row * k, x, xo, k);
            }
        });
    }

    /** @param made the types that x is ready for; added to */
    private Loop rows(Stored w, float[] x, int xo, float[] y, int yo, Set<DType> made) {
        int n = w.shape().rows();
        int k = w.shape().dim(-1);
        int perTask = Math.max(StoredDots.FOUR, STORED_TASK / k & -StoredDots.FOUR);
        Optional<InterleavedRows.Matrix> sixteen = interleaved.of(w);
        if (sixteen.isPresent()) {
            InterleavedRows.Matrix m = sixteen.get();
            RoundedActivations ready = interleaved.ready(w.type(), k, x, xo, 1, made);
            return new Loop(
                    (m.groups() + GROUPS - 1) / GROUPS,
                    (task, worker) -> interleaved.rows(w, m, task * GROUPS, GROUPS, ready, 1, y, yo, worker));
        }
        Optional<FiniteHalves.Ready> scaled = halves.ready(w, x, xo, made);
        return new Loop((n + perTask - 1) / perTask, (task, worker) -> {
            int first = task * perTask;
            int rows = Math.min(perTask, n - first);
            float[] room = row(worker, Math.max(k, StoredDots.ROOM));
            long at = first * w.rowBytes();
            int done = 0;
            if (scaled.isPresent() && scaled.get().made()) {
                float[] ready = scaled.get().scaled();
                done = StoredDots.rows(w.type(), w.bytes(), at, rows, ready, 0, k, y, yo + first, room);
            }
            at += done * w.rowBytes();
            kernels.storedDots(w.type(), w.bytes(), at, rows - done, x, xo, y, yo + first + done, k, room);
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
            if (w.type() == DType.F32 && kernels.readsFiles()) {
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
