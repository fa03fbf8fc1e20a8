package dev.athanor.kernel;

/**
 * Products of blocks small enough for one thread's cache, inside a task: what attention is made of. Same tiles, same
 * bits as {@link Gemm}. One instance belongs to one thread.
 */
final class SmallGemm {
    private final Tiles tiles;
    private final float[] edge;
    private final float[] block = new float[256];
    private float[] panelsA = new float[0];
    private float[] panelsB = new float[0];

    SmallGemm(MicroKernel micro) {
        this.tiles = new Tiles(micro);
        this.edge = new float[micro.rows() * micro.columns()];
    }

    /** C[m, n] (+)= op(A)[m, k] · op(B)[k, n]; arguments as in {@link Gemm#multiply}. */
    void multiply(
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
        packB(n, k, b, bo, ldb, transposeB);
        packA(m, k, a, ao, lda, transposeA);
        product(m, n, k, c, co, ldc, accumulate);
    }

    /** C[m, n] (+)= the A packed last · the B packed last. */
    void product(int m, int n, int k, float[] c, int co, int ldc, boolean accumulate) {
        int columns = tiles.columns();
        int panels = tiles.rowPanels(m);
        int full = tiles.fullRowPanels(m);
        for (int first = 0; first < n; first += columns) {
            int count = Math.min(columns, n - first);
            for (int panel = 0; panel < panels; panel++) {
                int row = tiles.firstRow(panel, full);
                tiles.tile(
                        panel >= full,
                        k,
                        panelsA,
                        row * k,
                        panelsB,
                        first * k,
                        c,
                        co + row * ldc + first,
                        ldc,
                        m - row,
                        count,
                        accumulate,
                        edge);
            }
        }
    }

    /** Makes room for products of up to these sizes, of which many small ones may grow. */
    void fit(int m, int n, int k) {
        fitA(m, k);
        fitB(n, k);
    }

    private void fitA(int m, int k) {
        if (panelsA.length < tiles.paddedRows(m) * k) {
            panelsA = new float[tiles.paddedRows(m) * k];
        }
    }

    private void fitB(int n, int k) {
        int padded = (n + tiles.columns() - 1) / tiles.columns() * tiles.columns();
        if (panelsB.length < padded * k) {
            panelsB = new float[padded * k];
        }
    }

    /** Keeps op(A)[m, k] for {@link #product}. */
    void packA(int m, int k, float[] a, int ao, int lda, boolean transposeA) {
        fitA(m, k);
        int panels = tiles.rowPanels(m);
        int full = tiles.fullRowPanels(m);
        for (int panel = 0; panel < panels; panel++) {
            int row = tiles.firstRow(panel, full);
            int width = panel < full ? tiles.rows() : tiles.tailRows();
            tiles.pack(panelsA, row * k, width, a, ao, lda, transposeA, row, Math.min(width, m - row), 0, k, block);
        }
    }

    /** Keeps op(B)[n, k] for {@link #product}. */
    void packB(int n, int k, float[] b, int bo, int ldb, boolean transposeB) {
        int columns = tiles.columns();
        fitB(n, k);
        for (int first = 0; first < n; first += columns) {
            tiles.pack(
                    panelsB,
                    first * k,
                    columns,
                    b,
                    bo,
                    ldb,
                    !transposeB,
                    first,
                    Math.min(columns, n - first),
                    0,
                    k,
                    block);
        }
    }
}
