package dev.athanor.quant;

import static dev.athanor.quant.Wide.BYTES;
import static dev.athanor.quant.Wide.FLOATS;
import static dev.athanor.quant.Wide.INTS;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_B2I;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * {@link StoredDots} of Q4_0 in {@link Q4Blocks}. A block can hold sixteen numbers only; they fill one register, from
 * which the stored four bits choose. That takes one instruction where unpacking takes three.
 */
final class VectorDotQ4 {
    private static final int SIZE = 32;
    private static final long BYTES_PER_BLOCK = 18;

    private VectorDotQ4() {}

    static void pair(MemorySegment w, long from, long rowBytes, float[] x, int xo, int columns, float[] y, int yo) {
        MemorySegment u = w.asSlice(from, rowBytes);
        MemorySegment v = w.asSlice(from + rowBytes, rowBytes);
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = FloatVector.zero(FLOATS);
        for (int block = 0; block < columns / SIZE; block++) {
            long at = block * BYTES_PER_BLOCK;
            FloatVector x0 = FloatVector.fromArray(FLOATS, x, xo + block * SIZE);
            FloatVector x1 = FloatVector.fromArray(FLOATS, x, xo + block * SIZE + 16);
            // d (q - 8) for every q
            IntVector d = IntVector.broadcast(INTS, Halves.bitsOfF16(u.get(LittleEndian.SHORT, at)))
                    .reinterpretAsFloats()
                    .mul(Wide.FROM_MINUS_8)
                    .reinterpretAsInts();
            IntVector e = IntVector.broadcast(INTS, Halves.bitsOfF16(v.get(LittleEndian.SHORT, at)))
                    .reinterpretAsFloats()
                    .mul(Wide.FROM_MINUS_8)
                    .reinterpretAsInts();
            IntVector q = ByteVector.fromMemorySegment(BYTES, u, at + 2, LITTLE_ENDIAN)
                    .convertShape(ZERO_EXTEND_B2I, INTS, 0)
                    .reinterpretAsInts();
            IntVector r = ByteVector.fromMemorySegment(BYTES, v, at + 2, LITTLE_ENDIAN)
                    .convertShape(ZERO_EXTEND_B2I, INTS, 0)
                    .reinterpretAsInts();
            a = q.selectFrom(d).reinterpretAsFloats().fma(x0, a);
            b = r.selectFrom(e).reinterpretAsFloats().fma(x0, b);
            a = q.lanewise(LSHR, 4).selectFrom(d).reinterpretAsFloats().fma(x1, a);
            b = r.lanewise(LSHR, 4).selectFrom(e).reinterpretAsFloats().fma(x1, b);
        }
        y[yo] = Wide.fold(a);
        y[yo + 1] = Wide.fold(b);
    }
}
