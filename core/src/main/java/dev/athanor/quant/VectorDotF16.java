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
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;

/**
 * {@link StoredDots} of F16, for which the Vector API has no conversion. Sign, exponent and fraction are moved to where
 * an F32 has them, and what that means is 2^-112 of the number, subnormal or not: x comes multiplied by 2^112, which is
 * exact, and the products are those of the numbers. Infinity and NaN would come out as numbers: whoever calls has seen
 * that there are none. Looking for them on the way, or multiplying here, made the loop too long for its registers.
 */
final class VectorDotF16 {
    /** From bit 10 of an F16, where its exponent begins, to bit 23 of an F32. */
    private static final int SHIFT = 13;

    /** Sign, five bits of exponent and ten of fraction; copies of the sign between them are taken off. */
    private static final int NUMBER = 0x8fffe000;

    private static final short MAGNITUDE = 0x7fff;
    private static final int INFINITY = 0x7c00;

    private VectorDotF16() {}

    /** Whether none of {@code count} numbers, whole registers of them, is infinite or NaN. */
    static boolean finite(MemorySegment w, long at, int count) {
        LittleEndian.touch(w, at);
        ShortVector largest = ShortVector.zero(SHORTS);
        for (int i = 0; i < count; i += L) {
            largest = ShortVector.fromMemorySegment(SHORTS, w, at + 2L * i, LITTLE_ENDIAN)
                    .and(MAGNITUDE)
                    .max(largest);
        }
        return largest.reduceLanes(MAX) < INFINITY;
    }

    static void four(MemorySegment w, long at, long apart, float[] x, int xo, int columns, float[] sums) {
        if (L == 16) {
            wide(w, at, apart, x, xo, columns, sums);
        } else {
            halves(w, at, apart, x, xo, columns, sums);
        }
    }

    private static void wide(MemorySegment w, long at, long apart, float[] x, int xo, int columns, float[] sums) {
        LittleEndian.touch(w, at);
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = FloatVector.zero(FLOATS);
        FloatVector c = FloatVector.zero(FLOATS);
        FloatVector d = FloatVector.zero(FLOATS);
        for (int i = 0; i < columns; i += 16) {
            long from = at + 2L * i;
            FloatVector x0 = FloatVector.fromArray(FLOATS, x, xo + i);
            a = ShortVector.fromMemorySegment(SHORTS, w, from, LITTLE_ENDIAN)
                    .convertShape(S2I, INTS, 0)
                    .reinterpretAsInts()
                    .lanewise(LSHL, SHIFT)
                    .and(NUMBER)
                    .reinterpretAsFloats()
                    .fma(x0, a);
            b = ShortVector.fromMemorySegment(SHORTS, w, from + apart, LITTLE_ENDIAN)
                    .convertShape(S2I, INTS, 0)
                    .reinterpretAsInts()
                    .lanewise(LSHL, SHIFT)
                    .and(NUMBER)
                    .reinterpretAsFloats()
                    .fma(x0, b);
            c = ShortVector.fromMemorySegment(SHORTS, w, from + 2 * apart, LITTLE_ENDIAN)
                    .convertShape(S2I, INTS, 0)
                    .reinterpretAsInts()
                    .lanewise(LSHL, SHIFT)
                    .and(NUMBER)
                    .reinterpretAsFloats()
                    .fma(x0, c);
            d = ShortVector.fromMemorySegment(SHORTS, w, from + 3 * apart, LITTLE_ENDIAN)
                    .convertShape(S2I, INTS, 0)
                    .reinterpretAsInts()
                    .lanewise(LSHL, SHIFT)
                    .and(NUMBER)
                    .reinterpretAsFloats()
                    .fma(x0, d);
        }
        a.intoArray(sums, 0);
        b.intoArray(sums, 16);
        c.intoArray(sums, 32);
        d.intoArray(sums, 48);
    }

