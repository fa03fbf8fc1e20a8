package dev.athanor.quant;

import static dev.athanor.quant.Wide.FLOATS;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * {@link StoredDots} of F16, by way of the nearest cache: the compiler makes the machine's own conversion of a plain
 * loop, which the Vector API does not offer, and what it takes with integers is slower than writing and reading again.
 */
final class VectorDotF16 {
    private VectorDotF16() {}

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
        y[yo] = row(w.asSlice(from, rowBytes), x, xo, columns, room);
        y[yo + 1] = row(w.asSlice(from + rowBytes, rowBytes), x, xo, columns, room);
    }

    private static float row(MemorySegment w, float[] x, int xo, int columns, float[] room) {
        for (int i = 0; i < columns; i++) {
            room[i] = Float.float16ToFloat(w.get(LittleEndian.SHORT, 2L * i));
        }
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int i = 0; i < columns; i += 16) {
            sum = FloatVector.fromArray(FLOATS, room, i).fma(FloatVector.fromArray(FLOATS, x, xo + i), sum);
        }
        return Wide.fold(sum);
    }
}
