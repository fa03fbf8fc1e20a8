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
    private final float[][] rooms;
    private float[] prepared = new float[0];

    InterleavedRows(Kernels kernels, Workers workers) {
        this.workers = workers;
        this.vectors = !(kernels instanceof ScalarKernels);
        this.ends = new float[workers.threads()][Interleaved.ROWS];
        this.rooms = new float[workers.threads()][InterleavedDots.MANY_ROOM];
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

    /** What the products need of {@code count} vectors of x [count, k]; good until the next call. */
    float[] prepared(int k, float[] x, int xo, int count) {
        int size = InterleavedDots.prepared(k);
        if (prepared.length < count * size) {
            prepared = new float[count * size];
        }
        for (int j = 0; j < count; j++) {
            InterleavedDots.prepare(x, xo + j * k, k, prepared, j * size);
        }
        return prepared;
    }

    /** y[j, i] = row i of {@code m} [n, k] times vector j, for {@code groups} groups of rows from {@code first} on. */
    void rows(Interleaved m, int n, int first, int groups, float[] ready, int count, float[] y, int yo, int worker) {
        int size = InterleavedDots.prepared(m.columns());
        float[] room = rooms[worker];
        for (int group = first; group < Math.min(m.groups(), first + groups); group++) {
            int row = group * Interleaved.ROWS;
            if (row + Interleaved.ROWS <= n) {
                InterleavedDots.dots(vectors, m, group, ready, 0, size, count, y, yo + row, n, room);
                continue;
            }
            float[] end = ends[worker]; // sixteen rows do not fit behind y
            for (int j = 0; j < count; j++) {
                InterleavedDots.dots(vectors, m, group, ready, j * size, end, 0);
                System.arraycopy(end, 0, y, yo + j * n + row, n - row);
            }
        }
    }
}