    private static void halves(MemorySegment w, long at, long apart, float[] x, int xo, int columns, float[] sums) {
        LittleEndian.touch(w, at);
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = FloatVector.zero(FLOATS);
        FloatVector c = FloatVector.zero(FLOATS);
        FloatVector d = FloatVector.zero(FLOATS);
        FloatVector e = FloatVector.zero(FLOATS);
        FloatVector f = FloatVector.zero(FLOATS);
        FloatVector g = FloatVector.zero(FLOATS);
        FloatVector h = FloatVector.zero(FLOATS);
        for (int i = 0; i < columns; i += 16) {
            long from = at + 2L * i;
            FloatVector x0 = FloatVector.fromArray(FLOATS, x, xo + i);
            FloatVector x1 = FloatVector.fromArray(FLOATS, x, xo + i + L);
            a = ShortVector.fromMemorySegment(SHORTS, w, from, LITTLE_ENDIAN)
                    .convertShape(S2I, INTS, 0)
                    .reinterpretAsInts()
                    .lanewise(LSHL, SHIFT)
                    .and(NUMBER)
                    .reinterpretAsFloats()
                    .fma(x0, a);
            b = ShortVector.fromMemorySegment(SHORTS, w, from + 2 * L, LITTLE_ENDIAN)
                    .convertShape(S2I, INTS, 0)
                    .reinterpretAsInts()
                    .lanewise(LSHL, SHIFT)
                    .and(NUMBER)
                    .reinterpretAsFloats()
                    .fma(x1, b);
            c = ShortVector.fromMemorySegment(SHORTS, w, from + apart, LITTLE_ENDIAN)
                    .convertShape(S2I, INTS, 0)
                    .reinterpretAsInts()
                    .lanewise(LSHL, SHIFT)
                    .and(NUMBER)
                    .reinterpretAsFloats()
                    .fma(x0, c);
            d = ShortVector.fromMemorySegment(SHORTS, w, from + apart + 2 * L, LITTLE_ENDIAN)
                    .convertShape(S2I, INTS, 0)
                    .reinterpretAsInts()
                    .lanewise(LSHL, SHIFT)
                    .and(NUMBER)
                    .reinterpretAsFloats()
                    .fma(x1, d);
            e = ShortVector.fromMemorySegment(SHORTS, w, from + 2 * apart, LITTLE_ENDIAN)
                    .convertShape(S2I, INTS, 0)
                    .reinterpretAsInts()
                    .lanewise(LSHL, SHIFT)
                    .and(NUMBER)
                    .reinterpretAsFloats()
                    .fma(x0, e);
            f = ShortVector.fromMemorySegment(SHORTS, w, from + 2 * apart + 2 * L, LITTLE_ENDIAN)
                    .convertShape(S2I, INTS, 0)
                    .reinterpretAsInts()
                    .lanewise(LSHL, SHIFT)
                    .and(NUMBER)
                    .reinterpretAsFloats()
                    .fma(x1, f);
            g = ShortVector.fromMemorySegment(SHORTS, w, from + 3 * apart, LITTLE_ENDIAN)
                    .convertShape(S2I, INTS, 0)
                    .reinterpretAsInts()
                    .lanewise(LSHL, SHIFT)
                    .and(NUMBER)
                    .reinterpretAsFloats()
                    .fma(x0, g);
            h = ShortVector.fromMemorySegment(SHORTS, w, from + 3 * apart + 2 * L, LITTLE_ENDIAN)
                    .convertShape(S2I, INTS, 0)
                    .reinterpretAsInts()
                    .lanewise(LSHL, SHIFT)
                    .and(NUMBER)
                    .reinterpretAsFloats()
                    .fma(x1, h);
        }
        a.intoArray(sums, 0);
        b.intoArray(sums, L);
        c.intoArray(sums, 16);
        d.intoArray(sums, 16 + L);
        e.intoArray(sums, 32);
        f.intoArray(sums, 32 + L);
        g.intoArray(sums, 48);
        h.intoArray(sums, 48 + L);
    }
}
