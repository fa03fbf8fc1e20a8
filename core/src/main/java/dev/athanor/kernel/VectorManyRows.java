package dev.athanor.kernel;

import static dev.athanor.kernel.Lanes.L;
import static dev.athanor.kernel.Lanes.PARTS;
import static dev.athanor.kernel.Lanes.S;

import jdk.incubator.vector.FloatVector;

/**
 * A few rows of a weight with a few vectors at once, to the bit what {@link VectorReductions#dot} and
 * {@link VectorKernels#addScaled} give one by one: every sum keeps its own chain, and only what is loaded is shared.
 */
final class VectorManyRows {
    /** Vectors of one tile. */
    static final int VECTORS = 4;

    /**
     * Rows of the weight in one tile of dot products: a load feeds four multiply-adds, for most loads touch two lines.
     */
    static final int ROWS = 4;

    /** Registers of columns in one tile of sums: 4 · 4 sums, 4 weights and 4 scales fit 32 registers. */
    private static final int COLUMNS = 4;

    /** Columns of one tile of sums. */
    static final int TILE_COLUMNS = COLUMNS * L;

    private VectorManyRows() {}

    /** Whether the tiles are for this width: on narrower registers they would not fit. */
    static boolean wide() {
        return PARTS == 1;
    }

    /**
     * y[j * ys + i] = dot(row i of w, vector j of x) for 4 rows and 4 vectors.
     *
     * @param lanes 256 floats of scratch memory
     */
    static void dots(
            float[] w, int wo, int ws, float[] x, int xo, int xs, float[] y, int yo, int ys, int n, float[] lanes) {
        FloatVector a0 = FloatVector.zero(S);
        FloatVector a1 = FloatVector.zero(S);
        FloatVector a2 = FloatVector.zero(S);
        FloatVector a3 = FloatVector.zero(S);
        FloatVector b0 = FloatVector.zero(S);
        FloatVector b1 = FloatVector.zero(S);
        FloatVector b2 = FloatVector.zero(S);
        FloatVector b3 = FloatVector.zero(S);
        FloatVector c0 = FloatVector.zero(S);
        FloatVector c1 = FloatVector.zero(S);
        FloatVector c2 = FloatVector.zero(S);
        FloatVector c3 = FloatVector.zero(S);
        FloatVector d0 = FloatVector.zero(S);
        FloatVector d1 = FloatVector.zero(S);
        FloatVector d2 = FloatVector.zero(S);
        FloatVector d3 = FloatVector.zero(S);
        int bound = n & -Kernels.LANES;
        for (int i = 0; i < bound; i += Kernels.LANES) {
            FloatVector s = FloatVector.fromArray(S, w, wo + i);
            FloatVector t = FloatVector.fromArray(S, w, wo + ws + i);
            FloatVector u = FloatVector.fromArray(S, w, wo + 2 * ws + i);
            FloatVector v = FloatVector.fromArray(S, w, wo + 3 * ws + i);
            FloatVector p = FloatVector.fromArray(S, x, xo + i);
            a0 = p.fma(s, a0);
            b0 = p.fma(t, b0);
            c0 = p.fma(u, c0);
            d0 = p.fma(v, d0);
            FloatVector q = FloatVector.fromArray(S, x, xo + xs + i);
            a1 = q.fma(s, a1);
            b1 = q.fma(t, b1);
            c1 = q.fma(u, c1);
            d1 = q.fma(v, d1);
            FloatVector r = FloatVector.fromArray(S, x, xo + 2 * xs + i);
            a2 = r.fma(s, a2);
            b2 = r.fma(t, b2);
            c2 = r.fma(u, c2);
            d2 = r.fma(v, d2);
            FloatVector z = FloatVector.fromArray(S, x, xo + 3 * xs + i);
            a3 = z.fma(s, a3);
            b3 = z.fma(t, b3);
            c3 = z.fma(u, c3);
            d3 = z.fma(v, d3);
        }
        a0.intoArray(lanes, 0);
        a1.intoArray(lanes, L);
        a2.intoArray(lanes, 2 * L);
        a3.intoArray(lanes, 3 * L);
        b0.intoArray(lanes, 4 * L);
        b1.intoArray(lanes, 5 * L);
        b2.intoArray(lanes, 6 * L);
        b3.intoArray(lanes, 7 * L);
        c0.intoArray(lanes, 8 * L);
        c1.intoArray(lanes, 9 * L);
        c2.intoArray(lanes, 10 * L);
        c3.intoArray(lanes, 11 * L);
        d0.intoArray(lanes, 12 * L);
        d1.intoArray(lanes, 13 * L);
        d2.intoArray(lanes, 14 * L);
        d3.intoArray(lanes, 15 * L);
        VectorFold.rows(lanes);
        for (int j = 0; j < VECTORS; j++) {
            y[yo + j * ys] = lanes[j];
            y[yo + j * ys + 1] = lanes[VECTORS + j];
            y[yo + j * ys + 2] = lanes[2 * VECTORS + j];
            y[yo + j * ys + 3] = lanes[3 * VECTORS + j];
        }
        if (bound < n) {
            tails(w, wo, ws, x, xo, xs, y, yo, ys, bound, n);
        }
    }

