package dev.athanor.kernel;

/** How a matrix is cut into tiles of a {@link MicroKernel}: panels of full height first, then panels of tail height. */
final class Tiles {
    private final MicroKernel micro;
    private final int rows;
    private final int tailRows;
    private final int columns;

    Tiles(MicroKernel micro) {
        this.micro = micro;
        this.rows = micro.rows();
        this.tailRows = micro.tailRows();
        this.columns = micro.columns();
    }

    int rows() {
        return rows;
    }

    int tailRows() {
        return tailRows;
    }

    int columns() {
        return columns;
    }

    /** As {@link Packing#panel}. */
    void pack(
            float[] out,
            int oo,
            int width,
            float[] x,
            int xo,
            int ld,
            boolean kMajor,
            int first,
            int count,
            int fromK,
            int k,
            float[] block) {
        micro.pack(out, oo, width, x, xo, ld, kMajor, first, count, fromK, k, block);
    }

    int fullRowPanels(int m) {
        int full = m / rows;
        return m - full * rows > rows - tailRows ? full + 1 : full;
    }

    int rowPanels(int m) {
        int full = fullRowPanels(m);
        int rest = Math.max(0, m - full * rows);
        return full + (rest + tailRows - 1) / tailRows;
    }

    int paddedRows(int m) {
        int full = fullRowPanels(m);
        return full * rows + (rowPanels(m) - full) * tailRows;
    }

    int firstRow(int panel, int full) {
        return panel <= full ? panel * rows : full * rows + (panel - full) * tailRows;
    }

    /** One tile straight into C, or through {@code edge} when C has fewer rows or columns left than the tile. */
    void tile(
            boolean tail,
            int k,
            float[] a,
            int ao,
            float[] b,
            int bo,
            float[] c,
            int co,
            int ldc,
            int rowsLeft,
            int columnsLeft,
            boolean accumulate,
            float[] edge) {
        int height = tail ? tailRows : rows;
        if (columnsLeft >= columns && rowsLeft >= height) {
            micro.tile(tail, k, a, ao, b, bo, c, co, ldc, accumulate);
            return;
        }
        int used = Math.min(rowsLeft, height);
        int width = Math.min(columnsLeft, columns);
        if (accumulate) {
            for (int i = 0; i < used; i++) {
                System.arraycopy(c, co + i * ldc, edge, i * columns, width);
            }
        }
        micro.tile(tail, k, a, ao, b, bo, edge, 0, columns, accumulate);
        for (int i = 0; i < used; i++) {
            System.arraycopy(edge, i * columns, c, co + i * ldc, width);
        }
    }
}
