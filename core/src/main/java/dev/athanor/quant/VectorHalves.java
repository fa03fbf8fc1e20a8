package dev.athanor.quant;

import static dev.athanor.quant.Wide.INTS;
import static dev.athanor.quant.Wide.L;
import static dev.athanor.quant.Wide.SHORTS;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link Halves} a register at a time. F16 is moved into F32's layout with integers, since there is no such conversion.
 */
final class VectorHalves {
    private static final int MAGNITUDE = 0x7fff;
    private static final int FRACTION_SHIFT = 23 - 10;
    private static final int SMALLEST_NORMAL = 1 << 23;
    private static final int INFINITY = 31 << 23;

    /** From F16's exponent bias of 15 to F32's of 127. */
    private static final int REBIAS = 127 - 15 << 23;

    private static final short SIGNALLING = 0x7d01;

    /**
     * Whether the JDK's conversion makes NaN quiet, as the machine's does where there is one; then the compiler makes
     * that of a plain loop.
     */
    private static final boolean QUIETS = Float.floatToRawIntBits(Float.float16ToFloat(SIGNALLING))
            == Float.floatToRawIntBits(Halves.fromF16(SIGNALLING));

    private VectorHalves() {}

    static void decodeBf16(MemorySegment bytes, long at, int count, float[] out, int oo) {
        int whole = count / L * L;
        for (int i = 0; i < whole; i += L) {
            LittleEndian.touch(bytes, at + 2L * i);
            ShortVector.fromMemorySegment(SHORTS, bytes, at + 2L * i, ByteOrder.LITTLE_ENDIAN)
                    .convertShape(VectorOperators.S2I, INTS, 0)
                    .reinterpretAsInts()
                    .lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats()
                    .intoArray(out, oo + i);
        }
        Halves.decodeBf16(bytes, at + 2L * whole, count - whole, out, oo + whole);
    }

    static void decodeF16(MemorySegment bytes, long at, int count, float[] out, int oo) {
        if (QUIETS) {
            for (int i = 0; i < count; i++) {
                out[oo + i] = Float.float16ToFloat(bytes.get(LittleEndian.SHORT, at + 2L * i));
            }
            return;
        }
        int whole = count / L * L;
        for (int i = 0; i < whole; i += L) {
            if (!decodeFinite(bytes, at + 2L * i, out, oo + i)) {
                Halves.decodeF16(bytes, at + 2L * i, L, out, oo + i);
            }
        }
        Halves.decodeF16(bytes, at + 2L * whole, count - whole, out, oo + whole);
    }

    /** One register; false, and whatever in {@code out}, where infinity or NaN is among its numbers. */
    private static boolean decodeFinite(MemorySegment bytes, long at, float[] out, int oo) {
        LittleEndian.touch(bytes, at);
        IntVector bits = ShortVector.fromMemorySegment(SHORTS, bytes, at, ByteOrder.LITTLE_ENDIAN)
                .convertShape(VectorOperators.S2I, INTS, 0)
                .reinterpretAsInts();
        IntVector magnitude = bits.and(MAGNITUDE).lanewise(VectorOperators.LSHL, FRACTION_SHIFT);
        IntVector normal = magnitude.add(REBIAS);
        // a subnormal is f · 2^-24: with the smallest normal exponent it is 2^-14 too large
        IntVector subnormal =
                normal.add(SMALLEST_NORMAL).reinterpretAsFloats().sub(0x1p-14f).reinterpretAsInts();
        normal.blend(subnormal, magnitude.compare(VectorOperators.LT, SMALLEST_NORMAL))
                .or(bits.and(1 << 31))
                .reinterpretAsFloats()
                .intoArray(out, oo);
        return !magnitude.compare(VectorOperators.GE, INFINITY).anyTrue();
    }
}
