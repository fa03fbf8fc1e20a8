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

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * {@link InterleavedDots} with a lane for every row. With 512 bits a number takes two instructions, and its word two
 * shifts and a rotation: masking and or-ing are one, the other multiplies and adds. How few they are counts although
 * memory is what is waited for: a core asks for memory only as far ahead as its window of instructions reaches.
 *
 * <p>The loop over words stays a loop: with the 32 products of a group written out the compiler read all of x first,
 * ran out of registers, and took four times as long. It stands in the method of every type, since a helper would have
 * to give it vectors, and those of a helper can be objects ({@link Wide}).
 */
final class VectorInterleavedDots {
    private static final int ROWS = Interleaved.ROWS;

    private VectorInterleavedDots() {}

    static void dots(Interleaved m, int group, float[] x, int xo, float[] y, int yo) {
        if (VectorInterleavedHalves.has(m.type)) {
            VectorInterleavedHalves.dots(m, group, x, xo, y, yo);
            return;
        }
        for (int lane = 0; lane < ROWS; lane += L) {
            switch (m.type) {
                case Q4_0 -> dotsQ40(m, group, lane, x, xo, y, yo + lane);
                case Q4_K -> dotsQ4K(m, group, lane, x, xo, y, yo + lane);
                case Q8_0 -> dotsQ80(m, group, lane, x, xo, y, yo + lane);
                case Q6_K -> dotsQ6K(m, group, lane, x, xo, y, yo + lane);
                default -> throw Spans.unreadable(m.type);
            }
        }
    }

