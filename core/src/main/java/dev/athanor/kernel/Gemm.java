package dev.athanor.kernel;

import dev.athanor.quant.Interleaved;
import dev.athanor.tensor.Stored;
import java.util.Arrays;
import java.util.Optional;

/**
 * Matrix products C (+)= A · B over packed panels, for all four transpositions, on all threads.
 *
 * <p>The operand with fewer rows (or columns) is packed once per slab of k and shared; the other is packed panel by
 * panel into a thread's own memory just before use, where it stays in the nearest cache, so no packed copy of a large
 * weight matrix ever travels to memory. Slabs bound the shared copy to {@link #SHARED_FLOATS}. The blocking follows
 * Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (2008).
 *
 * <p>Every element of C is one chain of fused multiply-adds in the order of k (see {@link MicroKernel}), so results do
 * not depend on threads, width or block sizes.
 */
public final class Gemm {
    /**
     * k steps per panel. Each tile pays for its load and store of C once per block, so shallow blocks (128, 256) lost
     * 10 to 15 %.
     */
    static final int K_BLOCK = 512;

    /**
     * Largest shared packed operand, 4 MiB: it is read again for every panel of the other one and should stay in the
     * last cache.
     */
    private static final int SHARED_FLOATS = 1 << 20;

    /**
     * Rows of A one task packs when B is shared: they are read once per panel of B, so they should fit the second-level
     * cache.
     */
    private static final int ROWS_PER_TASK = 96;

    /**
     * Panels of B one task packs when A is shared: each panel of A comes from the last cache once for all of them. Four
     * panels of 64 KiB leave the second-level cache room for what streams through it.
     */
    private static final int COLUMN_PANELS_PER_TASK = 4;

    private static final int ENOUGH_TASKS = 16;

    private final Tiles tiles;
    private final Workers workers;
    private final Optional<InterleavedRows> interleaved;
    private final Scratch[] scratch;
    private float[] shared = new float[0];

    /** @param interleaved quantised rows in a layout that is quicker read than a file's, where there are any */
    Gemm(MicroKernel micro, Workers workers, Optional<InterleavedRows> interleaved) {
        this.interleaved = interleaved;
        this.tiles = new Tiles(micro);
        this.workers = workers;
        this.scratch = new Scratch[workers.threads()];
        for (int i = 0; i < scratch.length; i++) {
            scratch[i] = new Scratch(tiles);
        }
    }

    /** Packed panels and an edge tile of one thread. */
    static final class Scratch {
        private final float[] panel;
        private final float[] tile;
        private final float[] block = new float[256];
        private float[] rows = new float[0];

        float[] block() {
            return block;
        }

        /** Room for a panel of B that comes from a file, before it is packed. */
        float[] rows(int size) {
            if (rows.length < size) {
                rows = new float[size];
            }
            return rows;
        }

        Scratch(Tiles tiles) {
            panel = new float
                    [K_BLOCK * Math.max(COLUMN_PANELS_PER_TASK * tiles.columns(), ROWS_PER_TASK + tiles.rows())];
            tile = new float[tiles.rows() * tiles.columns()];
        }
    }

    /**
     * C[m, n] (+)= op(A)[m, k] · op(B)[k, n], row-major with leading dimensions in floats.
     *
     * @param transposeA whether A is stored [k, m]
     * @param transposeB whether B is stored [n, k]
     * @param accumulate whether the product is added to C rather than written over it
     */
    public void multiply(
            int m,
            int n,
            int k,
            float[] a,
            int ao,
            int lda,
            boolean transposeA,
            float[] b,
            int bo,
            int ldb,
            boolean transposeB,
            float[] c,
            int co,
            int ldc,
            boolean accumulate) {
        check("B", transposeB ? n : k, transposeB ? k : n, b, bo, ldb);
        multiply(m, n, k, a, ao, lda, transposeA, new Operand.Floats(b, bo, ldb, !transposeB), c, co, ldc, accumulate);
    }

