package dev.athanor.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Register tiles for the machine's vector width, two vectors wide.
 *
 * <p>At 512 bits, and on ARM, there are 32 registers: 12 x 2 sums, two vectors of B and one broadcast of A fill 27 of
 * them and hold the multiply-add units busy (12 x 2 independent chains against a latency of 4 cycles on 2 units). Other
 * machines have 16 registers. 4 x 2 sums are just enough chains there; of 6 x 2 the compiler, which loads broadcasts
 * ahead, keeps one in memory, and every step waits for it: half the speed, and 5 x 2 were no faster. On ARM none of
 * this has been measured. Each sum is a named local because a vector kept in an array or handed to a call that is not
 * inlined becomes a heap object.
 */
final class VectorMicroKernel implements MicroKernel {
    private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = S.length();
    private static final int COLUMNS = 2 * LANES;
    private static final boolean MANY_REGISTERS =
            LANES >= 16 || System.getProperty("os.arch", "").equals("aarch64");

    @Override
    public int rows() {
        return MANY_REGISTERS ? 12 : 4;
    }

    @Override
    public int tailRows() {
        return MANY_REGISTERS ? 4 : 2;
    }

    @Override
    public int columns() {
        return COLUMNS;
    }

    @Override
    public void pack(
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
        if (LANES == 16) {
            VectorPacking.panel(out, oo, width, x, xo, ld, kMajor, first, count, fromK, k, block);
        } else if (kMajor && count == width && width == COLUMNS) {
            copy(out, oo, x, xo + fromK * ld + first, ld, k);
        } else {
            Packing.panel(out, oo, width, x, xo, ld, kMajor, first, count, fromK, k);
        }
    }

    @Override
    public void tile(
            boolean tail, int k, float[] a, int ao, float[] b, int bo, float[] c, int co, int ldc, boolean accumulate) {
        if (MANY_REGISTERS && !tail) {
            tile12(k, a, ao, b, bo, c, co, ldc, accumulate);
        } else if (MANY_REGISTERS || !tail) {
            tile4(k, a, ao, b, bo, c, co, ldc, accumulate);
        } else {
            tile2(k, a, ao, b, bo, c, co, ldc, accumulate);
        }
    }

    /** A panel whose steps are rows of x: System.arraycopy of so few numbers is mostly the call. */
    private static void copy(float[] out, int oo, float[] x, int xo, int ld, int k) {
        for (int p = 0; p < k; p++) {
            FloatVector.fromArray(S, x, xo + p * ld).intoArray(out, oo + p * COLUMNS);
            FloatVector.fromArray(S, x, xo + p * ld + LANES).intoArray(out, oo + p * COLUMNS + LANES);
        }
    }

    private static FloatVector start(float[] c, int index, boolean accumulate) {
        return accumulate ? FloatVector.fromArray(S, c, index) : FloatVector.zero(S);
    }

