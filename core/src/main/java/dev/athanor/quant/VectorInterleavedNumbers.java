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
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * {@link Interleaved} rows as F32, a column of sixteen after the other, which is how a matrix product wants them: of
 * rows as a file has them it would have to be turned.
 *
 * <p>The bits are those of {@link Blocks#decode}. 1 + q / p less 1 + bias / p is exact, and multiplying a scale by p, a
 * power of two, is too, so the only rounding is that of (q - bias) times the scale, as there.
 */
final class VectorInterleavedNumbers {
    private static final int ROWS = Interleaved.ROWS;

    private VectorInterleavedNumbers() {}

    /** As {@link InterleavedNumbers#read}; {@code lanes} are whole registers. */
    static void read(
            Interleaved m, int group, int lane, int lanes, int from, int count, float[] out, int oo, int width) {
        for (int l = 0; l < lanes; l += L) {
            if (Interleaved.perWord(m.type) == 8) {
                eights(m, group, lane + l, from / 32, count / 32, out, oo + l, width);
            } else {
                fours(m, group, lane + l, from, count, out, oo + l, width);
            }
        }
    }

    private static void eights(
            Interleaved m, int group, int lane, int first, int count, float[] out, int oo, int width) {
        int[] words = m.words;
        int groups = m.columns / 32;
        int stride = groups * ROWS;
        float offEven = 1 + Interleaved.bias(m.type) / 256;
        float offOdd = 1 + Interleaved.bias(m.type) / 16;
        boolean minima = m.type == DType.Q4_K;
        int to = oo;
        for (int g = first; g < first + count; g++) {
            FloatVector scale = FloatVector.zero(FLOATS);
            FloatVector minimum = FloatVector.zero(FLOATS);
            if (minima) {
                int block = (group * (groups / 8) + g / 8) * 2 * ROWS + lane;
                int step = (group * groups + g) * 2 * ROWS + lane;
                scale = ((FloatVector) ByteVector.fromArray(BYTES, m.steps, step)
                                .convertShape(B2I, INTS, 0)
                                .convertShape(I2F, FLOATS, 0))
                        .mul(FloatVector.fromArray(FLOATS, m.scales, block));
                minimum = ((FloatVector) ByteVector.fromArray(BYTES, m.steps, step + ROWS)
                                .convertShape(B2I, INTS, 0)
                                .convertShape(I2F, FLOATS, 0))
                        .mul(FloatVector.fromArray(FLOATS, m.scales, block + ROWS));
            } else {
                scale = FloatVector.fromArray(FLOATS, m.scales, (group * groups + g) * ROWS + lane);
            }
            FloatVector even = FloatVector.broadcast(FLOATS, 256f).mul(scale);
            FloatVector odd = FloatVector.broadcast(FLOATS, 16f).mul(scale);
            int line = m.line(group, 0, g) + lane;
            for (int word = 0; word < 4; word++) {
                IntVector v = IntVector.fromArray(INTS, words, line);
                v.and(LOWER)
                        .or(ONE)
                        .reinterpretAsFloats()
                        .sub(offEven)
                        .mul(even)
                        .sub(minimum)
                        .intoArray(out, to);
                v.and(UPPER)
                        .or(ONE)
                        .reinterpretAsFloats()
                        .sub(offOdd)
                        .mul(odd)
                        .sub(minimum)
                        .intoArray(out, to + width);
                IntVector v1 = v.lanewise(LSHR, 8);
                v1.and(LOWER)
                        .or(ONE)
                        .reinterpretAsFloats()
                        .sub(offEven)
                        .mul(even)
                        .sub(minimum)
                        .intoArray(out, to + 2 * width);
                v1.and(UPPER)
                        .or(ONE)
                        .reinterpretAsFloats()
                        .sub(offOdd)
                        .mul(odd)
                        .sub(minimum)
                        .intoArray(out, to + 3 * width);
                IntVector v2 = v.lanewise(ROR, 16);
                v2.and(LOWER)
                        .or(ONE)
                        .reinterpretAsFloats()
                        .sub(offEven)
                        .mul(even)
                        .sub(minimum)
                        .intoArray(out, to + 4 * width);
                v2.and(UPPER)
                        .or(ONE)
                        .reinterpretAsFloats()
                        .sub(offOdd)
                        .mul(odd)
                        .sub(minimum)
                        .intoArray(out, to + 5 * width);
                IntVector v3 = v.lanewise(LSHL, 8);
                v3.and(LOWER)
                        .or(ONE)
                        .reinterpretAsFloats()
                        .sub(offEven)
                        .mul(even)
                        .sub(minimum)
                        .intoArray(out, to + 6 * width);
                v3.and(UPPER)
                        .or(ONE)
                        .reinterpretAsFloats()
                        .sub(offOdd)
                        .mul(odd)
                        .sub(minimum)
                        .intoArray(out, to + 7 * width);
                to += 8 * width;
                line += stride;
            }
        }
    }

    private static void fours(Interleaved m, int group, int lane, int from, int count, float[] out, int oo, int width) {
        int[] words = m.words;
        int size = Interleaved.groupOf(m.type);
        int groups = m.columns / size;
        int stride = groups * ROWS;
        boolean steps = m.type == DType.Q6_K;
        float place = steps ? 64f : 256f;
        float off = 1 + Interleaved.bias(m.type) / place;
        int to = oo;
        for (int g = from / size; g < (from + count) / size; g++) {
            FloatVector scale = FloatVector.broadcast(FLOATS, place);
            if (steps) {
                scale = ((FloatVector) ByteVector.fromArray(BYTES, m.steps, (group * groups + g) * ROWS + lane)
                                .convertShape(B2I, INTS, 0)
                                .convertShape(I2F, FLOATS, 0))
                        .mul(FloatVector.fromArray(FLOATS, m.scales, (group * (groups / 16) + g / 16) * ROWS + lane))
                        .mul(place);
            } else {
                scale = scale.mul(FloatVector.fromArray(FLOATS, m.scales, (group * groups + g) * ROWS + lane));
            }
            int line = m.line(group, 0, g) + lane;
            for (int word = 0; word < size / 4; word++) {
                IntVector v = IntVector.fromArray(INTS, words, line);
                v.and(WHOLE).or(ONE).reinterpretAsFloats().sub(off).mul(scale).intoArray(out, to);
                v.lanewise(LSHR, 8)
                        .and(WHOLE)
                        .or(ONE)
                        .reinterpretAsFloats()
                        .sub(off)
                        .mul(scale)
                        .intoArray(out, to + width);
                v.lanewise(ROR, 16)
                        .and(WHOLE)
                        .or(ONE)
                        .reinterpretAsFloats()
                        .sub(off)
                        .mul(scale)
                        .intoArray(out, to + 2 * width);
                v.lanewise(LSHL, 8)
                        .and(WHOLE)
                        .or(ONE)
                        .reinterpretAsFloats()
                        .sub(off)
                        .mul(scale)
                        .intoArray(out, to + 3 * width);
                to += 4 * width;
                line += stride;
            }
        }
    }
}