    /**
     * As the other product, with B as a file stores it: panels of it become F32 just before use.
     *
     * @param b [n, k] with {@code transposeB}, else [k, n]
     */
    public void multiply(
            int m,
            int n,
            int k,
            float[] a,
            int ao,
            int lda,
            boolean transposeA,
            Stored b,
            boolean transposeB,
            float[] c,
            int co,
            int ldc,
            boolean accumulate) {
        int rows = transposeB ? n : k;
        int columns = transposeB ? k : n;
        if (b.shape().rows() != rows || b.shape().dim(-1) != columns) {
            throw new IllegalArgumentException(
                    "matrix product: expected operand B [" + rows + ", " + columns + "], found " + b.shape());
        }
        Optional<Interleaved> sixteen = transposeB ? interleaved.flatMap(all -> all.kept(b)) : Optional.empty();
        Operand operand =
                sixteen.isPresent() ? new Operand.SideBySide(sixteen.get()) : new Operand.InFile(b, !transposeB);
        multiply(m, n, k, a, ao, lda, transposeA, operand, c, co, ldc, accumulate);
    }

    private void multiply(
            int m,
            int n,
            int k,
            float[] a,
            int ao,
            int lda,
            boolean transposeA,
            Operand b,
            float[] c,
            int co,
            int ldc,
            boolean accumulate) {
        check("A", transposeA ? k : m, transposeA ? m : k, a, ao, lda);
        check("C", m, n, c, co, ldc);
        if (m == 0 || n == 0) {
            return;
        }
        if (k == 0) {
            if (!accumulate) {
                for (int i = 0; i < m; i++) {
                    Arrays.fill(c, co + i * ldc, co + i * ldc + n, 0f);
                }
            }
            return;
        }
        boolean shareA = shareA(m, n);
        int panels = shareA ? tiles.rowPanels(m) : (n + tiles.columns() - 1) / tiles.columns();
        int sharedRows = shareA ? tiles.paddedRows(m) : panels * tiles.columns();
        int slab = Math.max(K_BLOCK, SHARED_FLOATS / sharedRows / K_BLOCK * K_BLOCK);
        for (int fromK = 0; fromK < k; fromK += slab) {
            int depth = Math.min(slab, k - fromK);
            if (shared.length < sharedRows * depth) {
                shared = new float[sharedRows * depth];
            }
            boolean add = accumulate || fromK > 0;
            if (shareA) {
                packA(m, a, ao, lda, transposeA, fromK, depth, panels);
                columnTasks(m, n, b, c, co, ldc, fromK, depth, add);
            } else {
                packB(n, b, fromK, depth, panels);
                rowTasks(m, n, a, ao, lda, transposeA, c, co, ldc, fromK, depth, add);
            }
        }
    }

    /**
     * Which operand is packed whole. The smaller one, so that less is copied; but the other one is what tasks are cut
     * from, and too few tasks leave threads waiting.
     */
    private boolean shareA(int m, int n) {
        int columnTasks = (n + tiles.columns() - 1) / tiles.columns();
        return columnTasks >= tiles.rowPanels(m) || (m <= n && columnTasks >= ENOUGH_TASKS);
    }

    private static void check(String name, int rows, int columns, float[] x, int offset, int ld) {
        if (rows < 0
                || columns < 0
                || ld < columns
                || offset < 0
                || (rows > 0 && offset + (rows - 1L) * ld + columns > x.length)) {
            throw new IllegalArgumentException(
                    "matrix product: operand " + name + " [" + rows + ", " + columns + "] with leading dimension " + ld
                            + " from offset " + offset + " does not fit an array of " + x.length);
        }
    }

    // ---- A shared: every task takes one panel of columns of B

    private void packA(int m, float[] a, int ao, int lda, boolean transposeA, int fromK, int depth, int panels) {
        float[] out = shared;
        int full = tiles.fullRowPanels(m);
        workers.run(panels, (task, worker) -> {
            int width = task < full ? tiles.rows() : tiles.tailRows();
            int first = tiles.firstRow(task, full);
            int count = Math.min(width, m - first);
            for (int block = 0; block < depth; block += K_BLOCK) {
                int k = Math.min(K_BLOCK, depth - block);
                int to = block * tiles.paddedRows(m) + first * k;
                tiles.pack(
                        out, to, width, a, ao, lda, transposeA, first, count, fromK + block, k, scratch[worker].block);
            }
        });
    }

