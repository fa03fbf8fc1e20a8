package dev.athanor.kernel;

import dev.athanor.quant.Interleaved;
import dev.athanor.quant.InterleavedDots;
import dev.athanor.quant.InterleavedNumbers;
import dev.athanor.tensor.DType;
import dev.athanor.tensor.Stored;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Stored quantised matrices in the layout that {@link Interleaved} describes, made the first time a matrix is
 * multiplied and kept as long as the matrix, beside what is mapped of its file. Where they would take more than half of
 * the heap, sixteen rows are laid out whenever a single row needs them: several times slower, the same bits; products
 * of several rows read the file then.
 */
final class InterleavedRows {
    private final Workers workers;
    private final boolean vectors;
    private final long budget = Runtime.getRuntime().maxMemory() / 2;
    private final Map<Stored, Matrix> made = new WeakHashMap<>();
    private final Map<DType, float[]> prepared = new EnumMap<>(DType.class);
    private final float[][] ends; // one per thread
    private final float[][] rooms;
    private long kept;

    InterleavedRows(Kernels kernels, Workers workers) {
        this.workers = workers;
        this.vectors = !(kernels instanceof ScalarKernels);
        this.ends = new float[workers.threads()][Interleaved.ROWS];
        this.rooms = new float[workers.threads()][InterleavedDots.MANY_ROOM];
    }

    /**
     * A matrix, kept whole or with room for sixteen rows per thread.
     *
     * @param all empty where it is not kept
     */
    record Matrix(DType type, int rows, int columns, Optional<Interleaved> all, Interleaved[] some) {
        int groups() {
            return (rows + Interleaved.ROWS - 1) / Interleaved.ROWS;
        }
    }

    /** The rows of w, if it is of a type that has them and its scales are finite. */
    Optional<Matrix> of(Stored w) {
        if (!Interleaved.has(w.type())) {
            return Optional.empty();
        }
        Matrix m = made.get(w);
        if (m == null) {
            m = make(w);
            made.put(w, m);
        }
        return m.all.map(Interleaved::finite).orElse(true) ? Optional.of(m) : Optional.empty();
    }

    private Matrix make(Stored w) {
        int n = w.shape().rows();
        int k = w.shape().dim(-1);
        long bytes = Interleaved.bytes(w.type(), n, k);
        if (kept + bytes > budget) {
            Interleaved[] some = new Interleaved[workers.threads()];
            for (int i = 0; i < some.length; i++) {
                some[i] = Interleaved.room(w.type(), Interleaved.ROWS, k);
            }
            return new Matrix(w.type(), n, k, Optional.empty(), some);
        }
        kept += bytes;
        Interleaved all = Interleaved.room(w.type(), n, k);
        workers.run(all.groups(), (group, worker) -> all.fill(w.bytes(), group * Interleaved.ROWS, group));
        return new Matrix(w.type(), n, k, Optional.of(all), new Interleaved[0]);
    }

    /** The rows of w where they are kept whole and are faster read from there than from the file. */
    Optional<Interleaved> kept(Stored w) {
        return InterleavedNumbers.fast() && vectors ? of(w).flatMap(Matrix::all) : Optional.empty();
    }

    /** What products with a type need of {@code count} vectors of x [count, k]; good until the next call for it. */
    float[] prepared(DType type, int k, float[] x, int xo, int count) {
        int size = InterleavedDots.prepared(type, k);
        float @Nullable [] ready = prepared.get(type);
        if (ready == null || ready.length < count * size) {
            ready = new float[count * size];
            prepared.put(type, ready);
        }
        for (int j = 0; j < count; j++) {
            InterleavedDots.prepare(type, x, xo + j * k, k, ready, j * size);
        }
        return ready;
    }

    /** y[j, i] = row i of w [n, k] times vector j, for {@code groups} groups of rows from {@code first} on. */
    void rows(Stored w, Matrix m, int first, int groups, float[] ready, int count, float[] y, int yo, int worker) {
        for (int group = first; group < Math.min(m.groups(), first + groups); group++) {
            int row = group * Interleaved.ROWS;
            if (m.all.isPresent()) {
                group(m.all.get(), group, m, row, ready, count, y, yo, worker);
            } else {
                m.some[worker].fill(w.bytes(), row, 0);
                group(m.some[worker], 0, m, row, ready, count, y, yo, worker);
            }
        }
    }

    private void group(
            Interleaved rows, int group, Matrix m, int row, float[] ready, int count, float[] y, int yo, int worker) {
        int size = InterleavedDots.prepared(m.type, m.columns);
        int n = m.rows;
        if (row + Interleaved.ROWS <= n) {
            InterleavedDots.dots(vectors, rows, group, ready, 0, size, count, y, yo + row, n, rooms[worker]);
            return;
        }
        float[] end = ends[worker]; // sixteen rows do not fit behind y
        for (int j = 0; j < count; j++) {
            InterleavedDots.dots(vectors, rows, group, ready, j * size, end, 0);
            System.arraycopy(end, 0, y, yo + j * n + row, n - row);
        }
    }
}
