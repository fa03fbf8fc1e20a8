package dev.athanor.quant;

import static dev.athanor.quant.Interleaved.ONE;
import static dev.athanor.quant.InterleavedDots.LOWER;
import static dev.athanor.quant.InterleavedDots.UPPER;
import static dev.athanor.quant.InterleavedDots.WHOLE;
import static dev.athanor.quant.Wide.BYTES;
import static dev.athanor.quant.Wide.FLOATS;
import static dev.athanor.quant.Wide.INTS;
import static dev.athanor.quant.Wide.L;
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.ROR;

import dev.athanor.tensor.DType;
import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * {@link InterleavedDots} with four vectors: the numbers become floats once, in the nearest cache, and each meets all
 * four. Four vectors take about twice the time of one, and each gets the bits that {@link VectorInterleavedDots} gives
 * it alone.
 */
final class VectorInterleavedMany {
    private static final int ROWS = Interleaved.ROWS;
    private static final int FOUR = InterleavedDots.FOUR;
    private static final int SUMS = 32 * ROWS;

    private VectorInterleavedMany() {}

    static void dots(Interleaved m, int group, float[] x, int xo, int xs, float[] y, int yo, int ys, float[] room) {
        int size = Interleaved.groupOf(m.type);
        int groups = m.columns / size;
        int perWord = Interleaved.perWord(m.type);
        for (int j = 0; j < FOUR; j++) {
            Arrays.fill(y, yo + j * ys, yo + j * ys + ROWS, 0f);
        }
        for (int lane = 0; lane < ROWS; lane += L) {
            for (int g = 0; g < groups; g++) {
                int at = group * groups + g;
                int from = m.line(group, 0, g) + lane;
                if (perWord == 8) {
                    readEight(m.words, from, groups * ROWS, size / 8, room);
                } else {
                    readFour(m.words, from, groups * ROWS, size / 4, room);
                }
                multiply(room, size, x, xo + g * size, xs);
                int sums = xo + m.columns + g;
                int block = group * (m.columns / m.type.blockElements()) + g * size / m.type.blockElements();
                if (m.type == DType.Q4_K) {
                    int step = at * 2 * ROWS + lane;
                    scaleQ4K(m, block * 2 * ROWS + lane, step, room, x, sums, groups, xs, y, yo + lane, ys);
                } else {
                    scale(m, block * ROWS + lane, at * ROWS + lane, room, x, sums, xs, y, yo + lane, ys);
                }
            }
        }
    }

    /** room[c * L + i] = 1 + q / 256 of an even column c, 1 + q / 16 of an odd one, row i. */
    private static void readEight(int[] words, int from, int stride, int count, float[] room) {
        for (int word = 0; word < count; word++) {
            IntVector v = IntVector.fromArray(INTS, words, from + word * stride);
            int to = word * 8 * L;
            v.and(LOWER).or(ONE).reinterpretAsFloats().intoArray(room, to);
            v.and(UPPER).or(ONE).reinterpretAsFloats().intoArray(room, to + 1 * L);
            IntVector v1 = v.lanewise(LSHR, 8);
            v1.and(LOWER).or(ONE).reinterpretAsFloats().intoArray(room, to + 2 * L);
            v1.and(UPPER).or(ONE).reinterpretAsFloats().intoArray(room, to + 3 * L);
            IntVector v2 = v.lanewise(ROR, 16);
            v2.and(LOWER).or(ONE).reinterpretAsFloats().intoArray(room, to + 4 * L);
            v2.and(UPPER).or(ONE).reinterpretAsFloats().intoArray(room, to + 5 * L);
            IntVector v3 = v.lanewise(LSHL, 8);
            v3.and(LOWER).or(ONE).reinterpretAsFloats().intoArray(room, to + 6 * L);
            v3.and(UPPER).or(ONE).reinterpretAsFloats().intoArray(room, to + 7 * L);
        }
    }

