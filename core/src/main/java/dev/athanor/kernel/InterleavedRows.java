package dev.athanor.kernel;

import dev.athanor.quant.Interleaved;
import dev.athanor.quant.InterleavedDots;
import dev.athanor.tensor.Stored;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;

/**
 * Stored four-bit matrices in the layout that {@link Interleaved} describes, made the first time a matrix is multiplied
 * with a single row and kept as long as the matrix. They take as many bytes again as the matrix has in its file; what
 * is mapped of the file is not read any more while tokens are generated.
 */
final class InterleavedRows {
    private final Workers workers;
    private final boolean vectors;
    private final Map<Stored, Interleaved> made = new WeakHashMap<>();
    private final float[][] ends; // one per thread
    private float[] prepared = new float[0];

    InterleavedRows(Kernels kernels, Workers workers) {
        this.workers = workers;
        this.vectors = !(kernels instanceof ScalarKernels);
        this.ends = new float[workers.threads()][Interleaved.ROWS];
    }

    /** The rows of w, if it is of a type that has them and its scales are finite. */
    Optional<Interleaved> of(Stored w) {
        if (!Interleaved.has(w.type())) {
            return Optional.empty();
        }
        Interleaved m = made.get(w);
        if (m == null) {
            Interleaved room =
                    Interleaved.room(w.type(), w.shape().rows(), w.shape().dim(-1));
            workers.run(room.groups(), (group, worker) -> room.fill(w.bytes(), group));
            made.put(w, room);
            m = room;
        }
        return m.finite() ? Optional.of(m) : Optional.empty();
    }

    /** y[j, i] = row i of {@code m} [n, k] times vector j of x [count, k]. */
    void multiply(Interleaved m, int n, int k, float[] x, int xo, int count, float[] y, int yo, int rowsPerTask) {
        int size = InterleavedDots.prepared(k);
        if (prepared.length < count * size) {
            prepared = new float[count * size];
        }
        float[] ready = prepared;
        for (int j = 0; j < count; j++) {
            InterleavedDots.prepare(x, xo + j * k, k, ready, j * size);
        }
        int perTask = Math.max(1, rowsPerTask / Interleaved.ROWS);
        workers.run((m.groups() + perTask - 1) / perTask, (task, worker) -> {
            for (int group = task * perTask; group < Math.min(m.groups(), (task + 1) * perTask); group++) {
                for (int j = 0; j < count; j++) {
                    group(m, n, group, ready, j * size, y, yo + j * n, ends[worker]);
                }
            }
        });
    }

    private void group(Interleaved m, int n, int group, float[] x, int xo, float[] y, int yo, float[] end) {
        int first = group * Interleaved.ROWS;
        if (first + Interleaved.ROWS <= n) {
            InterleavedDots.dots(vectors, m, group, x, xo, y, yo + first);
        } else {
            InterleavedDots.dots(vectors, m, group, x, xo, end, 0);
            System.arraycopy(end, 0, y, yo + first, n - first);
        }
    }
}
