package dev.athanor.kernel;

import dev.athanor.quant.IntegerDots;
import dev.athanor.quant.Interleaved;
import dev.athanor.quant.InterleavedNumbers;
import dev.athanor.quant.RoundedActivations;
import dev.athanor.tensor.DType;
import dev.athanor.tensor.Stored;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Stored quantised matrices in the layout that {@link Interleaved} describes, made the first time a matrix is
 * multiplied and kept until this is closed, beside what is mapped of its file, unless a file beside the model's has
 * them ({@link Stored#laidOut}). Where they would take more than half of the heap, sixteen rows are laid out whenever a
 * single row needs them: several times slower, the same bits; products of several rows read the file then.
 */
final class InterleavedRows implements AutoCloseable {
    private final Arena arena;
    private final boolean shared;
    private final Workers workers;
    private final boolean vectors;
    private final long budget = Runtime.getRuntime().maxMemory() / 2;
    private final Map<Stored, Matrix> made = new IdentityHashMap<>();
    private final Map<DType, RoundedActivations> rounded = new EnumMap<>(DType.class);
    private final float[][] ends; // one per thread
    private final float[][] rooms;
    private long kept;
    private boolean told;

    /** @param closed whether somebody will close this; else its memory is given back when nobody has it any more */
    @SuppressWarnings("MustBeClosedChecker") // close() closes it
    InterleavedRows(Kernels kernels, Workers workers, boolean closed) {
        this.shared = closed;
        this.arena = closed ? Arena.ofShared() : Arena.ofAuto();
        this.workers = workers;
        this.vectors = !(kernels instanceof ScalarKernels);
        this.ends = new float[workers.threads()][Interleaved.ROWS];
        this.rooms = new float[workers.threads()][0];
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
        if (w.laidOut().isPresent()) {
            Interleaved all = Interleaved.over(w.type(), n, k, w.laidOut().get());
            return new Matrix(w.type(), n, k, Optional.of(all), new Interleaved[0]);
        }
        long bytes = Interleaved.bytes(w.type(), n, k);
        if (kept + bytes > budget) {
            tell();
            Interleaved[] some = new Interleaved[workers.threads()];
            for (int i = 0; i < some.length; i++) {
                some[i] = room(w.type(), Interleaved.ROWS, k);
            }
            return new Matrix(w.type(), n, k, Optional.empty(), some);
        }
        kept += bytes;
        Interleaved all = room(w.type(), n, k);
        workers.once(all.groups(), (group, worker) -> all.fill(w.bytes(), group * Interleaved.ROWS, group));
        return new Matrix(w.type(), n, k, Optional.of(all), new Interleaved[0]);
    }

    private Interleaved room(DType type, int rows, int columns) {
        MemorySegment memory = arena.allocate(Interleaved.bytes(type, rows, columns), Interleaved.ALIGNMENT);
        return Interleaved.over(type, rows, columns, memory);
    }

    @Override
    public void close() {
        if (shared && arena.scope().isAlive()) {
            arena.close();
        }
    }

    private void tell() {
        if (!told) {
            told = true;
            System.getLogger("dev.athanor.kernel")
                    .log(
                            System.Logger.Level.WARNING,
                            "quantised weights: expected rows of at most " + (budget >> 20) + " MiB, half of what the "
                                    + "Java heap may take, found more; the rest is laid out anew for every token, several "
                                    + "times slower: athanor repack writes them to a file once");
        }
    }

    /** The rows of w where they are kept whole and are faster read from there than from the file. */
    Optional<Interleaved> kept(Stored w) {
        return InterleavedNumbers.fast() && vectors ? of(w).flatMap(Matrix::all) : Optional.empty();
    }

    /**
     * What products with a type need of {@code count} vectors of x [count, k]; good until the next call for it.
     *
     * @param made the types that the same vectors are ready for; added to
     */
    RoundedActivations ready(DType type, int k, float[] x, int xo, int count, Set<DType> made) {
        RoundedActivations room = rounded.computeIfAbsent(type, any -> new RoundedActivations());
        if (made.add(type)) {
            workers.step(() -> room.round(vectors, type, x, xo, count, k));
        }
        return room;
    }

    /** y[j, i] = row i of w [n, k] times vector j, for {@code groups} groups of rows from {@code first} on. */
    void rows(
            Stored w,
            Matrix m,
            int first,
            int groups,
            RoundedActivations ready,
            int count,
            float[] y,
            int yo,
            int worker) {
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
            Interleaved rows,
            int group,
            Matrix m,
            int row,
            RoundedActivations ready,
            int count,
            float[] y,
            int yo,
            int worker) {
        int n = m.rows;
        if (row + Interleaved.ROWS <= n) {
            products(rows, group, ready, 0, count, y, yo + row, n, worker);
            return;
        }
        float[] end = ends[worker]; // sixteen rows do not fit behind y
        for (int j = 0; j < count; j++) {
            products(rows, group, ready, j, 1, end, 0, n, worker);
            System.arraycopy(end, 0, y, yo + j * n + row, n - row);
        }
    }

    /** y[yo + j * ys + i] = row i of sixteen times vector first + j. */
    private void products(
            Interleaved rows,
            int group,
            RoundedActivations ready,
            int first,
            int count,
            float[] y,
            int yo,
            int ys,
            int worker) {
        float[] room = room(worker, IntegerDots.room(rows.columns()));
        for (int j = 0; j < count; j++) {
            IntegerDots.dots(vectors, rows, group, ready, first + j, y, yo + j * ys, room);
        }
    }

    private float[] room(int worker, int size) {
        if (rooms[worker].length < size) {
            rooms[worker] = new float[size];
        }
        return rooms[worker];
    }
}
