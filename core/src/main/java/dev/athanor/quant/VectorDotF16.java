package dev.athanor.quant;

import static dev.athanor.quant.Wide.FLOATS;
import static dev.athanor.quant.Wide.INTS;
import static dev.athanor.quant.Wide.L;
import static dev.athanor.quant.Wide.SHORTS;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.S2I;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;

/**
 * {@link StoredDots} of F16, for which the Vector API has no conversion. Sign, exponent and fraction are moved to where
 * an F32 has them; what that means is 2^-112 of the number, subnormal or not, and the product with 2^112 is exact. Only
 * infinity and NaN come out wrong: where the largest exponent is seen, the four rows are computed again, a number at a
 * time.
 */
final class VectorDotF16 {
    /** From bit 10 of an F16, where its exponent begins, to bit 23 of an F32. */
    private static final int SHIFT = 13;

    /** Sign, five bits of exponent and ten of fraction; copies of the sign between them are taken off. */
    private static final int NUMBER = 0x8fffe000;

    /** From F16's exponent bias of 15 to F32's of 127. */
    private static final float BIAS = 0x1p112f;

    private static final short MAGNITUDE = 0x7fff;
    private static final int INFINITY = 0x7c00;

    private VectorDotF16() {}

    static void four(MemorySegment w, long at, long apart, float[] x, int xo, int columns, float[] sums) {
        boolean finite =
                L == 16 ? wide(w, at, apart, x, xo, columns, sums) : halves(w, at, apart, x, xo, columns, sums);
        if (!finite) {
            oneByOne(w, at, apart, x, xo, columns, sums);
        }
    }

    /** Four rows; false, and whatever in {@code sums}, where a number is not finite. */
    private static boolean wide(MemorySegment w, long at, long apart, float[] x, int xo, int columns, float[] sums) {
        LittleEndian.touch(w, at);
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = FloatVector.zero(FLOATS);
        FloatVector c = FloatVector.zero(FLOATS);
        FloatVector d = FloatVector.zero(FLOATS);
        ShortVector largest = ShortVector.zero(SHORTS);
        for (int i = 0; i < columns; i += 16) {
            long from = at + 2L * i;
            FloatVector x0 = FloatVector.fromArray(FLOATS, x, xo + i);
            ShortVector v = ShortVector.fromMemorySegment(SHORTS, w, from, LITTLE_ENDIAN);
            a = v.convertShape(S2I, INTS, 0)
                    .reinterpretAsInts()
                    .lanewise(LSHL, SHIFT)
                    .and(NUMBER)
                    .reinterpretAsFloats()
                    .mul(BIAS)
                    .fma(x0, a);
            largest = v.and(MAGNITUDE).max(largest);
            v = ShortVector.fromMemorySegment(SHORTS, w, from + apart, LITTLE_ENDIAN);
            b = v.convertShape(S2I, INTS, 0)
                    .reinterpretAsInts()
                    .lanewise(LSHL, SHIFT)
                    .and(NUMBER)
                    .reinterpretAsFloats()
                    .mul(BIAS)
                    .fma(x0, b);
            largest = v.and(MAGNITUDE).max(largest);
            v = ShortVector.fromMemorySegment(SHORTS, w, from + 2 * apart, LITTLE_ENDIAN);
            c = v.convertShape(S2I, INTS, 0)
                    .reinterpretAsInts()
                    .lanewise(LSHL, SHIFT)
                    .and(NUMBER)
                    .reinterpretAsFloats()
                    .mul(BIAS)
                    .fma(x0, c);
            largest = v.and(MAGNITUDE).max(largest);
            v = ShortVector.fromMemorySegment(SHORTS, w, from + 3 * apart, LITTLE_ENDIAN);
            d = v.convertShape(S2I, INTS, 0)
                    .reinterpretAsInts()
                    .lanewise(LSHL, SHIFT)
                    .and(NUMBER)
                    .reinterpretAsFloats()
                    .mul(BIAS)
                    .fma(x0, d);
            largest = v.and(MAGNITUDE).max(largest);
        }
        a.intoArray(sums, 0);
        b.intoArray(sums, 16);
        c.intoArray(sums, 32);
        d.intoArray(sums, 48);
        return largest.reduceLanes(MAX) < INFINITY;
    }

