package dev.athanor.quant;

import static dev.athanor.quant.Wide.FLOATS;
import static dev.athanor.quant.Wide.INTS;
import static dev.athanor.quant.Wide.SHORTS;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/** {@link StoredDots} of BF16: the upper half of an F32. */
final class VectorDotBf16 {
    private VectorDotBf16() {}

    static void pair(MemorySegment w, long from, long rowBytes, float[] x, int xo, int columns, float[] y, int yo) {
        MemorySegment u = w.asSlice(from, rowBytes);
        MemorySegment v = w.asSlice(from + rowBytes, rowBytes);
        FloatVector a = FloatVector.zero(FLOATS);
        FloatVector b = FloatVector.zero(FLOATS);
        for (int i = 0; i < columns; i += 16) {
            long at = 2L * i;
            LittleEndian.touch(u, at);
            LittleEndian.touch(v, at);
            FloatVector x0 = FloatVector.fromArray(FLOATS, x, xo + i);
            a = ShortVector.fromMemorySegment(SHORTS, u, at, LITTLE_ENDIAN)
                    .convertShape(VectorOperators.S2I, INTS, 0)
                    .reinterpretAsInts()
                    .lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats()
                    .fma(x0, a);
            b = ShortVector.fromMemorySegment(SHORTS, v, at, LITTLE_ENDIAN)
                    .convertShape(VectorOperators.S2I, INTS, 0)
                    .reinterpretAsInts()
                    .lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats()
                    .fma(x0, b);
        }
        y[yo] = Wide.fold(a);
        y[yo + 1] = Wide.fold(b);
    }
}
