package dev.athanor.quant;

import static dev.athanor.quant.Wide.BYTES;
import static dev.athanor.quant.Wide.FLOATS;
import static dev.athanor.quant.Wide.INTS;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_B2I;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/** {@link StoredDots} of {@link Q6KBlocks}; scales go through memory as in {@link VectorDotQ4K}. */
final class VectorDotQ6K {
    private static final int SIZE = 256;
    private static final long BYTES_PER_BLOCK = 210;

    private VectorDotQ6K() {}

    static void pair(
            MemorySegment w,
            long from,
            long rowBytes,
            float[] x,
            int xo,
            int columns,
            float[] y,
            int yo,
            float[] room) {
        MemorySegment u = w.asSlice(from, rowBytes);
        MemorySegment v = w.asSlice(from + rowBytes, rowBytes);
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = FloatVector.zero(FLOATS);
        for (int block = 0; block < columns / SIZE; block++) {
            long at = block * BYTES_PER_BLOCK;
            scales(u, at, room, 0);
            scales(v, at, room, 16);
            for (int half = 0; half < 2; half++) {
                int first = xo + block * SIZE + half * 128;
                long lows = at + half * 64;
                long highs = at + Q6KBlocks.HIGH + half * 32;
                IntVector h0 = ByteVector.fromMemorySegment(BYTES, u, highs, LITTLE_ENDIAN)
                        .convertShape(ZERO_EXTEND_B2I, INTS, 0)
                        .reinterpretAsInts();
                IntVector h1 = ByteVector.fromMemorySegment(BYTES, u, highs + 16, LITTLE_ENDIAN)
                        .convertShape(ZERO_EXTEND_B2I, INTS, 0)
                        .reinterpretAsInts();
                IntVector p0 = ByteVector.fromMemorySegment(BYTES, u, lows, LITTLE_ENDIAN)
                        .convertShape(ZERO_EXTEND_B2I, INTS, 0)
                        .reinterpretAsInts();
                IntVector p1 = ByteVector.fromMemorySegment(BYTES, u, lows + 16, LITTLE_ENDIAN)
                        .convertShape(ZERO_EXTEND_B2I, INTS, 0)
                        .reinterpretAsInts();
                IntVector q0 = ByteVector.fromMemorySegment(BYTES, u, lows + 32, LITTLE_ENDIAN)
                        .convertShape(ZERO_EXTEND_B2I, INTS, 0)
                        .reinterpretAsInts();
                IntVector q1 = ByteVector.fromMemorySegment(BYTES, u, lows + 48, LITTLE_ENDIAN)
                        .convertShape(ZERO_EXTEND_B2I, INTS, 0)
                        .reinterpretAsInts();
                a = h0.lanewise(LSHL, 4)
                        .and(0x30)
                        .or(p0.and(15))
                        .or(Wide.BITS_2_23)
                        .reinterpretAsFloats()
                        .sub(Wide.F_2_23 + 32)
                        .mul(room[8 * half + 0])
                        .fma(FloatVector.fromArray(FLOATS, x, first + 0), a);
                a = h1.lanewise(LSHL, 4)
                        .and(0x30)
                        .or(p1.and(15))
                        .or(Wide.BITS_2_23)
                        .reinterpretAsFloats()
                        .sub(Wide.F_2_23 + 32)
                        .mul(room[8 * half + 1])
                        .fma(FloatVector.fromArray(FLOATS, x, first + 16), a);
                a = h0.lanewise(LSHL, 2)
                        .and(0x30)
                        .or(q0.and(15))
                        .or(Wide.BITS_2_23)
                        .reinterpretAsFloats()
                        .sub(Wide.F_2_23 + 32)
                        .mul(room[8 * half + 2])
                        .fma(FloatVector.fromArray(FLOATS, x, first + 32), a);
                a = h1.lanewise(LSHL, 2)
                        .and(0x30)
                        .or(q1.and(15))
                        .or(Wide.BITS_2_23)
                        .reinterpretAsFloats()
                        .sub(Wide.F_2_23 + 32)
                        .mul(room[8 * half + 3])
                        .fma(FloatVector.fromArray(FLOATS, x, first + 48), a);
                a = h0.and(0x30)
                        .or(p0.lanewise(LSHR, 4))
                        .or(Wide.BITS_2_23)
                        .reinterpretAsFloats()
                        .sub(Wide.F_2_23 + 32)
                        .mul(room[8 * half + 4])
                        .fma(FloatVector.fromArray(FLOATS, x, first + 64), a);
                a = h1.and(0x30)
                        .or(p1.lanewise(LSHR, 4))
                        .or(Wide.BITS_2_23)
                        .reinterpretAsFloats()
                        .sub(Wide.F_2_23 + 32)
                        .mul(room[8 * half + 5])
                        .fma(FloatVector.fromArray(FLOATS, x, first + 80), a);
                a = h0.lanewise(LSHR, 2)
                        .and(0x30)
                        .or(q0.lanewise(LSHR, 4))
                        .or(Wide.BITS_2_23)
                        .reinterpretAsFloats()
                        .sub(Wide.F_2_23 + 32)
                        .mul(room[8 * half + 6])
                        .fma(FloatVector.fromArray(FLOATS, x, first + 96), a);
                a = h1.lanewise(LSHR, 2)
                        .and(0x30)
                        .or(q1.lanewise(LSHR, 4))
                        .or(Wide.BITS_2_23)
                        .reinterpretAsFloats()
                        .sub(Wide.F_2_23 + 32)
                        .mul(room[8 * half + 7])
                        .fma(FloatVector.fromArray(FLOATS, x, first + 112), a);
                h0 = ByteVector.fromMemorySegment(BYTES, v, highs, LITTLE_ENDIAN)
                        .convertShape(ZERO_EXTEND_B2I, INTS, 0)
                        .reinterpretAsInts();
                h1 = ByteVector.fromMemorySegment(BYTES, v, highs + 16, LITTLE_ENDIAN)
                        .convertShape(ZERO_EXTEND_B2I, INTS, 0)
                        .reinterpretAsInts();
                p0 = ByteVector.fromMemorySegment(BYTES, v, lows, LITTLE_ENDIAN)
                        .convertShape(ZERO_EXTEND_B2I, INTS, 0)
                        .reinterpretAsInts();
                p1 = ByteVector.fromMemorySegment(BYTES, v, lows + 16, LITTLE_ENDIAN)
                        .convertShape(ZERO_EXTEND_B2I, INTS, 0)
                        .reinterpretAsInts();
                q0 = ByteVector.fromMemorySegment(BYTES, v, lows + 32, LITTLE_ENDIAN)
                        .convertShape(ZERO_EXTEND_B2I, INTS, 0)
                        .reinterpretAsInts();
                q1 = ByteVector.fromMemorySegment(BYTES, v, lows + 48, LITTLE_ENDIAN)
                        .convertShape(ZERO_EXTEND_B2I, INTS, 0)
                        .reinterpretAsInts();
                b = h0.lanewise(LSHL, 4)
                        .and(0x30)
                        .or(p0.and(15))
                        .or(Wide.BITS_2_23)
                        .reinterpretAsFloats()
                        .sub(Wide.F_2_23 + 32)
                        .mul(room[16 + 8 * half + 0])
                        .fma(FloatVector.fromArray(FLOATS, x, first + 0), b);
                b = h1.lanewise(LSHL, 4)
                        .and(0x30)
                        .or(p1.and(15))
                        .or(Wide.BITS_2_23)
                        .reinterpretAsFloats()
                        .sub(Wide.F_2_23 + 32)
                        .mul(room[16 + 8 * half + 1])
                        .fma(FloatVector.fromArray(FLOATS, x, first + 16), b);
                b = h0.lanewise(LSHL, 2)
                        .and(0x30)
                        .or(q0.and(15))
                        .or(Wide.BITS_2_23)
                        .reinterpretAsFloats()
                        .sub(Wide.F_2_23 + 32)
                        .mul(room[16 + 8 * half + 2])
                        .fma(FloatVector.fromArray(FLOATS, x, first + 32), b);
                b = h1.lanewise(LSHL, 2)
                        .and(0x30)
                        .or(q1.and(15))
                        .or(Wide.BITS_2_23)
                        .reinterpretAsFloats()
                        .sub(Wide.F_2_23 + 32)
                        .mul(room[16 + 8 * half + 3])
                        .fma(FloatVector.fromArray(FLOATS, x, first + 48), b);
                b = h0.and(0x30)
                        .or(p0.lanewise(LSHR, 4))
                        .or(Wide.BITS_2_23)
                        .reinterpretAsFloats()
                        .sub(Wide.F_2_23 + 32)
                        .mul(room[16 + 8 * half + 4])
                        .fma(FloatVector.fromArray(FLOATS, x, first + 64), b);
                b = h1.and(0x30)
                        .or(p1.lanewise(LSHR, 4))
                        .or(Wide.BITS_2_23)
                        .reinterpretAsFloats()
                        .sub(Wide.F_2_23 + 32)
                        .mul(room[16 + 8 * half + 5])
                        .fma(FloatVector.fromArray(FLOATS, x, first + 80), b);
                b = h0.lanewise(LSHR, 2)
                        .and(0x30)
                        .or(q0.lanewise(LSHR, 4))
                        .or(Wide.BITS_2_23)
                        .reinterpretAsFloats()
                        .sub(Wide.F_2_23 + 32)
                        .mul(room[16 + 8 * half + 6])
                        .fma(FloatVector.fromArray(FLOATS, x, first + 96), b);
                b = h1.lanewise(LSHR, 2)
                        .and(0x30)
                        .or(q1.lanewise(LSHR, 4))
                        .or(Wide.BITS_2_23)
                        .reinterpretAsFloats()
                        .sub(Wide.F_2_23 + 32)
                        .mul(room[16 + 8 * half + 7])
                        .fma(FloatVector.fromArray(FLOATS, x, first + 112), b);
            }
        }
        y[yo] = Wide.fold(a);
        y[yo + 1] = Wide.fold(b);
    }

    /** room[ro + g] = d scale_g. */
    private static void scales(MemorySegment w, long at, float[] room, int ro) {
        float d = LittleEndian.half(w, at + Q6KBlocks.SCALE);
        ByteVector.fromMemorySegment(BYTES, w, at + Q6KBlocks.SCALES, LITTLE_ENDIAN)
                .convertShape(B2I, INTS, 0)
                .convertShape(I2F, FLOATS, 0)
                .reinterpretAsFloats()
                .mul(d)
                .intoArray(room, ro);
    }
}
