package dev.athanor.quant;

import static dev.athanor.quant.Wide.BYTES;
import static dev.athanor.quant.Wide.FLOATS;
import static dev.athanor.quant.Wide.INTS;
import static dev.athanor.quant.Wide.L;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import dev.athanor.tensor.DType;
import java.lang.foreign.MemorySegment;
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
    private static final int LINE = Interleaved.LINE;

    /** The bits of 1f: or-ed to those of a byte b at the top of a mantissa they are the float 1 + b / 256. */
    private static final int ONE = 0x3f800000;

    /** A byte at the top of a mantissa. */
    private static final int WHOLE = 0xff << 15;

    /** Where four bits stand in a mantissa: 1 + q / 256 of the lower ones, 1 + q / 16 of the upper ones. */
    private static final int LOWER = 0xf << 15;

    private static final int UPPER = 0xf << 19;

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
        MemorySegment words = m.words;
        int groups = m.columns / 32;
        long stride = m.stride(group);
        float offEven = 1 + Interleaved.bias(m.type) / 256;
        float offOdd = 1 + Interleaved.bias(m.type) / 16;
        LittleEndian.touch(words, 0);
        int to = oo;
        for (int g = first; g < first + count; g++) {
            FloatVector minimum = FloatVector.zero(FLOATS);
            FloatVector scale = FloatVector.zero(FLOATS);
            if (m.type == DType.Q4_K) {
                long block = (((long) group * (groups / 8) + g / 8) * 2 * ROWS + lane) * Float.BYTES;
                long step = ((long) group * groups + g) * 2 * ROWS + lane;
                scale = ((FloatVector) ByteVector.fromMemorySegment(BYTES, m.steps, step, LITTLE_ENDIAN)
                                .convertShape(B2I, INTS, 0)
                                .convertShape(I2F, FLOATS, 0))
                        .mul(FloatVector.fromMemorySegment(FLOATS, m.scales, block, LITTLE_ENDIAN));
                minimum = ((FloatVector) ByteVector.fromMemorySegment(BYTES, m.steps, step + ROWS, LITTLE_ENDIAN)
                                .convertShape(B2I, INTS, 0)
                                .convertShape(I2F, FLOATS, 0))
                        .mul(FloatVector.fromMemorySegment(FLOATS, m.scales, block + LINE, LITTLE_ENDIAN));
            } else {
                long block = ((long) group * groups + g) * LINE + 4L * lane;
                scale = FloatVector.fromMemorySegment(FLOATS, m.scales, block, LITTLE_ENDIAN);
            }
            FloatVector even = FloatVector.broadcast(FLOATS, 256f).mul(scale);
            FloatVector odd = FloatVector.broadcast(FLOATS, 16f).mul(scale);
            long line = m.line(group, 0, g) + 4L * lane;
            for (int word = 0; word < 4; word++) {
                IntVector v = IntVector.fromMemorySegment(INTS, words, line, LITTLE_ENDIAN);
                IntVector v0 = v.lanewise(LSHL, 15);
                v0.and(LOWER)
                        .or(ONE)
                        .reinterpretAsFloats()
                        .sub(offEven)
                        .mul(even)
                        .sub(minimum)
                        .intoArray(out, to);
                v0.and(UPPER)
                        .or(ONE)
                        .reinterpretAsFloats()
                        .sub(offOdd)
                        .mul(odd)
                        .sub(minimum)
                        .intoArray(out, to + width);
                IntVector v1 = v.lanewise(LSHL, 7);
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
                IntVector v2 = v.lanewise(LSHR, 1);
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
                IntVector v3 = v.lanewise(LSHR, 9);
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
        MemorySegment words = m.words;
        int size = Interleaved.groupOf(m.type);
        int groups = m.columns / size;
        long stride = m.stride(group);
        float off = 1 + Interleaved.bias(m.type) / 256;
        LittleEndian.touch(words, 0);
        int to = oo;
        for (int g = from / size; g < (from + count) / size; g++) {
            FloatVector minimum = FloatVector.zero(FLOATS);
            FloatVector scale = FloatVector.broadcast(FLOATS, 256f);
            if (m.type == DType.Q6_K) {
                long block = (((long) group * (groups / 16) + g / 16) * ROWS + lane) * Float.BYTES;
                long step = ((long) group * groups + g) * ROWS + lane;
                scale = ((FloatVector) ByteVector.fromMemorySegment(BYTES, m.steps, step, LITTLE_ENDIAN)
                                .convertShape(B2I, INTS, 0)
                                .convertShape(I2F, FLOATS, 0))
                        .mul(FloatVector.fromMemorySegment(FLOATS, m.scales, block, LITTLE_ENDIAN))
                        .mul(scale);
            } else if (m.type == DType.Q5_K) {
                long block = (((long) group * (groups / 8) + g / 8) * 2 * ROWS + lane) * Float.BYTES;
                long step = ((long) group * groups + g) * 2 * ROWS + lane;
                scale = ((FloatVector) ByteVector.fromMemorySegment(BYTES, m.steps, step, LITTLE_ENDIAN)
                                .convertShape(B2I, INTS, 0)
                                .convertShape(I2F, FLOATS, 0))
                        .mul(FloatVector.fromMemorySegment(FLOATS, m.scales, block, LITTLE_ENDIAN))
                        .mul(scale);
                minimum = ((FloatVector) ByteVector.fromMemorySegment(BYTES, m.steps, step + ROWS, LITTLE_ENDIAN)
                                .convertShape(B2I, INTS, 0)
                                .convertShape(I2F, FLOATS, 0))
                        .mul(FloatVector.fromMemorySegment(FLOATS, m.scales, block + LINE, LITTLE_ENDIAN));
            } else {
                long block = ((long) group * groups + g) * LINE + 4L * lane;
                scale = FloatVector.fromMemorySegment(FLOATS, m.scales, block, LITTLE_ENDIAN)
                        .mul(scale);
            }
            long line = m.line(group, 0, g) + 4L * lane;
            for (int word = 0; word < size / 4; word++) {
                IntVector v = IntVector.fromMemorySegment(INTS, words, line, LITTLE_ENDIAN);
                v.lanewise(LSHL, 15)
                        .and(WHOLE)
                        .or(ONE)
                        .reinterpretAsFloats()
                        .sub(off)
                        .mul(scale)
                        .sub(minimum)
                        .intoArray(out, to);
                v.lanewise(LSHL, 7)
                        .and(WHOLE)
                        .or(ONE)
                        .reinterpretAsFloats()
                        .sub(off)
                        .mul(scale)
                        .sub(minimum)
                        .intoArray(out, to + width);
                v.lanewise(LSHR, 1)
                        .and(WHOLE)
                        .or(ONE)
                        .reinterpretAsFloats()
                        .sub(off)
                        .mul(scale)
                        .sub(minimum)
                        .intoArray(out, to + 2 * width);
                v.lanewise(LSHR, 9)
                        .and(WHOLE)
                        .or(ONE)
                        .reinterpretAsFloats()
                        .sub(off)
                        .mul(scale)
                        .sub(minimum)
                        .intoArray(out, to + 3 * width);
                to += 4 * width;
                line += stride;
            }
        }
    }
}
