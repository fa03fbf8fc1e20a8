package dev.athanor.quant;

import static dev.athanor.quant.Wide.FLOATS;
import static dev.athanor.quant.Wide.L;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * {@link StoredDots} of F16, by way of the nearest cache: the compiler makes the machine's own conversion of a plain
 * loop, which the Vector API does not offer, and what it takes with integers is slower than writing and reading again.
 * A part of each of the four rows at a time, so that memory is read in all four places.
 */
final class VectorDotF16 {
    /** Columns converted at a time: sixteen lines of the cache in each row. */
    static final int PART = 512;

    private VectorDotF16() {}

    static void four(MemorySegment w, long at, long apart, float[] x, int xo, int columns, float[] room) {
        Arrays.fill(room, 0, StoredDots.SUMS, 0f);
        for (int from = 0; from < columns; from += PART) {
            int count = Math.min(PART, columns - from);
            for (int row = 0; row < StoredDots.FOUR; row++) {
                convert(w, at + row * apart + 2L * from, count, room, StoredDots.SUMS + row * PART);
            }
            for (int lane = 0; lane < 16; lane += L) {
                add(count, x, xo + from, room, lane);
            }
        }
    }

    private static void convert(MemorySegment w, long at, int count, float[] room, int to) {
        for (int i = 0; i < count; i++) {
            room[to + i] = Float.float16ToFloat(w.get(LittleEndian.SHORT, at + 2L * i));
        }
    }

    /** Lanes {@code lane} and on of the sixteen of each row. */
    private static void add(int count, float[] x, int xo, float[] room, int lane) {
        FloatVector a = FloatVector.fromArray(FLOATS, room, lane);
        FloatVector b = FloatVector.fromArray(FLOATS, room, lane + 16);
        FloatVector c = FloatVector.fromArray(FLOATS, room, lane + 32);
        FloatVector d = FloatVector.fromArray(FLOATS, room, lane + 48);
        for (int i = lane; i < count; i += 16) {
            int from = StoredDots.SUMS + i;
            FloatVector x0 = FloatVector.fromArray(FLOATS, x, xo + i);
            a = FloatVector.fromArray(FLOATS, room, from).fma(x0, a);
            b = FloatVector.fromArray(FLOATS, room, from + PART).fma(x0, b);
            c = FloatVector.fromArray(FLOATS, room, from + 2 * PART).fma(x0, c);
            d = FloatVector.fromArray(FLOATS, room, from + 3 * PART).fma(x0, d);
        }
        a.intoArray(room, lane);
        b.intoArray(room, lane + 16);
        c.intoArray(room, lane + 32);
        d.intoArray(room, lane + 48);
    }
}
