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
 * {@link InterleavedDots} with four vectors: the numbers become floats once, in the nearest cache, and each meets all
 * four. Four vectors take about twice the time of one, and each gets the bits that {@link VectorInterleavedDots} gives
 * it alone.
 */
final class VectorInterleavedMany {
    private static final int ROWS = Interleaved.ROWS;
    private static final int GROUP = InterleavedDots.GROUP;
    private static final int FOUR = InterleavedDots.FOUR;
    private static final int SUMS = GROUP * ROWS;

    private VectorInterleavedMany() {}

    static void dots(Interleaved m, int group, float[] x, int xo, int xs, float[] y, int yo, int ys, float[] room) {
        int groups = m.columns / GROUP;
        for (int j = 0; j < FOUR; j++) {
            Arrays.fill(y, yo + j * ys, yo + j * ys + ROWS, 0f);
        }
        for (int lane = 0; lane < ROWS; lane += L) {
            for (int g = 0; g < groups; g++) {
                read(m.words, m.line(group, 0, g) + 4L * lane, m.stride(group), room);
                multiply(room, x, xo + g * GROUP, xs);
                long scale = ((long) group * groups + g) * Interleaved.LINE + 4L * lane;
                scale(m.scales, scale, room, x, xo + m.columns + g, xs, y, yo + lane, ys);
            }
        }
    }

    /** room[c * L + i] = 1 + b / 256 of column c, row i. */
    private static void read(MemorySegment words, long from, long stride, float[] room) {
        LittleEndian.touch(words, from);
        for (int word = 0; word < GROUP / 4; word++) {
            IntVector v = IntVector.fromMemorySegment(INTS, words, from + word * stride, LITTLE_ENDIAN);
            int to = word * 4 * L;
            v.and(WHOLE).or(ONE).reinterpretAsFloats().intoArray(room, to);
            v.lanewise(LSHR, 8).and(WHOLE).or(ONE).reinterpretAsFloats().intoArray(room, to + 1 * L);
            v.lanewise(ROR, 16).and(WHOLE).or(ONE).reinterpretAsFloats().intoArray(room, to + 2 * L);
            v.lanewise(LSHL, 8).and(WHOLE).or(ONE).reinterpretAsFloats().intoArray(room, to + 3 * L);
        }
    }

    /** The sums of a group's columns for four vectors, to room[SUMS] and on. */
    private static void multiply(float[] room, float[] x, int xo, int xs) {
        FloatVector a0 = FloatVector.zero(FLOATS);
        FloatVector b0 = FloatVector.zero(FLOATS);
        FloatVector a1 = FloatVector.zero(FLOATS);
        FloatVector b1 = FloatVector.zero(FLOATS);
        FloatVector a2 = FloatVector.zero(FLOATS);
        FloatVector b2 = FloatVector.zero(FLOATS);
        FloatVector a3 = FloatVector.zero(FLOATS);
        FloatVector b3 = FloatVector.zero(FLOATS);
        for (int c = 0; c < GROUP; c += 2) {
            FloatVector u = FloatVector.fromArray(FLOATS, room, c * L);
            FloatVector v = FloatVector.fromArray(FLOATS, room, c * L + L);
            a0 = u.fma(FloatVector.broadcast(FLOATS, x[xo + c]), a0);
            b0 = v.fma(FloatVector.broadcast(FLOATS, x[xo + c + 1]), b0);
            a1 = u.fma(FloatVector.broadcast(FLOATS, x[xo + c + xs]), a1);
            b1 = v.fma(FloatVector.broadcast(FLOATS, x[xo + c + xs + 1]), b1);
            a2 = u.fma(FloatVector.broadcast(FLOATS, x[xo + c + 2 * xs]), a2);
            b2 = v.fma(FloatVector.broadcast(FLOATS, x[xo + c + 2 * xs + 1]), b2);
            a3 = u.fma(FloatVector.broadcast(FLOATS, x[xo + c + 3 * xs]), a3);
            b3 = v.fma(FloatVector.broadcast(FLOATS, x[xo + c + 3 * xs + 1]), b3);
        }
        a0.add(b0).intoArray(room, SUMS);
        a1.add(b1).intoArray(room, SUMS + L);
        a2.add(b2).intoArray(room, SUMS + 2 * L);
        a3.add(b3).intoArray(room, SUMS + 3 * L);
    }

    private static void scale(
            MemorySegment scales, long at, float[] room, float[] x, int offs, int xs, float[] y, int yo, int ys) {
        LittleEndian.touch(scales, at);
        FloatVector scale = FloatVector.fromMemorySegment(FLOATS, scales, at, LITTLE_ENDIAN);
        for (int j = 0; j < FOUR; j++) {
            FloatVector.broadcast(FLOATS, x[offs + j * xs])
                    .add(FloatVector.fromArray(FLOATS, room, SUMS + j * L))
                    .fma(scale, FloatVector.fromArray(FLOATS, y, yo + j * ys))
                    .intoArray(y, yo + j * ys);
        }
    }
}