    /** room[c * L + i] = 1 + b / 256 of column c, row i. */
    private static void readFour(int[] words, int from, int stride, int count, float[] room) {
        for (int word = 0; word < count; word++) {
            IntVector v = IntVector.fromArray(INTS, words, from + word * stride);
            int to = word * 4 * L;
            v.and(WHOLE).or(ONE).reinterpretAsFloats().intoArray(room, to);
            v.lanewise(LSHR, 8).and(WHOLE).or(ONE).reinterpretAsFloats().intoArray(room, to + 1 * L);
            v.lanewise(ROR, 16).and(WHOLE).or(ONE).reinterpretAsFloats().intoArray(room, to + 2 * L);
            v.lanewise(LSHL, 8).and(WHOLE).or(ONE).reinterpretAsFloats().intoArray(room, to + 3 * L);
        }
    }

    /** The sums of a group's columns for four vectors, to room[SUMS] and on. */
    private static void multiply(float[] room, int size, float[] x, int xo, int xs) {
        FloatVector a0 = FloatVector.zero(FLOATS);
        FloatVector b0 = FloatVector.zero(FLOATS);
        FloatVector a1 = FloatVector.zero(FLOATS);
        FloatVector b1 = FloatVector.zero(FLOATS);
        FloatVector a2 = FloatVector.zero(FLOATS);
        FloatVector b2 = FloatVector.zero(FLOATS);
        FloatVector a3 = FloatVector.zero(FLOATS);
        FloatVector b3 = FloatVector.zero(FLOATS);
        for (int c = 0; c < size; c += 2) {
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
            Interleaved m, int block, int step, float[] room, float[] x, int sums, int xs, float[] y, int yo, int ys) {
        float[] scales = m.scales;
        FloatVector scale = FloatVector.fromArray(FLOATS, scales, block);
        if (m.type == DType.Q6_K) {
            scale = ((FloatVector) ByteVector.fromArray(BYTES, m.steps, step)
                            .convertShape(B2I, INTS, 0)
                            .convertShape(I2F, FLOATS, 0))
                    .mul(scale);
        }
        for (int j = 0; j < FOUR; j++) {
            FloatVector.broadcast(FLOATS, x[sums + j * xs])
                    .add(FloatVector.fromArray(FLOATS, room, SUMS + j * L))
                    .fma(scale, FloatVector.fromArray(FLOATS, y, yo + j * ys))
                    .intoArray(y, yo + j * ys);
        }
    }

    private static void scaleQ4K(
            Interleaved m,
            int block,
            int step,
            float[] room,
            float[] x,
            int sums,
            int groups,
            int xs,
            float[] y,
            int yo,
            int ys) {
        float[] scales = m.scales;
        FloatVector d = FloatVector.fromArray(FLOATS, scales, block);
        FloatVector dmin = FloatVector.fromArray(FLOATS, scales, block + ROWS);
        FloatVector scale = ((FloatVector) ByteVector.fromArray(BYTES, m.steps, step)
                        .convertShape(B2I, INTS, 0)
                        .convertShape(I2F, FLOATS, 0))
                .mul(d);
        FloatVector minimum = ((FloatVector) ByteVector.fromArray(BYTES, m.steps, step + ROWS)
                        .convertShape(B2I, INTS, 0)
                        .convertShape(I2F, FLOATS, 0))
                .mul(dmin);
        for (int j = 0; j < FOUR; j++) {
            FloatVector scaled = FloatVector.broadcast(FLOATS, x[sums + j * xs])
                    .add(FloatVector.fromArray(FLOATS, room, SUMS + j * L))
                    .fma(scale, FloatVector.fromArray(FLOATS, y, yo + j * ys));
            FloatVector.broadcast(FLOATS, -x[sums + groups + j * xs])
                    .fma(minimum, scaled)
                    .intoArray(y, yo + j * ys);
        }
    }
}
