package dev.athanor.kernel;

/**
 * The innermost step of every matrix product: one small tile of C from a packed panel of A and a packed panel of B.
 *
 * <p>Every element of the tile is one chain of fused multiply-adds in the order of k that starts from zero or from C.
 * The chain does not depend on tile sizes, vector width or blocking, so all providers and the naive triple loop give
 * the same bits.
 */
interface MicroKernel {
    /** Rows of a full tile. */
    int rows();

    /** Rows of the smaller tile that finishes a matrix whose rows are not a multiple of {@link #rows()}. */
    int tailRows();

    /** Columns of a tile, full or tail. */
    int columns();

    /** Packs a panel, as {@link Packing#panel} does; {@code block} is 256 floats of scratch memory. */
    default void pack(
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
        Packing.panel(out, oo, width, x, xo, ld, kMajor, first, count, fromK, k);
    }

    /**
     * c[rows, columns] (+)= a[k, rows]ᵀ · b[k, columns].
     *
     * @param tail whether the tile has {@link #tailRows()} rows rather than {@link #rows()}
     * @param a packed panel, k by rows
     * @param b packed panel, k by columns
     * @param accumulate whether the chains start from c rather than from zero
     */
    void tile(
            boolean tail, int k, float[] a, int ao, float[] b, int bo, float[] c, int co, int ldc, boolean accumulate);
}
