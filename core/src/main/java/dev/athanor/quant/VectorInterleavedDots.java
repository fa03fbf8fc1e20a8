package dev.athanor.quant;

import static dev.athanor.quant.Wide.BYTES;
import static dev.athanor.quant.Wide.FLOATS;
import static dev.athanor.quant.Wide.INTS;
import static dev.athanor.quant.Wide.L;
import static dev.athanor.quant.Wide.SHORTS;
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.S2I;

import dev.athanor.tensor.DType;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * {@link InterleavedDots} with a lane for every row. The 32 products of a group are written out, because four chains
 * carried around a loop are four vectors whose class the compiler has to guess.
 */
final class VectorInterleavedDots {
    private static final int GROUP = Interleaved.GROUP;
    private static final int ROWS = Interleaved.ROWS;

    /** An F16 shifted to where an F32 has its fraction, its sign spread over the exponent above it and masked. */
    private static final int SIGN_AND_REST = 0x8fffe000;

    /** From F16's exponent bias of 15 to F32's of 127. */
    private static final float REBIAS = 0x1p112f;

    private VectorInterleavedDots() {}

    static void dots(Interleaved m, int group, float[] x, int xo, float[] y, int yo) {
        for (int lane = 0; lane < ROWS; lane += L) {
            if (m.type == DType.Q4_0) {
                dotsQ40(m.words, m.halves, m.columns, group, lane, x, xo, y, yo + lane);
            } else {
                dotsQ4K(m.words, m.halves, m.steps, m.columns, group, lane, x, xo, y, yo + lane);
            }
        }
    }