    private static void tails(
            float[] w, int wo, int ws, float[] x, int xo, int xs, float[] y, int yo, int ys, int from, int n) {
        for (int i = 0; i < ROWS; i++) {
            for (int j = 0; j < VECTORS; j++) {
                float total = y[yo + j * ys + i];
                for (int p = from; p < n; p++) {
                    total = Math.fma(x[xo + j * xs + p], w[wo + i * ws + p], total);
                }
                y[yo + j * ys + i] = total;
            }
        }
    }

    /**
     * sums[j, c] = fma(x[j, p], w[p, c], sums[j, c]) for 4 vectors j, {@code rows} rows p of w in their order and as
     * many columns as whole tiles have; returns how many that were.
     */
    static int addScaled(
            float[] sums, int so, int ss, float[] x, int xo, int xs, float[] w, int wo, int ws, int rows, int n) {
        int c = 0;
        for (; c + COLUMNS * L <= n; c += COLUMNS * L) {
            tile(sums, so + c, ss, x, xo, xs, w, wo + c, ws, rows);
            tile(sums, so + 2 * ss + c, ss, x, xo + 2 * xs, xs, w, wo + c, ws, rows);
        }
        return c;
    }

    /** Two vectors, four registers of columns. */
    private static void tile(
            float[] sums, int so, int ss, float[] x, int xo, int xs, float[] w, int wo, int ws, int rows) {
        FloatVector a0 = FloatVector.fromArray(S, sums, so);
        FloatVector a1 = FloatVector.fromArray(S, sums, so + L);
        FloatVector a2 = FloatVector.fromArray(S, sums, so + 2 * L);
        FloatVector a3 = FloatVector.fromArray(S, sums, so + 3 * L);
        FloatVector b0 = FloatVector.fromArray(S, sums, so + ss);
        FloatVector b1 = FloatVector.fromArray(S, sums, so + ss + L);
        FloatVector b2 = FloatVector.fromArray(S, sums, so + ss + 2 * L);
        FloatVector b3 = FloatVector.fromArray(S, sums, so + ss + 3 * L);
        for (int p = 0; p < rows; p++) {
            FloatVector f = FloatVector.broadcast(S, x[xo + p]);
            FloatVector g = FloatVector.broadcast(S, x[xo + xs + p]);
            int at = wo + p * ws;
            FloatVector u = FloatVector.fromArray(S, w, at);
            FloatVector v = FloatVector.fromArray(S, w, at + L);
            FloatVector y = FloatVector.fromArray(S, w, at + 2 * L);
            FloatVector z = FloatVector.fromArray(S, w, at + 3 * L);
            a0 = u.fma(f, a0);
            a1 = v.fma(f, a1);
            a2 = y.fma(f, a2);
            a3 = z.fma(f, a3);
            b0 = u.fma(g, b0);
            b1 = v.fma(g, b1);
            b2 = y.fma(g, b2);
            b3 = z.fma(g, b3);
        }
        a0.intoArray(sums, so);
        a1.intoArray(sums, so + L);
        a2.intoArray(sums, so + 2 * L);
        a3.intoArray(sums, so + 3 * L);
        b0.intoArray(sums, so + ss);
        b1.intoArray(sums, so + ss + L);
        b2.intoArray(sums, so + ss + 2 * L);
        b3.intoArray(sums, so + ss + 3 * L);
    }
}