    private static void tile12(
            int k, float[] a, int ao, float[] b, int bo, float[] c, int co, int ldc, boolean accumulate) {
        FloatVector c0l = start(c, co + 0 * ldc, accumulate);
        FloatVector c0r = start(c, co + 0 * ldc + LANES, accumulate);
        FloatVector c1l = start(c, co + 1 * ldc, accumulate);
        FloatVector c1r = start(c, co + 1 * ldc + LANES, accumulate);
        FloatVector c2l = start(c, co + 2 * ldc, accumulate);
        FloatVector c2r = start(c, co + 2 * ldc + LANES, accumulate);
        FloatVector c3l = start(c, co + 3 * ldc, accumulate);
        FloatVector c3r = start(c, co + 3 * ldc + LANES, accumulate);
        FloatVector c4l = start(c, co + 4 * ldc, accumulate);
        FloatVector c4r = start(c, co + 4 * ldc + LANES, accumulate);
        FloatVector c5l = start(c, co + 5 * ldc, accumulate);
        FloatVector c5r = start(c, co + 5 * ldc + LANES, accumulate);
        FloatVector c6l = start(c, co + 6 * ldc, accumulate);
        FloatVector c6r = start(c, co + 6 * ldc + LANES, accumulate);
        FloatVector c7l = start(c, co + 7 * ldc, accumulate);
        FloatVector c7r = start(c, co + 7 * ldc + LANES, accumulate);
        FloatVector c8l = start(c, co + 8 * ldc, accumulate);
        FloatVector c8r = start(c, co + 8 * ldc + LANES, accumulate);
        FloatVector c9l = start(c, co + 9 * ldc, accumulate);
        FloatVector c9r = start(c, co + 9 * ldc + LANES, accumulate);
        FloatVector c10l = start(c, co + 10 * ldc, accumulate);
        FloatVector c10r = start(c, co + 10 * ldc + LANES, accumulate);
        FloatVector c11l = start(c, co + 11 * ldc, accumulate);
        FloatVector c11r = start(c, co + 11 * ldc + LANES, accumulate);
        for (int p = 0; p < k; p++) {
            FloatVector bl = FloatVector.fromArray(S, b, bo + p * COLUMNS);
            FloatVector br = FloatVector.fromArray(S, b, bo + p * COLUMNS + LANES);
            FloatVector a0 = FloatVector.broadcast(S, a[ao + p * 12 + 0]);
            c0l = a0.fma(bl, c0l);
            c0r = a0.fma(br, c0r);
            FloatVector a1 = FloatVector.broadcast(S, a[ao + p * 12 + 1]);
            c1l = a1.fma(bl, c1l);
            c1r = a1.fma(br, c1r);
            FloatVector a2 = FloatVector.broadcast(S, a[ao + p * 12 + 2]);
            c2l = a2.fma(bl, c2l);
            c2r = a2.fma(br, c2r);
            FloatVector a3 = FloatVector.broadcast(S, a[ao + p * 12 + 3]);
            c3l = a3.fma(bl, c3l);
            c3r = a3.fma(br, c3r);
            FloatVector a4 = FloatVector.broadcast(S, a[ao + p * 12 + 4]);
            c4l = a4.fma(bl, c4l);
            c4r = a4.fma(br, c4r);
            FloatVector a5 = FloatVector.broadcast(S, a[ao + p * 12 + 5]);
            c5l = a5.fma(bl, c5l);
            c5r = a5.fma(br, c5r);
            FloatVector a6 = FloatVector.broadcast(S, a[ao + p * 12 + 6]);
            c6l = a6.fma(bl, c6l);
            c6r = a6.fma(br, c6r);
            FloatVector a7 = FloatVector.broadcast(S, a[ao + p * 12 + 7]);
            c7l = a7.fma(bl, c7l);
            c7r = a7.fma(br, c7r);
            FloatVector a8 = FloatVector.broadcast(S, a[ao + p * 12 + 8]);
            c8l = a8.fma(bl, c8l);
            c8r = a8.fma(br, c8r);
            FloatVector a9 = FloatVector.broadcast(S, a[ao + p * 12 + 9]);
            c9l = a9.fma(bl, c9l);
            c9r = a9.fma(br, c9r);
            FloatVector a10 = FloatVector.broadcast(S, a[ao + p * 12 + 10]);
            c10l = a10.fma(bl, c10l);
            c10r = a10.fma(br, c10r);
            FloatVector a11 = FloatVector.broadcast(S, a[ao + p * 12 + 11]);
            c11l = a11.fma(bl, c11l);
            c11r = a11.fma(br, c11r);
        }
        c0l.intoArray(c, co + 0 * ldc);
        c0r.intoArray(c, co + 0 * ldc + LANES);
        c1l.intoArray(c, co + 1 * ldc);
        c1r.intoArray(c, co + 1 * ldc + LANES);
        c2l.intoArray(c, co + 2 * ldc);
        c2r.intoArray(c, co + 2 * ldc + LANES);
        c3l.intoArray(c, co + 3 * ldc);
        c3r.intoArray(c, co + 3 * ldc + LANES);
        c4l.intoArray(c, co + 4 * ldc);
        c4r.intoArray(c, co + 4 * ldc + LANES);
        c5l.intoArray(c, co + 5 * ldc);
        c5r.intoArray(c, co + 5 * ldc + LANES);
        c6l.intoArray(c, co + 6 * ldc);
        c6r.intoArray(c, co + 6 * ldc + LANES);
        c7l.intoArray(c, co + 7 * ldc);
        c7r.intoArray(c, co + 7 * ldc + LANES);
        c8l.intoArray(c, co + 8 * ldc);
        c8r.intoArray(c, co + 8 * ldc + LANES);
        c9l.intoArray(c, co + 9 * ldc);
        c9r.intoArray(c, co + 9 * ldc + LANES);
        c10l.intoArray(c, co + 10 * ldc);
        c10r.intoArray(c, co + 10 * ldc + LANES);
        c11l.intoArray(c, co + 11 * ldc);
        c11r.intoArray(c, co + 11 * ldc + LANES);
    }

