package dev.athanor.kernel;

import dev.athanor.quant.Blocks;
import dev.athanor.quant.RoundedActivations;
import dev.athanor.tensor.DType;
import dev.athanor.tensor.Stored;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;

/**
 * One matrix times several vectors, the work of generating a token for several texts at once: every weight is read once
 * for all of them, and every result has the bits that {@link Gemv} gives it alone. That {@link Gemm} adds up in another
 * order is why it is not used here: a text would depend on its company.
 */
public final class ManyGemv {
    /** Floats of a weight that stay in the nearest caches while all vectors meet them, 128 KiB. */
    private static final int BLOCK_FLOATS = 1 << 15;

    /** Blocks of rows one task takes, so that the last ones are shared evenly. */
    private static final int TASK_FLOATS = 1 << 17;

    /**
     * Floats of an [in, out] matrix out of which columns are cut at once, 256 KiB: few enough rows for memory to
     * foresee what is read next in each.
     */
    private static final int NEAR_FLOATS = 1 << 16;

    /** Floats between rows of x that are brought near. */
    private static final int APART = 32;

    /** Columns packed at once. */
    private static final int COLUMNS = 64;

    private final Kernels kernels;
    private final Workers workers;
    private final InterleavedRows interleaved;
    private final float[][] rooms; // one per thread
    private final float[][] lanes; // one per thread
    private final SmallGemm[] products; // one per thread
    private float[] partial = new float[0];
    private float[] apart = new float[0];

    ManyGemv(Kernels kernels, MicroKernel micro, Workers workers, InterleavedRows interleaved) {
        this.interleaved = interleaved;
        this.kernels = kernels;
        this.workers = workers;
        this.rooms = new float[workers.threads()][0];
        this.lanes = new float[workers.threads()][Kernels.LANES * Kernels.LANES];
        this.products = new SmallGemm[workers.threads()];
        Arrays.setAll(products, i -> new SmallGemm(micro));
    }

    private float[] room(int worker, int size) {
        if (rooms[worker].length < size) {
            rooms[worker] = new float[size];
        }
        return rooms[worker];
    }

    /** Where rows of a weight are read. */
    private interface Source {
        /** Rows [first, first + count) as floats: an array and where they begin in it. */
        Rows rows(int first, int count, int worker);
    }

    private record Rows(float[] data, int offset) {}

    private Source source(Stored w, int width) {
        return (first, count, worker) -> {
            float[] room = room(worker, count * width);
            if (w.type() == DType.F32) {
                long bytes = (long) count * width * Float.BYTES;
                MemorySegment from = w.bytes().asSlice(first * w.rowBytes(), bytes);
                MemorySegment.copy(from, ValueLayout.JAVA_FLOAT_UNALIGNED, 0, room, 0, count * width);
            } else {
                Blocks.decode(w.type(), w.bytes(), (long) first * width, count * width, room, 0);
            }
            return new Rows(room, 0);
        };
    }

    /** y[j, i] = W[i] · x[j] for W [n, k], x [count, k] and y [count, n]. */
    public void outputMajor(int n, int k, float[] w, int wo, float[] x, int xo, int count, float[] y, int yo) {
        outputMajor(n, k, (first, rows, worker) -> new Rows(w, wo + first * k), x, xo, count, y, yo);
    }

    /** As the other, with W as a file stores it. */
    public void outputMajor(Stored w, float[] x, int xo, int count, float[] y, int yo) {
        int n = w.shape().rows();
        int k = w.shape().dim(-1);
        Optional<InterleavedRows.Matrix> sixteen = interleaved.of(w);
        if (sixteen.isPresent()) {
            InterleavedRows.Matrix m = sixteen.get();
            RoundedActivations ready = interleaved.ready(w.type(), k, x, xo, count, EnumSet.noneOf(DType.class));
            workers.run(
                    (m.groups() + Gemv.GROUPS - 1) / Gemv.GROUPS,
                    (task, worker) ->
                            interleaved.rows(w, m, task * Gemv.GROUPS, Gemv.GROUPS, ready, count, y, yo, worker));
        } else {
            outputMajor(n, k, source(w, k), x, xo, count, y, yo);
        }
    }

    private void outputMajor(int n, int k, Source w, float[] x, int xo, int count, float[] y, int yo) {
        int block = Math.max(4, BLOCK_FLOATS / k & -4);
        int perTask = Math.max(1, TASK_FLOATS / (block * k)) * block;
        float[] near = apart(x, xo, k, count);
        int pitch = k + APART;
        workers.run((n + perTask - 1) / perTask, (task, worker) -> {
            int end = Math.min(n, (task + 1) * perTask);
            for (int first = task * perTask; first < end; first += block) {
                int rows = Math.min(block, end - first);
                Rows r = w.rows(first, rows, worker);
                kernels.dots(r.data, r.offset, k, rows, near, 0, pitch, count, y, yo + first, n, k, lanes[worker]);
            }
        });
    }

    /** x [count, k], its rows at a distance that is no power of two: they would drive each other out of the caches. */
    private float[] apart(float[] x, int xo, int k, int count) {
        int pitch = k + APART;
        if (apart.length < count * pitch) {
            apart = new float[count * pitch];
        }
        for (int j = 0; j < count; j++) {
            System.arraycopy(x, xo + j * k, apart, j * pitch, k);
        }
        return apart;
    }

    /** y[j] = x[j] · W for W [k, n], x [count, k] and y [count, n]. */
    public void inputMajor(int n, int k, float[] w, int wo, float[] x, int xo, int count, float[] y, int yo) {
        inputMajor(n, k, (first, rows, worker) -> new Rows(w, wo + first * n), x, xo, count, y, yo);
    }

    /** As the other, with W as a file stores it. */
    public void inputMajor(Stored w, float[] x, int xo, int count, float[] y, int yo) {
        int n = w.shape().dim(-1);
        inputMajor(n, w.shape().rows(), source(w, n), x, xo, count, y, yo);
    }

    private void inputMajor(int n, int k, Source w, float[] x, int xo, int count, float[] y, int yo) {
        int stretch = (k + Gemv.PARTS - 1) / Gemv.PARTS;
        int parts = (k + stretch - 1) / stretch;
        int block = Math.clamp(NEAR_FLOATS / n, 1, stretch);
        if (partial.length < parts * count * n) {
            partial = new float[parts * count * n];
        }
        float[] sums = partial; // [parts, count, n]
        workers.run(parts, (part, worker) -> {
            SmallGemm product = products[worker];
            int to = part * count * n;
            int end = Math.min(k, (part + 1) * stretch);
            for (int p = part * stretch; p < end; p += block) {
                int rows = Math.min(block, end - p);
                Rows r = w.rows(p, rows, worker);
                product.packA(count, rows, x, xo + p, k, false);
                for (int c = 0; c < n; c += COLUMNS) {
                    int columns = Math.min(COLUMNS, n - c);
                    product.packB(columns, rows, r.data, r.offset + c, n, false);
                    product.product(count, columns, rows, sums, to + c, n, p > part * stretch);
                }
            }
        });
        workers.run(count, (vector, worker) -> {
            System.arraycopy(sums, vector * n, y, yo + vector * n, n);
            for (int part = 1; part < parts; part++) {
                kernels.add(y, yo + vector * n, sums, (part * count + vector) * n, n);
            }
        });
    }
}
