package dev.athanor.quant;

import static dev.athanor.quant.Interleaved.ONE;
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
 * {@link VectorInterleavedDots} of Q8_0 and Q6_K where a line of sixteen rows is two registers: both halves meet every
 * column together, so that a line comes from memory once, a column of x is spread over a register once, and four chains
 * of sums run side by side. The bits are the same. Numbers of four bits need too many registers for that.
 *
 * <p>Sums stand in y between groups of columns: with them the sixteen registers would not be enough.
 */
final class VectorInterleavedHalves {
    private static final int ROWS = Interleaved.ROWS;

    private VectorInterleavedHalves() {}

    /** Whether registers are half a line, and numbers of this type eight bits. */
    static boolean has(DType type) {
        return 2 * L == ROWS && Interleaved.perWord(type) == 4;
    }

    static void dots(Interleaved m, int group, float[] x, int xo, float[] y, int yo) {
        Arrays.fill(y, yo, yo + ROWS, 0f);
        int[] words = m.words;
        int columns = m.columns;
        int size = Interleaved.groupOf(m.type);
        int count = size / 4;
        int groups = columns / size;
        int stride = groups * ROWS;
        int from = group * count * stride;
        for (int g = 0; g < groups; g++) {
            FloatVector a0 = FloatVector.zero(FLOATS);
            FloatVector a1 = FloatVector.zero(FLOATS);
            FloatVector b0 = FloatVector.zero(FLOATS);
            FloatVector b1 = FloatVector.zero(FLOATS);
            int line = from + g * ROWS;
            int at = xo + g * size;
            for (int word = 0; word < count; word++) {
                IntVector v = IntVector.fromArray(INTS, words, line);
                IntVector w = IntVector.fromArray(INTS, words, line + L);
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
            int step = (group * groups + g) * ROWS;
            FloatVector s = FloatVector.zero(FLOATS);
            FloatVector t = FloatVector.zero(FLOATS);
            if (m.type == DType.Q8_0) {
                s = FloatVector.fromArray(FLOATS, m.scales, step);
                t = FloatVector.fromArray(FLOATS, m.scales, step + L);
            } else {
                int block = (group * (groups / 16) + g / 16) * ROWS;
                s = ((FloatVector) ByteVector.fromArray(BYTES, m.steps, step)
                                .convertShape(B2I, INTS, 0)
                                .convertShape(I2F, FLOATS, 0))
                        .mul(FloatVector.fromArray(FLOATS, m.scales, block));
                t = ((FloatVector) ByteVector.fromArray(BYTES, m.steps, step + L)
                                .convertShape(B2I, INTS, 0)
                                .convertShape(I2F, FLOATS, 0))
                        .mul(FloatVector.fromArray(FLOATS, m.scales, block + L));
            }
            s.fma(off.add(a0.add(a1)), FloatVector.fromArray(FLOATS, y, yo)).intoArray(y, yo);
            t.fma(off.add(b0.add(b1)), FloatVector.fromArray(FLOATS, y, yo + L)).intoArray(y, yo + L);
        }
    }
}
