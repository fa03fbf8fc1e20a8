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
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * {@link InterleavedDots} with a lane for every row. With 512 bits a number takes two instructions, and its word two
 * shifts and a rotation: masking and or-ing are one, the other multiplies and adds. How few they are counts although
 * memory is what is waited for: a core asks for memory only as far ahead as its window of instructions reaches.
 *
 * <p>Four of a group's eight words are written out. In a loop over single words the compiler puts several instructions
 * beside each that computes; with all eight written out it reads all of x first, runs out of registers, and is slower
 * still.
 */
final class VectorInterleavedDots {
    private static final int ROWS = Interleaved.ROWS;
    private static final int LINE = Interleaved.LINE;

    private VectorInterleavedDots() {}

    static void dots(Interleaved m, int group, float[] x, int xo, float[] y, int yo) {
        if (VectorInterleavedHalves.fits()) {
            VectorInterleavedHalves.dots(m, group, x, xo, y, yo);
            return;
        }
        for (int lane = 0; lane < ROWS; lane += L) {
            dots(m, group, lane, x, xo, y, yo + lane);
        }
    }

    private static void dots(Interleaved m, int group, int lane, float[] x, int xo, float[] y, int yo) {
        MemorySegment words = m.words;
        MemorySegment scales = m.scales;
        int columns = m.columns;
        int groups = columns / 32;
        long stride = m.stride(group);
        long from = m.line(group, 0, 0) + 4L * lane;
        LittleEndian.touch(words, from);
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int g = 0; g < groups; g++) {
            FloatVector t0 = FloatVector.zero(FLOATS);
            FloatVector t1 = FloatVector.zero(FLOATS);
            long line = from + (long) g * LINE;
            int at = xo + g * 32;
            for (int word = 0; word < 8; word += 4) {
                IntVector v0 = IntVector.fromMemorySegment(INTS, words, line, LITTLE_ENDIAN);
                t0 = v0.and(WHOLE).or(ONE).reinterpretAsFloats().fma(FloatVector.broadcast(FLOATS, x[at]), t0);
                t1 = v0.lanewise(LSHR, 8)
                        .and(WHOLE)
                        .or(ONE)
                        .reinterpretAsFloats()
                        .fma(FloatVector.broadcast(FLOATS, x[at + 1]), t1);
                t0 = v0.lanewise(ROR, 16)
                        .and(WHOLE)
                        .or(ONE)
                        .reinterpretAsFloats()
                        .fma(FloatVector.broadcast(FLOATS, x[at + 2]), t0);
                t1 = v0.lanewise(LSHL, 8)
                        .and(WHOLE)
                        .or(ONE)
                        .reinterpretAsFloats()
                        .fma(FloatVector.broadcast(FLOATS, x[at + 3]), t1);
                IntVector v1 = IntVector.fromMemorySegment(INTS, words, line + stride, LITTLE_ENDIAN);
                t0 = v1.and(WHOLE).or(ONE).reinterpretAsFloats().fma(FloatVector.broadcast(FLOATS, x[at + 4]), t0);
                t1 = v1.lanewise(LSHR, 8)
                        .and(WHOLE)
                        .or(ONE)
                        .reinterpretAsFloats()
                        .fma(FloatVector.broadcast(FLOATS, x[at + 5]), t1);
                t0 = v1.lanewise(ROR, 16)
                        .and(WHOLE)
                        .or(ONE)
                        .reinterpretAsFloats()
                        .fma(FloatVector.broadcast(FLOATS, x[at + 6]), t0);
                t1 = v1.lanewise(LSHL, 8)
                        .and(WHOLE)
                        .or(ONE)
                        .reinterpretAsFloats()
                        .fma(FloatVector.broadcast(FLOATS, x[at + 7]), t1);
                IntVector v2 = IntVector.fromMemorySegment(INTS, words, line + 2 * stride, LITTLE_ENDIAN);
                t0 = v2.and(WHOLE).or(ONE).reinterpretAsFloats().fma(FloatVector.broadcast(FLOATS, x[at + 8]), t0);
                t1 = v2.lanewise(LSHR, 8)
                        .and(WHOLE)
                        .or(ONE)
                        .reinterpretAsFloats()
                        .fma(FloatVector.broadcast(FLOATS, x[at + 9]), t1);
                t0 = v2.lanewise(ROR, 16)
                        .and(WHOLE)
                        .or(ONE)
                        .reinterpretAsFloats()
                        .fma(FloatVector.broadcast(FLOATS, x[at + 10]), t0);
                t1 = v2.lanewise(LSHL, 8)
                        .and(WHOLE)
                        .or(ONE)
                        .reinterpretAsFloats()
                        .fma(FloatVector.broadcast(FLOATS, x[at + 11]), t1);
                IntVector v3 = IntVector.fromMemorySegment(INTS, words, line + 3 * stride, LITTLE_ENDIAN);
                t0 = v3.and(WHOLE).or(ONE).reinterpretAsFloats().fma(FloatVector.broadcast(FLOATS, x[at + 12]), t0);
                t1 = v3.lanewise(LSHR, 8)
                        .and(WHOLE)
                        .or(ONE)
                        .reinterpretAsFloats()
                        .fma(FloatVector.broadcast(FLOATS, x[at + 13]), t1);
                t0 = v3.lanewise(ROR, 16)
                        .and(WHOLE)
                        .or(ONE)
                        .reinterpretAsFloats()
                        .fma(FloatVector.broadcast(FLOATS, x[at + 14]), t0);
                t1 = v3.lanewise(LSHL, 8)
                        .and(WHOLE)
                        .or(ONE)
                        .reinterpretAsFloats()
                        .fma(FloatVector.broadcast(FLOATS, x[at + 15]), t1);
                line += 4 * stride;
                at += 16;
            }
            FloatVector t = FloatVector.broadcast(FLOATS, x[xo + columns + g]).add(t0.add(t1));
            long scale = ((long) group * groups + g) * LINE + 4L * lane;
            sum = FloatVector.fromMemorySegment(FLOATS, scales, scale, LITTLE_ENDIAN)
                    .fma(t, sum);
        }
        sum.intoArray(y, yo);
    }
}
