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
            // rows of 32 numbers: four in each half
            for (int row = 0; row < 8; row++) {
                int j = row % 4;
                long lows = at + row / 4 * 64 + j % 2 * 32;
                long highs = at + Q6KBlocks.HIGH + row / 4 * 32;
                FloatVector x0 = FloatVector.fromArray(FLOATS, x, xo + block * SIZE + row * 32);
                FloatVector x1 = FloatVector.fromArray(FLOATS, x, xo + block * SIZE + row * 32 + 16);
                a = ByteVector.fromMemorySegment(BYTES, u, highs, LITTLE_ENDIAN)
                        .convertShape(ZERO_EXTEND_B2I, INTS, 0)
                        .reinterpretAsInts()
                        .lanewise(LSHR, 2 * j)
                        .and(3)
                        .lanewise(LSHL, 4)
                        .or(ByteVector.fromMemorySegment(BYTES, u, lows, LITTLE_ENDIAN)
                                .convertShape(ZERO_EXTEND_B2I, INTS, 0)
                                .reinterpretAsInts()
                                .lanewise(LSHR, j / 2 * 4)
                                .and(15))
                        .or(Wide.BITS_2_23)
                        .reinterpretAsFloats()
                        .sub(Wide.F_2_23 + 32)
                        .mul(room[2 * row])
                        .fma(x0, a);
                b = ByteVector.fromMemorySegment(BYTES, v, highs, LITTLE_ENDIAN)
                        .convertShape(ZERO_EXTEND_B2I, INTS, 0)
                        .reinterpretAsInts()
                        .lanewise(LSHR, 2 * j)
                        .and(3)
                        .lanewise(LSHL, 4)
                        .or(ByteVector.fromMemorySegment(BYTES, v, lows, LITTLE_ENDIAN)
                                .convertShape(ZERO_EXTEND_B2I, INTS, 0)
                                .reinterpretAsInts()
                                .lanewise(LSHR, j / 2 * 4)
                                .and(15))
                        .or(Wide.BITS_2_23)
                        .reinterpretAsFloats()
                        .sub(Wide.F_2_23 + 32)
                        .mul(room[16 + 2 * row])
                        .fma(x0, b);
                a = ByteVector.fromMemorySegment(BYTES, u, highs + 16, LITTLE_ENDIAN)
                        .convertShape(ZERO_EXTEND_B2I, INTS, 0)
                        .reinterpretAsInts()
                        .lanewise(LSHR, 2 * j)
                        .and(3)
                        .lanewise(LSHL, 4)
                        .or(ByteVector.fromMemorySegment(BYTES, u, lows + 16, LITTLE_ENDIAN)
                                .convertShape(ZERO_EXTEND_B2I, INTS, 0)
                                .reinterpretAsInts()
                                .lanewise(LSHR, j / 2 * 4)
                                .and(15))
                        .or(Wide.BITS_2_23)
                        .reinterpretAsFloats()
                        .sub(Wide.F_2_23 + 32)
                        .mul(room[2 * row + 1])
                        .fma(x1, a);
                b = ByteVector.fromMemorySegment(BYTES, v, highs + 16, LITTLE_ENDIAN)
                        .convertShape(ZERO_EXTEND_B2I, INTS, 0)
                        .reinterpretAsInts()
                        .lanewise(LSHR, 2 * j)
                        .and(3)
                        .lanewise(LSHL, 4)
                        .or(ByteVector.fromMemorySegment(BYTES, v, lows + 16, LITTLE_ENDIAN)
                                .convertShape(ZERO_EXTEND_B2I, INTS, 0)
                                .reinterpretAsInts()
                                .lanewise(LSHR, j / 2 * 4)
                                .and(15))
                        .or(Wide.BITS_2_23)
                        .reinterpretAsFloats()
                        .sub(Wide.F_2_23 + 32)
                        .mul(room[16 + 2 * row + 1])
                        .fma(x1, b);
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