    private static void tile4(
            int k, float[] a, int ao, float[] b, int bo, float[] c, int co, int ldc, boolean accumulate) {
        FloatVector c0l = start(c, co + 0 * ldc, accumulate);
        FloatVector c0r = start(c, co + 0 * ldc + LANES, accumulate);
        FloatVector c1l = start(c, co + 1 * ldc, accumulate);
        FloatVector c1r = start(c, co + 1 * ldc + LANES, accumulate);
        FloatVector c2l = start(c, co + 2 * ldc, accumulate);
        FloatVector c2r = start(c, co + 2 * ldc + LANES, accumulate);
        FloatVector c3l = start(c, co + 3 * ldc, accumulate);
        FloatVector c3r = start(c, co + 3 * ldc + LANES, accumulate);
        for (int p = 0; p < k; p++) {
            FloatVector bl = FloatVector.fromArray(S, b, bo + p * COLUMNS);
            FloatVector br = FloatVector.fromArray(S, b, bo + p * COLUMNS + LANES);
            FloatVector a0 = FloatVector.broadcast(S, a[ao + p * 4 + 0]);
            c0l = a0.fma(bl, c0l);
            c0r = a0.fma(br, c0r);
            FloatVector a1 = FloatVector.broadcast(S, a[ao + p * 4 + 1]);
            c1l = a1.fma(bl, c1l);
            c1r = a1.fma(br, c1r);
            FloatVector a2 = FloatVector.broadcast(S, a[ao + p * 4 + 2]);
            c2l = a2.fma(bl, c2l);
            c2r = a2.fma(br, c2r);
            FloatVector a3 = FloatVector.broadcast(S, a[ao + p * 4 + 3]);
            c3l = a3.fma(bl, c3l);
            c3r = a3.fma(br, c3r);
        }
        c0l.intoArray(c, co + 0 * ldc);
        c0r.intoArray(c, co + 0 * ldc + LANES);
        c1l.intoArray(c, co + 1 * ldc);
        c1r.intoArray(c, co + 1 * ldc + LANES);
        c2l.intoArray(c, co + 2 * ldc);
        c2r.intoArray(c, co + 2 * ldc + LANES);
        c3l.intoArray(c, co + 3 * ldc);
        c3r.intoArray(c, co + 3 * ldc + LANES);
    }

    private static void tile2(
            int k, float[] a, int ao, float[] b, int bo, float[] c, int co, int ldc, boolean accumulate) {
        FloatVector c0l = start(c, co + 0 * ldc, accumulate);
        FloatVector c0r = start(c, co + 0 * ldc + LANES, accumulate);
        FloatVector c1l = start(c, co + 1 * ldc, accumulate);
        FloatVector c1r = start(c, co + 1 * ldc + LANES, accumulate);
        for (int p = 0; p < k; p++) {
            FloatVector bl = FloatVector.fromArray(S, b, bo + p * COLUMNS);
            FloatVector br = FloatVector.fromArray(S, b, bo + p * COLUMNS + LANES);
            FloatVector a0 = FloatVector.broadcast(S, a[ao + p * 2 + 0]);
            c0l = a0.fma(bl, c0l);
            c0r = a0.fma(br, c0r);
            FloatVector a1 = FloatVector.broadcast(S, a[ao + p * 2 + 1]);
            c1l = a1.fma(bl, c1l);
            c1r = a1.fma(br, c1r);
        }
        c0l.intoArray(c, co + 0 * ldc);
        c0r.intoArray(c, co + 0 * ldc + LANES);
        c1l.intoArray(c, co + 1 * ldc);
        c1r.intoArray(c, co + 1 * ldc + LANES);
    }
}
