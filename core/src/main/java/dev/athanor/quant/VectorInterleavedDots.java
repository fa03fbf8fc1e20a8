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
 * {@link InterleavedDots} with a lane for every row. The loop over words stays a loop: with the 32 products of a group
 * written out the compiler read all of x first, ran out of registers, and took four times as long.
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
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int g = 0; g < groups; g++) {
            FloatVector t0 = FloatVector.zero(FLOATS);
            FloatVector t1 = FloatVector.zero(FLOATS);
            for (int word = 0; word < 4; word++) {
                IntVector v = IntVector.fromArray(INTS, words, ((group * groups + g) * 4 + word) * ROWS + lane);
                int at = xo + g * GROUP + word * 8;
                t0 = ((FloatVector) v.and(0xf).convertShape(I2F, FLOATS, 0))
                        .fma(FloatVector.broadcast(FLOATS, x[at]), t0);
                t1 = ((FloatVector) v.and(0xf0).convertShape(I2F, FLOATS, 0))
                        .fma(FloatVector.broadcast(FLOATS, x[at + 1]), t1);
                t0 = ((FloatVector) v.and(0xf00).convertShape(I2F, FLOATS, 0))
                        .fma(FloatVector.broadcast(FLOATS, x[at + 2]), t0);
                t1 = ((FloatVector) v.and(0xf000).convertShape(I2F, FLOATS, 0))
                        .fma(FloatVector.broadcast(FLOATS, x[at + 3]), t1);
                t0 = ((FloatVector) v.and(0xf0000).convertShape(I2F, FLOATS, 0))
                        .fma(FloatVector.broadcast(FLOATS, x[at + 4]), t0);
                t1 = ((FloatVector) v.and(0xf00000).convertShape(I2F, FLOATS, 0))
                        .fma(FloatVector.broadcast(FLOATS, x[at + 5]), t1);
                t0 = ((FloatVector) v.and(0xf000000).convertShape(I2F, FLOATS, 0))
                        .fma(FloatVector.broadcast(FLOATS, x[at + 6]), t0);
                t1 = ((FloatVector) v.lanewise(LSHR, 4).and(0xf000000).convertShape(I2F, FLOATS, 0))
                        .fma(FloatVector.broadcast(FLOATS, x[at + 7]), t1);
            }
            FloatVector t = FloatVector.broadcast(FLOATS, x[xo + columns + g])
                    .fma(FloatVector.broadcast(FLOATS, -8f), t0.add(t1));
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
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int g = 0; g < groups; g++) {
            FloatVector t0 = FloatVector.zero(FLOATS);
            FloatVector t1 = FloatVector.zero(FLOATS);
            for (int word = 0; word < 4; word++) {
                IntVector v = IntVector.fromArray(INTS, words, ((group * groups + g) * 4 + word) * ROWS + lane);
                int at = xo + g * GROUP + word * 8;
                t0 = ((FloatVector) v.and(0xf).convertShape(I2F, FLOATS, 0))
                        .fma(FloatVector.broadcast(FLOATS, x[at]), t0);
                t1 = ((FloatVector) v.and(0xf0).convertShape(I2F, FLOATS, 0))
                        .fma(FloatVector.broadcast(FLOATS, x[at + 1]), t1);
                t0 = ((FloatVector) v.and(0xf00).convertShape(I2F, FLOATS, 0))
                        .fma(FloatVector.broadcast(FLOATS, x[at + 2]), t0);
                t1 = ((FloatVector) v.and(0xf000).convertShape(I2F, FLOATS, 0))
                        .fma(FloatVector.broadcast(FLOATS, x[at + 3]), t1);
                t0 = ((FloatVector) v.and(0xf0000).convertShape(I2F, FLOATS, 0))
                        .fma(FloatVector.broadcast(FLOATS, x[at + 4]), t0);
                t1 = ((FloatVector) v.and(0xf00000).convertShape(I2F, FLOATS, 0))
                        .fma(FloatVector.broadcast(FLOATS, x[at + 5]), t1);
                t0 = ((FloatVector) v.and(0xf000000).convertShape(I2F, FLOATS, 0))
                        .fma(FloatVector.broadcast(FLOATS, x[at + 6]), t0);
                t1 = ((FloatVector) v.lanewise(LSHR, 4).and(0xf000000).convertShape(I2F, FLOATS, 0))
                        .fma(FloatVector.broadcast(FLOATS, x[at + 7]), t1);
            }
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
                    .fma(t0.add(t1), sum);
            sum = ((FloatVector) ByteVector.fromArray(BYTES, steps, step + ROWS)
                            .convertShape(B2I, INTS, 0)
                            .convertShape(I2F, FLOATS, 0))
                    .mul(minimum)
                    .fma(FloatVector.broadcast(FLOATS, -x[xo + columns + g]), sum);
        }
        sum.intoArray(y, yo);
    }
}