    private static void dotsQ40(
            int[] words, short[] halves, int columns, int group, int lane, float[] x, int xo, float[] y, int yo) {
        int groups = columns / GROUP;
        FloatVector zero = FloatVector.zero(FLOATS);
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int g = 0; g < groups; g++) {
            int from = (group * groups + g) * 4 * ROWS + lane;
            int at = xo + g * GROUP;
            IntVector v0 = IntVector.fromArray(INTS, words, from + 0 * ROWS);
            FloatVector t0 = ((FloatVector) v0.and(0xf).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 0]), zero);
            FloatVector t1 = ((FloatVector) v0.and(0xf0).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 1]), zero);
            FloatVector t2 = ((FloatVector) v0.and(0xf00).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 2]), zero);
            FloatVector t3 = ((FloatVector) v0.and(0xf000).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 3]), zero);
            t0 = ((FloatVector) v0.and(0xf0000).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 4]), t0);
            t1 = ((FloatVector) v0.and(0xf00000).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 5]), t1);
            t2 = ((FloatVector) v0.and(0xf000000).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 6]), t2);
            t3 = ((FloatVector) v0.lanewise(LSHR, 4).and(0xf000000).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 7]), t3);
            IntVector v1 = IntVector.fromArray(INTS, words, from + 1 * ROWS);
            t0 = ((FloatVector) v1.and(0xf).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 8]), t0);
            t1 = ((FloatVector) v1.and(0xf0).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 9]), t1);
            t2 = ((FloatVector) v1.and(0xf00).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 10]), t2);
            t3 = ((FloatVector) v1.and(0xf000).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 11]), t3);
            t0 = ((FloatVector) v1.and(0xf0000).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 12]), t0);
            t1 = ((FloatVector) v1.and(0xf00000).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 13]), t1);
            t2 = ((FloatVector) v1.and(0xf000000).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 14]), t2);
            t3 = ((FloatVector) v1.lanewise(LSHR, 4).and(0xf000000).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 15]), t3);
            IntVector v2 = IntVector.fromArray(INTS, words, from + 2 * ROWS);
            t0 = ((FloatVector) v2.and(0xf).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 16]), t0);
            t1 = ((FloatVector) v2.and(0xf0).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 17]), t1);
            t2 = ((FloatVector) v2.and(0xf00).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 18]), t2);
            t3 = ((FloatVector) v2.and(0xf000).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 19]), t3);
            t0 = ((FloatVector) v2.and(0xf0000).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 20]), t0);
            t1 = ((FloatVector) v2.and(0xf00000).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 21]), t1);
            t2 = ((FloatVector) v2.and(0xf000000).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 22]), t2);
            t3 = ((FloatVector) v2.lanewise(LSHR, 4).and(0xf000000).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 23]), t3);
            IntVector v3 = IntVector.fromArray(INTS, words, from + 3 * ROWS);
            t0 = ((FloatVector) v3.and(0xf).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 24]), t0);
            t1 = ((FloatVector) v3.and(0xf0).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 25]), t1);
            t2 = ((FloatVector) v3.and(0xf00).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 26]), t2);
            t3 = ((FloatVector) v3.and(0xf000).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 27]), t3);
            t0 = ((FloatVector) v3.and(0xf0000).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 28]), t0);
            t1 = ((FloatVector) v3.and(0xf00000).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 29]), t1);
            t2 = ((FloatVector) v3.and(0xf000000).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 30]), t2);
            t3 = ((FloatVector) v3.lanewise(LSHR, 4).and(0xf000000).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 31]), t3);
            FloatVector t = FloatVector.broadcast(FLOATS, x[xo + columns + g])
                    .fma(FloatVector.broadcast(FLOATS, -8f), t0.add(t1).add(t2.add(t3)));
            sum = ((IntVector) ShortVector.fromArray(SHORTS, halves, (group * groups + g) * ROWS + lane)
                            .convertShape(S2I, INTS, 0))
                    .lanewise(LSHL, 13)
                    .and(SIGN_AND_REST)
                    .reinterpretAsFloats()
                    .mul(REBIAS)
                    .fma(t, sum);
        }
        sum.intoArray(y, yo);
    }

    private static void dotsQ4K(
            int[] words,
            short[] halves,
            byte[] steps,
            int columns,
            int group,
            int lane,
            float[] x,
            int xo,
            float[] y,
            int yo) {
        int groups = columns / GROUP;
        FloatVector zero = FloatVector.zero(FLOATS);
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int g = 0; g < groups; g++) {
            int from = (group * groups + g) * 4 * ROWS + lane;
            int at = xo + g * GROUP;
            IntVector v0 = IntVector.fromArray(INTS, words, from + 0 * ROWS);
            FloatVector t0 = ((FloatVector) v0.and(0xf).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 0]), zero);
            FloatVector t1 = ((FloatVector) v0.and(0xf0).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 1]), zero);
            FloatVector t2 = ((FloatVector) v0.and(0xf00).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 2]), zero);
            FloatVector t3 = ((FloatVector) v0.and(0xf000).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 3]), zero);
            t0 = ((FloatVector) v0.and(0xf0000).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 4]), t0);
            t1 = ((FloatVector) v0.and(0xf00000).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 5]), t1);
            t2 = ((FloatVector) v0.and(0xf000000).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 6]), t2);
            t3 = ((FloatVector) v0.lanewise(LSHR, 4).and(0xf000000).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 7]), t3);
            IntVector v1 = IntVector.fromArray(INTS, words, from + 1 * ROWS);
            t0 = ((FloatVector) v1.and(0xf).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 8]), t0);
            t1 = ((FloatVector) v1.and(0xf0).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 9]), t1);
            t2 = ((FloatVector) v1.and(0xf00).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 10]), t2);
            t3 = ((FloatVector) v1.and(0xf000).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 11]), t3);
            t0 = ((FloatVector) v1.and(0xf0000).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 12]), t0);
            t1 = ((FloatVector) v1.and(0xf00000).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 13]), t1);
            t2 = ((FloatVector) v1.and(0xf000000).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 14]), t2);
            t3 = ((FloatVector) v1.lanewise(LSHR, 4).and(0xf000000).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 15]), t3);
            IntVector v2 = IntVector.fromArray(INTS, words, from + 2 * ROWS);
            t0 = ((FloatVector) v2.and(0xf).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 16]), t0);
            t1 = ((FloatVector) v2.and(0xf0).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 17]), t1);
            t2 = ((FloatVector) v2.and(0xf00).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 18]), t2);
            t3 = ((FloatVector) v2.and(0xf000).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 19]), t3);
            t0 = ((FloatVector) v2.and(0xf0000).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 20]), t0);
            t1 = ((FloatVector) v2.and(0xf00000).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 21]), t1);
            t2 = ((FloatVector) v2.and(0xf000000).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 22]), t2);
            t3 = ((FloatVector) v2.lanewise(LSHR, 4).and(0xf000000).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 23]), t3);
            IntVector v3 = IntVector.fromArray(INTS, words, from + 3 * ROWS);
            t0 = ((FloatVector) v3.and(0xf).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 24]), t0);
            t1 = ((FloatVector) v3.and(0xf0).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 25]), t1);
            t2 = ((FloatVector) v3.and(0xf00).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 26]), t2);
            t3 = ((FloatVector) v3.and(0xf000).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 27]), t3);
            t0 = ((FloatVector) v3.and(0xf0000).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 28]), t0);
            t1 = ((FloatVector) v3.and(0xf00000).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 29]), t1);
            t2 = ((FloatVector) v3.and(0xf000000).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 30]), t2);
            t3 = ((FloatVector) v3.lanewise(LSHR, 4).and(0xf000000).convertShape(I2F, FLOATS, 0))
                    .fma(FloatVector.broadcast(FLOATS, x[at + 31]), t3);
            int half = (group * groups / 8 + g / 8) * 2 * ROWS + lane;
            int step = (group * groups + g) * 2 * ROWS + lane;
            FloatVector scale = ((IntVector)
                            ShortVector.fromArray(SHORTS, halves, half).convertShape(S2I, INTS, 0))
                    .lanewise(LSHL, 13)
                    .and(SIGN_AND_REST)
                    .reinterpretAsFloats()
                    .mul(REBIAS);
            FloatVector minimum = ((IntVector)
                            ShortVector.fromArray(SHORTS, halves, half + ROWS).convertShape(S2I, INTS, 0))
                    .lanewise(LSHL, 13)
                    .and(SIGN_AND_REST)
                    .reinterpretAsFloats()
                    .mul(REBIAS);
            sum = ((FloatVector) ByteVector.fromArray(BYTES, steps, step)
                            .convertShape(B2I, INTS, 0)
                            .convertShape(I2F, FLOATS, 0))
                    .mul(scale)
                    .fma(t0.add(t1).add(t2.add(t3)), sum);
            sum = ((FloatVector) ByteVector.fromArray(BYTES, steps, step + ROWS)
                            .convertShape(B2I, INTS, 0)
                            .convertShape(I2F, FLOATS, 0))
                    .mul(minimum)
                    .fma(FloatVector.broadcast(FLOATS, -x[xo + columns + g]), sum);
        }
        sum.intoArray(y, yo);
    }
}