    /** As the other, on registers of eight: the sixteen lanes of a row are two. */
    private static boolean halves(MemorySegment w, long at, long apart, float[] x, int xo, int columns, float[] sums) {
        LittleEndian.touch(w, at);
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = FloatVector.zero(FLOATS);
        FloatVector c = FloatVector.zero(FLOATS);
        FloatVector d = FloatVector.zero(FLOATS);
        FloatVector e = FloatVector.zero(FLOATS);
        FloatVector f = FloatVector.zero(FLOATS);
        FloatVector g = FloatVector.zero(FLOATS);
        FloatVector h = FloatVector.zero(FLOATS);
        ShortVector largest = ShortVector.zero(SHORTS);
        for (int i = 0; i < columns; i += 16) {
            long from = at + 2L * i;
            FloatVector x0 = FloatVector.fromArray(FLOATS, x, xo + i);
            FloatVector x1 = FloatVector.fromArray(FLOATS, x, xo + i + L);
            ShortVector v = ShortVector.fromMemorySegment(SHORTS, w, from, LITTLE_ENDIAN);
            a = v.convertShape(S2I, INTS, 0)
                    .reinterpretAsInts()
                    .lanewise(LSHL, SHIFT)
                    .and(NUMBER)
                    .reinterpretAsFloats()
                    .mul(BIAS)
                    .fma(x0, a);
            largest = v.and(MAGNITUDE).max(largest);
            v = ShortVector.fromMemorySegment(SHORTS, w, from + 2 * L, LITTLE_ENDIAN);
            b = v.convertShape(S2I, INTS, 0)
                    .reinterpretAsInts()
                    .lanewise(LSHL, SHIFT)
                    .and(NUMBER)
                    .reinterpretAsFloats()
                    .mul(BIAS)
                    .fma(x1, b);
            largest = v.and(MAGNITUDE).max(largest);
            v = ShortVector.fromMemorySegment(SHORTS, w, from + apart, LITTLE_ENDIAN);
            c = v.convertShape(S2I, INTS, 0)
                    .reinterpretAsInts()
                    .lanewise(LSHL, SHIFT)
                    .and(NUMBER)
                    .reinterpretAsFloats()
                    .mul(BIAS)
                    .fma(x0, c);
            largest = v.and(MAGNITUDE).max(largest);
            v = ShortVector.fromMemorySegment(SHORTS, w, from + apart + 2 * L, LITTLE_ENDIAN);
            d = v.convertShape(S2I, INTS, 0)
                    .reinterpretAsInts()
                    .lanewise(LSHL, SHIFT)
                    .and(NUMBER)
                    .reinterpretAsFloats()
                    .mul(BIAS)
                    .fma(x1, d);
            largest = v.and(MAGNITUDE).max(largest);
            v = ShortVector.fromMemorySegment(SHORTS, w, from + 2 * apart, LITTLE_ENDIAN);
            e = v.convertShape(S2I, INTS, 0)
                    .reinterpretAsInts()
                    .lanewise(LSHL, SHIFT)
                    .and(NUMBER)
                    .reinterpretAsFloats()
                    .mul(BIAS)
                    .fma(x0, e);
            largest = v.and(MAGNITUDE).max(largest);
            v = ShortVector.fromMemorySegment(SHORTS, w, from + 2 * apart + 2 * L, LITTLE_ENDIAN);
            f = v.convertShape(S2I, INTS, 0)
                    .reinterpretAsInts()
                    .lanewise(LSHL, SHIFT)
                    .and(NUMBER)
                    .reinterpretAsFloats()
                    .mul(BIAS)
                    .fma(x1, f);
            largest = v.and(MAGNITUDE).max(largest);
            v = ShortVector.fromMemorySegment(SHORTS, w, from + 3 * apart, LITTLE_ENDIAN);
            g = v.convertShape(S2I, INTS, 0)
                    .reinterpretAsInts()
                    .lanewise(LSHL, SHIFT)
                    .and(NUMBER)
                    .reinterpretAsFloats()
                    .mul(BIAS)
                    .fma(x0, g);
            largest = v.and(MAGNITUDE).max(largest);
            v = ShortVector.fromMemorySegment(SHORTS, w, from + 3 * apart + 2 * L, LITTLE_ENDIAN);
            h = v.convertShape(S2I, INTS, 0)
                    .reinterpretAsInts()
                    .lanewise(LSHL, SHIFT)
                    .and(NUMBER)
                    .reinterpretAsFloats()
                    .mul(BIAS)
                    .fma(x1, h);
            largest = v.and(MAGNITUDE).max(largest);
        }
        a.intoArray(sums, 0);
        b.intoArray(sums, L);
        c.intoArray(sums, 16);
        d.intoArray(sums, 16 + L);
        e.intoArray(sums, 32);
        f.intoArray(sums, 32 + L);
        g.intoArray(sums, 48);
        h.intoArray(sums, 48 + L);
        return largest.reduceLanes(MAX) < INFINITY;
    }

    private static void oneByOne(MemorySegment w, long at, long apart, float[] x, int xo, int columns, float[] sums) {
        Arrays.fill(sums, 0, StoredDots.SUMS, 0f);
        for (int row = 0; row < StoredDots.FOUR; row++) {
            for (int i = 0; i < columns; i++) {
                int lane = 16 * row + i % 16;
                sums[lane] = Math.fma(LittleEndian.half(w, at + row * apart + 2L * i), x[xo + i], sums[lane]);
            }
        }
    }
}
