package dev.athanor.quant;

import static dev.athanor.quant.Interleaved.ONE;
import static dev.athanor.quant.InterleavedDots.WHOLE;
import static dev.athanor.quant.Wide.FLOATS;
import static dev.athanor.quant.Wide.INTS;
import static dev.athanor.quant.Wide.L;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.ROR;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * {@link VectorInterleavedDots} where a line of sixteen rows is two registers: both halves meet every column together,
 * so that a line comes from memory once, a column of x is spread over a register once, and four chains of sums run side
 * by side. The bits are the same.
 *
 * <p>Sums stand in y between groups of columns: with them the sixteen registers would not be enough.
 */
final class VectorInterleavedHalves {
    private static final int ROWS = Interleaved.ROWS;
    private static final int LINE = Interleaved.LINE;

    private VectorInterleavedHalves() {}

    /** Whether registers are half a line. */
    static boolean fits() {
        return 2 * L == ROWS;
    }

    static void dots(Interleaved m, int group, float[] x, int xo, float[] y, int yo) {
        Arrays.fill(y, yo, yo + ROWS, 0f);
        MemorySegment words = m.words;
        MemorySegment scales = m.scales;
        int columns = m.columns;
        int groups = columns / 32;
        long stride = m.stride(group);
        long from = m.line(group, 0, 0);
        LittleEndian.touch(words, from);
        for (int g = 0; g < groups; g++) {
            FloatVector a0 = FloatVector.zero(FLOATS);
            FloatVector a1 = FloatVector.zero(FLOATS);
            FloatVector b0 = FloatVector.zero(FLOATS);
            FloatVector b1 = FloatVector.zero(FLOATS);
            long line = from + (long) g * LINE;
            int at = xo + g * 32;
            for (int word = 0; word < 8; word++) {
                IntVector v = IntVector.fromMemorySegment(INTS, words, line, LITTLE_ENDIAN);
                IntVector w = IntVector.fromMemorySegment(INTS, words, line + 4 * L, LITTLE_ENDIAN);
                FloatVector x0 = FloatVector.broadcast(FLOATS, x[at]);
                a0 = v.and(WHOLE).or(ONE).reinterpretAsFloats().fma(x0, a0);
                b0 = w.and(WHOLE).or(ONE).reinterpretAsFloats().fma(x0, b0);
                FloatVector x1 = FloatVector.broadcast(FLOATS, x[at + 1]);
                a1 = v.lanewise(LSHR, 8)
                        .and(WHOLE)
                        .or(ONE)
                        .reinterpretAsFloats()
                        .fma(x1, a1);
                b1 = w.lanewise(LSHR, 8)
                        .and(WHOLE)
                        .or(ONE)
                        .reinterpretAsFloats()
                        .fma(x1, b1);
                FloatVector x2 = FloatVector.broadcast(FLOATS, x[at + 2]);
                a0 = v.lanewise(ROR, 16)
                        .and(WHOLE)
                        .or(ONE)
                        .reinterpretAsFloats()
                        .fma(x2, a0);
                b0 = w.lanewise(ROR, 16)
                        .and(WHOLE)
                        .or(ONE)
                        .reinterpretAsFloats()
                        .fma(x2, b0);
                FloatVector x3 = FloatVector.broadcast(FLOATS, x[at + 3]);
                a1 = v.lanewise(LSHL, 8)
                        .and(WHOLE)
                        .or(ONE)
                        .reinterpretAsFloats()
                        .fma(x3, a1);
                b1 = w.lanewise(LSHL, 8)
                        .and(WHOLE)
                        .or(ONE)
                        .reinterpretAsFloats()
                        .fma(x3, b1);
                line += stride;
                at += 4;
            }
            FloatVector off = FloatVector.broadcast(FLOATS, x[xo + columns + g]);
            long scale = ((long) group * groups + g) * LINE;
            FloatVector s = FloatVector.fromMemorySegment(FLOATS, scales, scale, LITTLE_ENDIAN);
            FloatVector t = FloatVector.fromMemorySegment(FLOATS, scales, scale + 4 * L, LITTLE_ENDIAN);
            s.fma(off.add(a0.add(a1)), FloatVector.fromArray(FLOATS, y, yo)).intoArray(y, yo);
            t.fma(off.add(b0.add(b1)), FloatVector.fromArray(FLOATS, y, yo + L)).intoArray(y, yo + L);
        }
    }
}
