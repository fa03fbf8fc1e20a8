package dev.athanor.kernel;

import java.util.Arrays;

/**
 * The tile as sums of scaled rows: loops that the JVM compiles to good code at once, for the time in which those of the
 * Vector API are not compiled.
 */
final class PlainMicroKernel implements MicroKernel {
    private static final int ROWS = 4;

    /** Long enough for the compiler's own vectors, short enough for a row of sums to stay in the nearest cache. */
    private static final int COLUMNS = 64;

    @Override
    public int rows() {
        return ROWS;
    }

    @Override
    public int tailRows() {
        return 1;
    }

    @Override
    public int columns() {
        return COLUMNS;
    }

    @Override
    public void tile(
            boolean tail, int k, float[] a, int ao, float[] b, int bo, float[] c, int co, int ldc, boolean accumulate) {
        int rows = tail ? 1 : ROWS;
        for (int i = 0; i < rows; i++) {
            int row = co + i * ldc;
            if (!accumulate) {
                Arrays.fill(c, row, row + COLUMNS, 0f);
            }
            for (int p = 0; p < k; p++) {
                addScaled(c, row, a[ao + p * rows + i], b, bo + p * COLUMNS);
            }
        }
    }

    private static void addScaled(float[] c, int co, float scale, float[] b, int bo) {
        for (int j = 0; j < COLUMNS; j++) {
            c[co + j] = Math.fma(scale, b[bo + j], c[co + j]);
        }
    }
}
