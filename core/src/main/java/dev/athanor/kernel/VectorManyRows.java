package dev.athanor.kernel;

import static dev.athanor.kernel.Lanes.BY_1;
import static dev.athanor.kernel.Lanes.BY_2;
import static dev.athanor.kernel.Lanes.BY_4;
import static dev.athanor.kernel.Lanes.BY_8;
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

    /** Rows of the weight in one tile of dot products: 2 · 4 chains hide the latency of a multiply-add. */
    static final int ROWS = 2;

    /** Registers of columns in one tile of sums: 4 · 4 sums, 4 weights and 4 scales fit 32 registers. */
    private static final int COLUMNS = 4;

    /** Columns of one tile of sums. */
    static final int TILE_COLUMNS = COLUMNS * L;

    private VectorManyRows() {}

    /** Whether the tiles are for this width: on narrower registers they would not fit. */
    static boolean wide() {
        return PARTS == 1;
    }

    /** y[j * ys + i] = dot(row i of w, vector j of x) for 2 rows and 4 vectors. */
    static void dots(float[] w, int wo, int ws, float[] x, int xo, int xs, float[] y, int yo, int ys, int n) {
        FloatVector a0 = FloatVector.zero(S);
        FloatVector a1 = FloatVector.zero(S);
        FloatVector a2 = FloatVector.zero(S);
        FloatVector a3 = FloatVector.zero(S);
        FloatVector b0 = FloatVector.zero(S);
        FloatVector b1 = FloatVector.zero(S);
        FloatVector b2 = FloatVector.zero(S);
        FloatVector b3 = FloatVector.zero(S);
        int bound = n & -Kernels.LANES;
        for (int i = 0; i < bound; i += Kernels.LANES) {
            FloatVector u = FloatVector.fromArray(S, w, wo + i);
            FloatVector v = FloatVector.fromArray(S, w, wo + ws + i);
            FloatVector p = FloatVector.fromArray(S, x, xo + i);
            FloatVector q = FloatVector.fromArray(S, x, xo + xs + i);
            FloatVector r = FloatVector.fromArray(S, x, xo + 2 * xs + i);
            FloatVector s = FloatVector.fromArray(S, x, xo + 3 * xs + i);
            a0 = u.fma(p, a0);
            a1 = u.fma(q, a1);
            a2 = u.fma(r, a2);
            a3 = u.fma(s, a3);
            b0 = v.fma(p, b0);
            b1 = v.fma(q, b1);
            b2 = v.fma(r, b2);
            b3 = v.fma(s, b3);
        }
        y[yo] = tail(folded(a0), w, wo, x, xo, bound, n);
        y[yo + ys] = tail(folded(a1), w, wo, x, xo + xs, bound, n);
        y[yo + 2 * ys] = tail(folded(a2), w, wo, x, xo + 2 * xs, bound, n);
        y[yo + 3 * ys] = tail(folded(a3), w, wo, x, xo + 3 * xs, bound, n);
        y[yo + 1] = tail(folded(b0), w, wo + ws, x, xo, bound, n);
        y[yo + ys + 1] = tail(folded(b1), w, wo + ws, x, xo + xs, bound, n);
        y[yo + 2 * ys + 1] = tail(folded(b2), w, wo + ws, x, xo + 2 * xs, bound, n);
        y[yo + 3 * ys + 1] = tail(folded(b3), w, wo + ws, x, xo + 3 * xs, bound, n);
    }

    private static float folded(FloatVector lanes) {
        FloatVector t = lanes.add(lanes.rearrange(BY_8));
        t = t.add(t.rearrange(BY_4));
        t = t.add(t.rearrange(BY_2));
        return t.add(t.rearrange(BY_1)).lane(0);
    }

    private static float tail(float sum, float[] w, int wo, float[] x, int xo, int from, int n) {
        float total = sum;
        for (int i = from; i < n; i++) {
            total = Math.fma(x[xo + i], w[wo + i], total);
        }
        return total;
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
