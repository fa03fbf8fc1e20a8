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
 * <p>The loop over words stays a loop: with the 32 products of a group written out the compiler read all of x first,
 * ran out of registers, and took four times as long.
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
            for (int word = 0; word < 8; word++) {
                IntVector v = IntVector.fromMemorySegment(INTS, words, line, LITTLE_ENDIAN);
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
            long scale = ((long) group * groups + g) * LINE + 4L * lane;
            sum = FloatVector.fromMemorySegment(FLOATS, scales, scale, LITTLE_ENDIAN)
                    .fma(t, sum);
        }
        sum.intoArray(y, yo);
    }
}
