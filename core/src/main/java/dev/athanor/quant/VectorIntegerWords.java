package dev.athanor.quant;

import static dev.athanor.quant.Wide.FLOATS;
import static dev.athanor.quant.Wide.INTS;
import static dev.athanor.quant.Wide.L;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * {@link IntegerDots} of Q8_0 where a line of sixteen rows is two registers (or four): two of them meet every factor of
 * x together, so that it is spread over a register once. Scales meet their sums at once; the sums of a row stand in y
 * between groups of columns, for want of registers.
 *
 * <p>Two of a group's eight words are written out: with four or eight the sixteen registers of these machines are too
 * few, and rows come from memory slower (docs/performance.md).
 */
final class VectorIntegerWords {
    private static final int ROWS = Interleaved.ROWS;
    private static final int LINE = Interleaved.LINE;

    private VectorIntegerWords() {}

    /** y[yo + i] = the product of row i of sixteen. */
    static void dots(Interleaved m, int group, float[] x, int xo, float[] steps, int so, float[] y, int yo) {
        Arrays.fill(y, yo, yo + ROWS, 0f);
        for (int lane = 0; lane < ROWS; lane += 2 * L) {
            dots(m, group, lane, x, xo, steps, so, y, yo + lane);
        }
    }

    private static void dots(
            Interleaved m, int group, int lane, float[] x, int xo, float[] steps, int so, float[] y, int yo) {
        MemorySegment words = m.words;
        MemorySegment scales = m.scales;
        int groups = m.columns / 32;
        long stride = m.stride(group);
        long from = m.line(group, 0, 0) + 4L * lane;
        long scale = (long) group * groups * LINE + 4L * lane;
        int by8 = Interleaved.bitsOf(m.type);
        LittleEndian.touch(words, from);
        LittleEndian.touch(scales, 0);
        int at = xo;
        int bias = xo + m.columns / 2;
        for (int g = 0; g < groups; g++) {
            IntVector a = IntVector.zero(INTS);
            IntVector upperA = IntVector.zero(INTS);
            IntVector b = IntVector.zero(INTS);
            IntVector upperB = IntVector.zero(INTS);
            long line = from + (long) g * LINE;
            for (int word = 0; word < 8; word += 2) {
                ShortVector v0 = IntVector.fromMemorySegment(INTS, words, line, LITTLE_ENDIAN)
                        .reinterpretAsShorts();
                ShortVector w0 = IntVector.fromMemorySegment(INTS, words, line + 4 * L, LITTLE_ENDIAN)
                        .reinterpretAsShorts();
                ShortVector x0 = FloatVector.broadcast(FLOATS, x[at]).reinterpretAsShorts();
                ShortVector x1 = FloatVector.broadcast(FLOATS, x[at + 1]).reinterpretAsShorts();
                ShortVector off0 = FloatVector.broadcast(FLOATS, x[bias]).reinterpretAsShorts();
                IntVector p0 =
                        v0.mul(x0).add(v0.lanewise(LSHR, by8).mul(x1).add(off0)).reinterpretAsInts();
                a = p0.add(a);
                upperA = p0.lanewise(LSHR, 16).add(upperA);
                IntVector q0 =
                        w0.mul(x0).add(w0.lanewise(LSHR, by8).mul(x1).add(off0)).reinterpretAsInts();
                b = q0.add(b);
                upperB = q0.lanewise(LSHR, 16).add(upperB);
                ShortVector v1 = IntVector.fromMemorySegment(INTS, words, line + stride, LITTLE_ENDIAN)
                        .reinterpretAsShorts();
                ShortVector w1 = IntVector.fromMemorySegment(INTS, words, line + stride + 4 * L, LITTLE_ENDIAN)
                        .reinterpretAsShorts();
                ShortVector x2 = FloatVector.broadcast(FLOATS, x[at + 2]).reinterpretAsShorts();
                ShortVector x3 = FloatVector.broadcast(FLOATS, x[at + 3]).reinterpretAsShorts();
                ShortVector off1 = FloatVector.broadcast(FLOATS, x[bias + 1]).reinterpretAsShorts();
                IntVector p1 =
                        v1.mul(x2).add(v1.lanewise(LSHR, by8).mul(x3).add(off1)).reinterpretAsInts();
                a = p1.add(a);
                upperA = p1.lanewise(LSHR, 16).add(upperA);
                IntVector q1 =
                        w1.mul(x2).add(w1.lanewise(LSHR, by8).mul(x3).add(off1)).reinterpretAsInts();
                b = q1.add(b);
                upperB = q1.lanewise(LSHR, 16).add(upperB);
                line += 2 * stride;
                at += 4;
                bias += 2;
            }
            IntVector sumA = IntVector.zero(INTS)
                    .add(upperA)
                    .sub(IntegerDots.OFF)
                    .add(a)
                    .sub(IntVector.zero(INTS).add(upperA).lanewise(LSHL, 16));
            IntVector sumB = IntVector.zero(INTS)
                    .add(upperB)
                    .sub(IntegerDots.OFF)
                    .add(b)
                    .sub(IntVector.zero(INTS).add(upperB).lanewise(LSHL, 16));
            FloatVector.fromMemorySegment(FLOATS, scales, scale, LITTLE_ENDIAN)
                    .fma(
                            ((FloatVector) sumA.convertShape(I2F, FLOATS, 0)).mul(steps[so + g]),
                            FloatVector.fromArray(FLOATS, y, yo))
                    .intoArray(y, yo);
            FloatVector.fromMemorySegment(FLOATS, scales, scale + 4 * L, LITTLE_ENDIAN)
                    .fma(
                            ((FloatVector) sumB.convertShape(I2F, FLOATS, 0)).mul(steps[so + g]),
                            FloatVector.fromArray(FLOATS, y, yo + L))
                    .intoArray(y, yo + L);
            scale += LINE;
        }
    }
}