    private void columnTasks(
            int m, int n, Operand b, float[] c, int co, int ldc, int fromK, int depth, boolean accumulate) {
        float[] packedA = shared;
        int columns = tiles.columns();
        int rows = tiles.paddedRows(m);
        int panels = tiles.rowPanels(m);
        int full = tiles.fullRowPanels(m);
        int columnPanels = (n + columns - 1) / columns;
        int perTask = Math.clamp(columnPanels / ENOUGH_TASKS, 1, COLUMN_PANELS_PER_TASK);
        workers.run((columnPanels + perTask - 1) / perTask, (task, worker) -> {
            Scratch own = scratch[worker];
            int from = task * perTask * columns;
            int to = Math.min(n, from + perTask * columns);
            for (int block = 0; block < depth; block += K_BLOCK) {
                int k = Math.min(K_BLOCK, depth - block);
                for (int first = from; first < to; first += columns) {
                    int count = Math.min(columns, to - first);
                    b.pack(tiles, own.panel, (first - from) * k, columns, first, count, fromK + block, k, own);
                }
                for (int panel = 0; panel < panels; panel++) {
                    int row = tiles.firstRow(panel, full);
                    for (int first = from; first < to; first += columns) {
                        tiles.tile(
                                panel >= full,
                                k,
                                packedA,
                                block * rows + row * k,
                                own.panel,
                                (first - from) * k,
                                c,
                                co + row * ldc + first,
                                ldc,
                                m - row,
                                to - first,
                                accumulate || block > 0,
                                own.tile);
                    }
                }
            }
        });
    }

    // ---- B shared: every task takes some panels of rows of A

    private void packB(int n, Operand b, int fromK, int depth, int panels) {
        float[] out = shared;
        int columns = tiles.columns();
        workers.run(panels, (task, worker) -> {
            int first = task * columns;
            int count = Math.min(columns, n - first);
            for (int block = 0; block < depth; block += K_BLOCK) {
                int k = Math.min(K_BLOCK, depth - block);
                int to = block * panels * columns + first * k;
                b.pack(tiles, out, to, columns, first, count, fromK + block, k, scratch[worker]);
            }
        });
    }

    private void rowTasks(
            int m,
            int n,
            float[] a,
            int ao,
            int lda,
            boolean transposeA,
            float[] c,
            int co,
            int ldc,
            int fromK,
            int depth,
            boolean accumulate) {
        float[] packedB = shared;
        int columns = tiles.columns();
        int columnPanels = (n + columns - 1) / columns;
        int panels = tiles.rowPanels(m);
        int full = tiles.fullRowPanels(m);
        // Enough tasks to keep the last one short, large enough to read each panel of B from the near cache several
        // times.
        int perTask = Math.max(1, Math.min(ROWS_PER_TASK / tiles.rows(), panels / 16));
        workers.run((panels + perTask - 1) / perTask, (task, worker) -> {
            Scratch own = scratch[worker];
            int from = task * perTask;
            int to = Math.min(panels, from + perTask);
            int base = tiles.firstRow(from, full);
            for (int block = 0; block < depth; block += K_BLOCK) {
                int k = Math.min(K_BLOCK, depth - block);
                for (int panel = from; panel < to; panel++) {
                    int width = panel < full ? tiles.rows() : tiles.tailRows();
                    int row = tiles.firstRow(panel, full);
                    int count = Math.min(width, m - row);
                    tiles.pack(
                            own.panel,
                            (row - base) * k,
                            width,
                            a,
                            ao,
                            lda,
                            transposeA,
                            row,
                            count,
                            fromK + block,
                            k,
                            own.block);
                }
                for (int strip = 0; strip < columnPanels; strip++) {
                    int first = strip * columns;
                    int count = Math.min(columns, n - first);
                    int packed = block * columnPanels * columns + first * k;
                    for (int panel = from; panel < to; panel++) {
                        int row = tiles.firstRow(panel, full);
                        tiles.tile(
                                panel >= full,
                                k,
                                own.panel,
                                (row - base) * k,
                                packedB,
                                packed,
                                c,
                                co + row * ldc + first,
                                ldc,
                                m - row,
                                count,
                                accumulate || block > 0,
                                own.tile);
                    }
                }
            }
        });
    }
}
