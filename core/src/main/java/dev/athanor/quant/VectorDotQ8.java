package dev.athanor.quant;

import static dev.athanor.quant.Wide.BYTES;
import static dev.athanor.quant.Wide.FLOATS;
import static dev.athanor.quant.Wide.INTS;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.I2F;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/** {@link StoredDots} of {@link Q8Blocks}. */
final class VectorDotQ8 {
    private static final int SIZE = 32;
    private static final long BYTES_PER_BLOCK = 34;

    private VectorDotQ8() {}

    static void pair(MemorySegment w, long from, long rowBytes, float[] x, int xo, int columns, float[] y, int yo) {
        MemorySegment u = w.asSlice(from, rowBytes);
        MemorySegment v = w.asSlice(from + rowBytes, rowBytes);
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = FloatVector.zero(FLOATS);
        for (int block = 0; block < columns / SIZE; block++) {
            long at = block * BYTES_PER_BLOCK;
            FloatVector x0 = FloatVector.fromArray(FLOATS, x, xo + block * SIZE);
            FloatVector x1 = FloatVector.fromArray(FLOATS, x, xo + block * SIZE + 16);
            FloatVector d = IntVector.broadcast(INTS, Halves.bitsOfF16(u.get(LittleEndian.SHORT, at)))
                    .reinterpretAsFloats();
            FloatVector e = IntVector.broadcast(INTS, Halves.bitsOfF16(v.get(LittleEndian.SHORT, at)))
                    .reinterpretAsFloats();
            a = ((FloatVector) ByteVector.fromMemorySegment(BYTES, u, at + 2, LITTLE_ENDIAN)
                            .convertShape(B2I, INTS, 0)
                            .convertShape(I2F, FLOATS, 0))
                    .mul(d)
                    .fma(x0, a);
            b = ((FloatVector) ByteVector.fromMemorySegment(BYTES, v, at + 2, LITTLE_ENDIAN)
                            .convertShape(B2I, INTS, 0)
                            .convertShape(I2F, FLOATS, 0))
                    .mul(e)
                    .fma(x0, b);
            a = ((FloatVector) ByteVector.fromMemorySegment(BYTES, u, at + 18, LITTLE_ENDIAN)
                            .convertShape(B2I, INTS, 0)
                            .convertShape(I2F, FLOATS, 0))
                    .mul(d)
                    .fma(x1, a);
            b = ((FloatVector) ByteVector.fromMemorySegment(BYTES, v, at + 18, LITTLE_ENDIAN)
                            .convertShape(B2I, INTS, 0)
                            .convertShape(I2F, FLOATS, 0))
                    .mul(e)
                    .fma(x1, b);
        }
        y[yo] = Wide.fold(a);
        y[yo + 1] = Wide.fold(b);
    }
}
