package dev.athanor.quant;

import static dev.athanor.quant.Wide.BYTES;
import static dev.athanor.quant.Wide.FLOATS;
import static dev.athanor.quant.Wide.INTS;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_B2I;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;

/**
 * {@link StoredDots} of Q4_K in {@link Q4KBlocks}. A group can hold sixteen numbers only; they fill one register, from
 * which the stored four bits choose. The scales and minima of a block become floats together and go through memory,
 * from which a register is filled without an instruction of its own.
 */
final class VectorDotQ4K {
    private static final int SIZE = 256;
    private static final long BYTES_PER_BLOCK = 144;

    private VectorDotQ4K() {}

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
            for (int two = 0; two < 4; two++) {
                int first = xo + block * SIZE + two * 64;
                long quants = at + Q4KBlocks.QUANTS + two * 32;
                FloatVector x0 = FloatVector.fromArray(FLOATS, x, first);
                FloatVector x1 = FloatVector.fromArray(FLOATS, x, first + 16);
                FloatVector x2 = FloatVector.fromArray(FLOATS, x, first + 32);
                FloatVector x3 = FloatVector.fromArray(FLOATS, x, first + 48);
                // scale q - minimum for every q; scale q has 21 bits, so only the difference rounds, as it does alone
                IntVector q = ByteVector.fromMemorySegment(BYTES, u, quants, LITTLE_ENDIAN)
                        .convertShape(ZERO_EXTEND_B2I, INTS, 0)
                        .reinterpretAsInts();
                IntVector r = ByteVector.fromMemorySegment(BYTES, u, quants + 16, LITTLE_ENDIAN)
                        .convertShape(ZERO_EXTEND_B2I, INTS, 0)
                        .reinterpretAsInts();
                IntVector some = FloatVector.broadcast(FLOATS, room[2 * two])
                        .fma(Wide.FROM_0, FloatVector.broadcast(FLOATS, room[2 * two + 8]))
                        .reinterpretAsInts();
                IntVector others = FloatVector.broadcast(FLOATS, room[2 * two + 1])
                        .fma(Wide.FROM_0, FloatVector.broadcast(FLOATS, room[2 * two + 1 + 8]))
                        .reinterpretAsInts();
                a = q.selectFrom(some).reinterpretAsFloats().fma(x0, a);
                a = r.selectFrom(some).reinterpretAsFloats().fma(x1, a);
                a = q.lanewise(LSHR, 4).selectFrom(others).reinterpretAsFloats().fma(x2, a);
                a = r.lanewise(LSHR, 4).selectFrom(others).reinterpretAsFloats().fma(x3, a);
                q = ByteVector.fromMemorySegment(BYTES, v, quants, LITTLE_ENDIAN)
                        .convertShape(ZERO_EXTEND_B2I, INTS, 0)
                        .reinterpretAsInts();
                r = ByteVector.fromMemorySegment(BYTES, v, quants + 16, LITTLE_ENDIAN)
                        .convertShape(ZERO_EXTEND_B2I, INTS, 0)
                        .reinterpretAsInts();
                some = FloatVector.broadcast(FLOATS, room[16 + 2 * two])
                        .fma(Wide.FROM_0, FloatVector.broadcast(FLOATS, room[16 + 2 * two + 8]))
                        .reinterpretAsInts();
                others = FloatVector.broadcast(FLOATS, room[16 + 2 * two + 1])
                        .fma(Wide.FROM_0, FloatVector.broadcast(FLOATS, room[16 + 2 * two + 1 + 8]))
                        .reinterpretAsInts();
                b = q.selectFrom(some).reinterpretAsFloats().fma(x0, b);
                b = r.selectFrom(some).reinterpretAsFloats().fma(x1, b);
                b = q.lanewise(LSHR, 4).selectFrom(others).reinterpretAsFloats().fma(x2, b);
                b = r.lanewise(LSHR, 4).selectFrom(others).reinterpretAsFloats().fma(x3, b);
            }
        }
        y[yo] = Wide.fold(a);
        y[yo + 1] = Wide.fold(b);
    }

    /** room[ro + g] = d scale_g and room[ro + 8 + g] = -dmin minimum_g. */
    private static void scales(MemorySegment w, long at, float[] room, int ro) {
        float d = LittleEndian.half(w, at);
        float dmin = LittleEndian.half(w, at + 2);
        LongVector.broadcast(Wide.TWO_LONGS, Q4KBlocks.scales(w, at))
                .withLane(1, Q4KBlocks.minima(w, at))
                .reinterpretAsBytes()
                .convertShape(ZERO_EXTEND_B2I, INTS, 0)
                .convertShape(I2F, FLOATS, 0)
                .reinterpretAsFloats()
                .mul(FloatVector.broadcast(FLOATS, d).blend(-dmin, Wide.UPPER_8))
                .intoArray(room, ro);
    }
}