    private static void dotsQ40(Interleaved m, int group, int lane, float[] x, int xo, float[] y, int yo) {
        int[] words = m.words;
        float[] scales = m.scales;
        int columns = m.columns;
        int groups = columns / 32;
        int stride = groups * ROWS;
        int from = group * 4 * stride + lane;
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int g = 0; g < groups; g++) {
            FloatVector t0 = FloatVector.zero(FLOATS);
            FloatVector t1 = FloatVector.zero(FLOATS);
            int line = from + g * ROWS;
            int at = xo + g * 32;
            for (int word = 0; word < 4; word++) {
                IntVector v = IntVector.fromArray(INTS, words, line);
                t0 = v.and(LOWER).or(ONE).reinterpretAsFloats().fma(FloatVector.broadcast(FLOATS, x[at]), t0);
                t1 = v.and(UPPER).or(ONE).reinterpretAsFloats().fma(FloatVector.broadcast(FLOATS, x[at + 1]), t1);
                IntVector v1 = v.lanewise(LSHR, 8);
                t0 = v1.and(LOWER).or(ONE).reinterpretAsFloats().fma(FloatVector.broadcast(FLOATS, x[at + 2]), t0);
                t1 = v1.and(UPPER).or(ONE).reinterpretAsFloats().fma(FloatVector.broadcast(FLOATS, x[at + 3]), t1);
                IntVector v2 = v.lanewise(ROR, 16);
                t0 = v2.and(LOWER).or(ONE).reinterpretAsFloats().fma(FloatVector.broadcast(FLOATS, x[at + 4]), t0);
                t1 = v2.and(UPPER).or(ONE).reinterpretAsFloats().fma(FloatVector.broadcast(FLOATS, x[at + 5]), t1);
                IntVector v3 = v.lanewise(LSHL, 8);
                t0 = v3.and(LOWER).or(ONE).reinterpretAsFloats().fma(FloatVector.broadcast(FLOATS, x[at + 6]), t0);
                t1 = v3.and(UPPER).or(ONE).reinterpretAsFloats().fma(FloatVector.broadcast(FLOATS, x[at + 7]), t1);
                line += stride;
                at += 8;
            }
            FloatVector t = FloatVector.broadcast(FLOATS, x[xo + columns + g]).add(t0.add(t1));
            sum = FloatVector.fromArray(FLOATS, scales, (group * groups + g) * ROWS + lane)
                    .fma(t, sum);
        }
        sum.intoArray(y, yo);
    }

    private static void dotsQ4K(Interleaved m, int group, int lane, float[] x, int xo, float[] y, int yo) {
        int[] words = m.words;
        float[] scales = m.scales;
        int columns = m.columns;
        int groups = columns / 32;
        int stride = groups * ROWS;
        int from = group * 4 * stride + lane;
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int g = 0; g < groups; g++) {
            FloatVector t0 = FloatVector.zero(FLOATS);
            FloatVector t1 = FloatVector.zero(FLOATS);
            int line = from + g * ROWS;
            int at = xo + g * 32;
            for (int word = 0; word < 4; word++) {
                IntVector v = IntVector.fromArray(INTS, words, line);
                t0 = v.and(LOWER).or(ONE).reinterpretAsFloats().fma(FloatVector.broadcast(FLOATS, x[at]), t0);
                t1 = v.and(UPPER).or(ONE).reinterpretAsFloats().fma(FloatVector.broadcast(FLOATS, x[at + 1]), t1);
                IntVector v1 = v.lanewise(LSHR, 8);
                t0 = v1.and(LOWER).or(ONE).reinterpretAsFloats().fma(FloatVector.broadcast(FLOATS, x[at + 2]), t0);
                t1 = v1.and(UPPER).or(ONE).reinterpretAsFloats().fma(FloatVector.broadcast(FLOATS, x[at + 3]), t1);
                IntVector v2 = v.lanewise(ROR, 16);
                t0 = v2.and(LOWER).or(ONE).reinterpretAsFloats().fma(FloatVector.broadcast(FLOATS, x[at + 4]), t0);
                t1 = v2.and(UPPER).or(ONE).reinterpretAsFloats().fma(FloatVector.broadcast(FLOATS, x[at + 5]), t1);
                IntVector v3 = v.lanewise(LSHL, 8);
                t0 = v3.and(LOWER).or(ONE).reinterpretAsFloats().fma(FloatVector.broadcast(FLOATS, x[at + 6]), t0);
                t1 = v3.and(UPPER).or(ONE).reinterpretAsFloats().fma(FloatVector.broadcast(FLOATS, x[at + 7]), t1);
                line += stride;
                at += 8;
            }
            FloatVector t = FloatVector.broadcast(FLOATS, x[xo + columns + g]).add(t0.add(t1));
            int block = (group * (groups / 8) + g / 8) * 2 * ROWS + lane;
            int step = (group * groups + g) * 2 * ROWS + lane;
            FloatVector scale = FloatVector.fromArray(FLOATS, scales, block);
            FloatVector minimum = FloatVector.fromArray(FLOATS, scales, block + ROWS);
            sum = ((FloatVector) ByteVector.fromArray(BYTES, m.steps, step)
                            .convertShape(B2I, INTS, 0)
                            .convertShape(I2F, FLOATS, 0))
                    .mul(scale)
                    .fma(t, sum);
            sum = ((FloatVector) ByteVector.fromArray(BYTES, m.steps, step + ROWS)
                            .convertShape(B2I, INTS, 0)
                            .convertShape(I2F, FLOATS, 0))
                    .mul(minimum)
                    .fma(FloatVector.broadcast(FLOATS, -x[xo + columns + groups + g]), sum);
        }
        sum.intoArray(y, yo);
    }

    private static void dotsQ80(Interleaved m, int group, int lane, float[] x, int xo, float[] y, int yo) {
        int[] words = m.words;
        float[] scales = m.scales;
        int columns = m.columns;
        int groups = columns / 32;
        int stride = groups * ROWS;
        int from = group * 8 * stride + lane;
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int g = 0; g < groups; g++) {
            FloatVector t0 = FloatVector.zero(FLOATS);
            FloatVector t1 = FloatVector.zero(FLOATS);
            int line = from + g * ROWS;
            int at = xo + g * 32;
            for (int word = 0; word < 8; word++) {
                IntVector v = IntVector.fromArray(INTS, words, line);
                t0 = v.and(WHOLE).or(ONE).reinterpretAsFloats().fma(FloatVector.broadcast(FLOATS, x[at]), t0);
                t1 = v.lanewise(LSHR, 8)
                        .and(WHOLE)
                        .or(ONE)
                        .reinterpretAsFloats()
                        .fma(FloatVector.broadcast(FLOATS, x[at + 1]), t1);
                t0 = v.lanewise(ROR, 16)
                        .and(WHOLE)
                        .or(ONE)
                        .reinterpretAsFloats()
                        .fma(FloatVector.broadcast(FLOATS, x[at + 2]), t0);
                t1 = v.lanewise(LSHL, 8)
                        .and(WHOLE)
                        .or(ONE)
                        .reinterpretAsFloats()
                        .fma(FloatVector.broadcast(FLOATS, x[at + 3]), t1);
                line += stride;
                at += 4;
            }
            FloatVector t = FloatVector.broadcast(FLOATS, x[xo + columns + g]).add(t0.add(t1));
            sum = FloatVector.fromArray(FLOATS, scales, (group * groups + g) * ROWS + lane)
                    .fma(t, sum);
        }
        sum.intoArray(y, yo);
    }

    private static void dotsQ6K(Interleaved m, int group, int lane, float[] x, int xo, float[] y, int yo) {
        int[] words = m.words;
        float[] scales = m.scales;
        int columns = m.columns;
        int groups = columns / 16;
        int stride = groups * ROWS;
        int from = group * 4 * stride + lane;
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int g = 0; g < groups; g++) {
            FloatVector t0 = FloatVector.zero(FLOATS);
            FloatVector t1 = FloatVector.zero(FLOATS);
            int line = from + g * ROWS;
            int at = xo + g * 16;
            for (int word = 0; word < 4; word++) {
                IntVector v = IntVector.fromArray(INTS, words, line);
                t0 = v.and(WHOLE).or(ONE).reinterpretAsFloats().fma(FloatVector.broadcast(FLOATS, x[at]), t0);
                t1 = v.lanewise(LSHR, 8)
                        .and(WHOLE)
                        .or(ONE)
                        .reinterpretAsFloats()
                        .fma(FloatVector.broadcast(FLOATS, x[at + 1]), t1);
                t0 = v.lanewise(ROR, 16)
                        .and(WHOLE)
                        .or(ONE)
                        .reinterpretAsFloats()
                        .fma(FloatVector.broadcast(FLOATS, x[at + 2]), t0);
                t1 = v.lanewise(LSHL, 8)
                        .and(WHOLE)
                        .or(ONE)
                        .reinterpretAsFloats()
                        .fma(FloatVector.broadcast(FLOATS, x[at + 3]), t1);
                line += stride;
                at += 4;
            }
            FloatVector t = FloatVector.broadcast(FLOATS, x[xo + columns + g]).add(t0.add(t1));
            FloatVector d = FloatVector.fromArray(FLOATS, scales, (group * (groups / 16) + g / 16) * ROWS + lane);
            sum = ((FloatVector) ByteVector.fromArray(BYTES, m.steps, (group * groups + g) * ROWS + lane)
                            .convertShape(B2I, INTS, 0)
                            .convertShape(I2F, FLOATS, 0))
                    .mul(d)
                    .fma(t, sum);
        }
        sum.intoArray(y, yo);
    }
}
