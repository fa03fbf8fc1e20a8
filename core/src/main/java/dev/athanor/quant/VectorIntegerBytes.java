package dev.athanor.quant;

import static dev.athanor.quant.Wide.BYTES;
import static dev.athanor.quant.Wide.FLOATS;
import static dev.athanor.quant.Wide.INTS;
import static dev.athanor.quant.Wide.WHOLE_SHORTS;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * {@link IntegerDots} of numbers in bytes where a register holds sixteen rows; written out as
 * {@link VectorIntegerFours} and for its reason, of the eight words of Q8_0 four.
 */
final class VectorIntegerBytes {
    private static final int ROWS = Interleaved.ROWS;
    private static final int LINE = Interleaved.LINE;

    private VectorIntegerBytes() {}

    static void dots(
            Interleaved m, int group, float[] x, int xo, float[] steps, float[] sums, int so, float[] y, int yo) {
        switch (m.type) {
            case Q8_0 -> dotsQ80(m, group, x, xo, steps, so, y, yo);
            case Q6_K -> dotsQ6K(m, group, x, xo, steps, so, y, yo);
            case Q5_K -> dotsQ5K(m, group, x, xo, steps, sums, so, y, yo);
            default -> throw Spans.unreadable(m.type);
        }
    }

    private static void dotsQ80(Interleaved m, int group, float[] x, int xo, float[] steps, int so, float[] y, int yo) {
        MemorySegment words = m.words;
        MemorySegment scales = m.scales;
        int groups = m.columns / 32;
        long stride = m.stride(group);
        long from = m.line(group, 0, 0);
        long scale = (long) group * groups * LINE;
        LittleEndian.touch(words, from);
        ShortVector by8 = ShortVector.broadcast(WHOLE_SHORTS, (short) 8);
        FloatVector sum = FloatVector.zero(FLOATS);
        int at = xo;
        int bias = xo + m.columns / 2;
        for (int g = 0; g < groups; g++) {
            IntVector all = IntVector.zero(INTS);
            IntVector upper = IntVector.zero(INTS);
            long line = from + (long) g * LINE;
            for (int word = 0; word < 8; word += 4) {
                ShortVector v0 = IntVector.fromMemorySegment(INTS, words, line, LITTLE_ENDIAN)
                        .reinterpretAsShorts();
                IntVector p0 = v0.mul(FloatVector.broadcast(FLOATS, x[at]).reinterpretAsShorts())
                        .add(v0.lanewise(LSHR, by8)
                                .mul(FloatVector.broadcast(FLOATS, x[at + 1]).reinterpretAsShorts())
                                .add(FloatVector.broadcast(FLOATS, x[bias]).reinterpretAsShorts()))
                        .reinterpretAsInts();
                all = p0.add(all);
                upper = p0.lanewise(LSHR, 16).add(upper);
                ShortVector v1 = IntVector.fromMemorySegment(INTS, words, line + stride, LITTLE_ENDIAN)
                        .reinterpretAsShorts();
                IntVector p1 = v1.mul(FloatVector.broadcast(FLOATS, x[at + 2]).reinterpretAsShorts())
                        .add(v1.lanewise(LSHR, by8)
                                .mul(FloatVector.broadcast(FLOATS, x[at + 3]).reinterpretAsShorts())
                                .add(FloatVector.broadcast(FLOATS, x[bias + 1]).reinterpretAsShorts()))
                        .reinterpretAsInts();
                all = p1.add(all);
                upper = p1.lanewise(LSHR, 16).add(upper);
                ShortVector v2 = IntVector.fromMemorySegment(INTS, words, line + 2 * stride, LITTLE_ENDIAN)
                        .reinterpretAsShorts();
                IntVector p2 = v2.mul(FloatVector.broadcast(FLOATS, x[at + 4]).reinterpretAsShorts())
                        .add(v2.lanewise(LSHR, by8)
                                .mul(FloatVector.broadcast(FLOATS, x[at + 5]).reinterpretAsShorts())
                                .add(FloatVector.broadcast(FLOATS, x[bias + 2]).reinterpretAsShorts()))
                        .reinterpretAsInts();
                all = p2.add(all);
                upper = p2.lanewise(LSHR, 16).add(upper);
                ShortVector v3 = IntVector.fromMemorySegment(INTS, words, line + 3 * stride, LITTLE_ENDIAN)
                        .reinterpretAsShorts();
                IntVector p3 = v3.mul(FloatVector.broadcast(FLOATS, x[at + 6]).reinterpretAsShorts())
                        .add(v3.lanewise(LSHR, by8)
                                .mul(FloatVector.broadcast(FLOATS, x[at + 7]).reinterpretAsShorts())
                                .add(FloatVector.broadcast(FLOATS, x[bias + 3]).reinterpretAsShorts()))
                        .reinterpretAsInts();
                all = p3.add(all);
                upper = p3.lanewise(LSHR, 16).add(upper);
                line += 4 * stride;
                at += 8;
                bias += 4;
            }
            IntVector whole = IntVector.zero(INTS)
                    .add(upper)
                    .sub(IntegerDots.OFF)
                    .add(all)
                    .sub(IntVector.zero(INTS).add(upper).lanewise(LSHL, 16));
            sum = FloatVector.fromMemorySegment(FLOATS, scales, scale, LITTLE_ENDIAN)
                    .fma(((FloatVector) whole.convertShape(I2F, FLOATS, 0)).mul(steps[so + g]), sum);
            scale += LINE;
        }
        sum.intoArray(y, yo);
    }

    private static void dotsQ6K(Interleaved m, int group, float[] x, int xo, float[] steps, int so, float[] y, int yo) {
        MemorySegment words = m.words;
        MemorySegment scales = m.scales;
        MemorySegment sixteens = m.steps;
        int groups = m.columns / 16;
        long stride = m.stride(group);
        long line = m.line(group, 0, 0);
        long block = (long) group * (groups / 16) * LINE;
        long step = (long) group * groups * ROWS;
        int off = xo + m.columns / 2;
        LittleEndian.touch(words, line);
        ShortVector by8 = ShortVector.broadcast(WHOLE_SHORTS, (short) 8);
        FloatVector sum = FloatVector.zero(FLOATS);
        int at = xo;
        for (int g = 0; g < groups; g++) {
            ShortVector a = FloatVector.broadcast(FLOATS, x[off + g]).reinterpretAsShorts();
            ShortVector v0 = IntVector.fromMemorySegment(INTS, words, line, LITTLE_ENDIAN)
                    .reinterpretAsShorts();
            a = v0.mul(FloatVector.broadcast(FLOATS, x[at]).reinterpretAsShorts())
                    .add(a);
            a = v0.lanewise(LSHR, by8)
                    .mul(FloatVector.broadcast(FLOATS, x[at + 1]).reinterpretAsShorts())
                    .add(a);
            ShortVector v1 = IntVector.fromMemorySegment(INTS, words, line + stride, LITTLE_ENDIAN)
                    .reinterpretAsShorts();
            a = v1.mul(FloatVector.broadcast(FLOATS, x[at + 2]).reinterpretAsShorts())
                    .add(a);
            a = v1.lanewise(LSHR, by8)
                    .mul(FloatVector.broadcast(FLOATS, x[at + 3]).reinterpretAsShorts())
                    .add(a);
            ShortVector v2 = IntVector.fromMemorySegment(INTS, words, line + 2 * stride, LITTLE_ENDIAN)
                    .reinterpretAsShorts();
            a = v2.mul(FloatVector.broadcast(FLOATS, x[at + 4]).reinterpretAsShorts())
                    .add(a);
            a = v2.lanewise(LSHR, by8)
                    .mul(FloatVector.broadcast(FLOATS, x[at + 5]).reinterpretAsShorts())
                    .add(a);
            ShortVector v3 = IntVector.fromMemorySegment(INTS, words, line + 3 * stride, LITTLE_ENDIAN)
                    .reinterpretAsShorts();
            a = v3.mul(FloatVector.broadcast(FLOATS, x[at + 6]).reinterpretAsShorts())
                    .add(a);
            a = v3.lanewise(LSHR, by8)
                    .mul(FloatVector.broadcast(FLOATS, x[at + 7]).reinterpretAsShorts())
                    .add(a);
            IntVector p = ShortVector.zero(WHOLE_SHORTS).add(a).reinterpretAsInts();
            IntVector whole = p.lanewise(LSHL, 16).lanewise(ASHR, 16).add(p.lanewise(ASHR, 16));
            FloatVector t = ((FloatVector) whole.convertShape(I2F, FLOATS, 0)).mul(steps[so + g / 2]);
            FloatVector d =
                    FloatVector.fromMemorySegment(FLOATS, scales, block + (g >> 4) * (long) LINE, LITTLE_ENDIAN);
            sum = ((FloatVector) ByteVector.fromMemorySegment(BYTES, sixteens, step, LITTLE_ENDIAN)
                            .convertShape(B2I, INTS, 0)
                            .convertShape(I2F, FLOATS, 0))
                    .mul(d)
                    .fma(t, sum);
            line += LINE;
            step += ROWS;
            at += 8;
        }
        sum.intoArray(y, yo);
    }

    private static void dotsQ5K(
            Interleaved m, int group, float[] x, int xo, float[] steps, float[] sums, int so, float[] y, int yo) {
        MemorySegment words = m.words;
        MemorySegment scales = m.scales;
        MemorySegment eights = m.steps;
        int groups = m.columns / 32;
        long stride = m.stride(group);
        long line = m.line(group, 0, 0);
        long block = (long) group * (groups / 8) * 2 * LINE;
        long step = (long) group * groups * 2 * ROWS;
        int off = xo + m.columns / 2;
        LittleEndian.touch(words, line);
        ShortVector by8 = ShortVector.broadcast(WHOLE_SHORTS, (short) 8);
        FloatVector sum = FloatVector.zero(FLOATS);
        int at = xo;
        for (int g = 0; g < groups; g++) {
            ShortVector a = FloatVector.broadcast(FLOATS, x[off + 2 * g]).reinterpretAsShorts();
            ShortVector v0 = IntVector.fromMemorySegment(INTS, words, line, LITTLE_ENDIAN)
                    .reinterpretAsShorts();
            a = v0.mul(FloatVector.broadcast(FLOATS, x[at]).reinterpretAsShorts())
                    .add(a);
            a = v0.lanewise(LSHR, by8)
                    .mul(FloatVector.broadcast(FLOATS, x[at + 1]).reinterpretAsShorts())
                    .add(a);
            ShortVector v1 = IntVector.fromMemorySegment(INTS, words, line + stride, LITTLE_ENDIAN)
                    .reinterpretAsShorts();
            a = v1.mul(FloatVector.broadcast(FLOATS, x[at + 2]).reinterpretAsShorts())
                    .add(a);
            a = v1.lanewise(LSHR, by8)
                    .mul(FloatVector.broadcast(FLOATS, x[at + 3]).reinterpretAsShorts())
                    .add(a);
            ShortVector v2 = IntVector.fromMemorySegment(INTS, words, line + 2 * stride, LITTLE_ENDIAN)
                    .reinterpretAsShorts();
            a = v2.mul(FloatVector.broadcast(FLOATS, x[at + 4]).reinterpretAsShorts())
                    .add(a);
            a = v2.lanewise(LSHR, by8)
                    .mul(FloatVector.broadcast(FLOATS, x[at + 5]).reinterpretAsShorts())
                    .add(a);
            ShortVector v3 = IntVector.fromMemorySegment(INTS, words, line + 3 * stride, LITTLE_ENDIAN)
                    .reinterpretAsShorts();
            a = v3.mul(FloatVector.broadcast(FLOATS, x[at + 6]).reinterpretAsShorts())
                    .add(a);
            a = v3.lanewise(LSHR, by8)
                    .mul(FloatVector.broadcast(FLOATS, x[at + 7]).reinterpretAsShorts())
                    .add(a);
            IntVector p = ShortVector.zero(WHOLE_SHORTS).add(a).reinterpretAsInts();
            IntVector first = p.lanewise(LSHL, 16).lanewise(ASHR, 16).add(p.lanewise(ASHR, 16));
            ShortVector b = FloatVector.broadcast(FLOATS, x[off + 2 * g + 1]).reinterpretAsShorts();
            ShortVector v4 = IntVector.fromMemorySegment(INTS, words, line + 4 * stride, LITTLE_ENDIAN)
                    .reinterpretAsShorts();
            b = v4.mul(FloatVector.broadcast(FLOATS, x[at + 8]).reinterpretAsShorts())
                    .add(b);
            b = v4.lanewise(LSHR, by8)
                    .mul(FloatVector.broadcast(FLOATS, x[at + 9]).reinterpretAsShorts())
                    .add(b);
            ShortVector v5 = IntVector.fromMemorySegment(INTS, words, line + 5 * stride, LITTLE_ENDIAN)
                    .reinterpretAsShorts();
            b = v5.mul(FloatVector.broadcast(FLOATS, x[at + 10]).reinterpretAsShorts())
                    .add(b);
            b = v5.lanewise(LSHR, by8)
                    .mul(FloatVector.broadcast(FLOATS, x[at + 11]).reinterpretAsShorts())
                    .add(b);
            ShortVector v6 = IntVector.fromMemorySegment(INTS, words, line + 6 * stride, LITTLE_ENDIAN)
                    .reinterpretAsShorts();
            b = v6.mul(FloatVector.broadcast(FLOATS, x[at + 12]).reinterpretAsShorts())
                    .add(b);
            b = v6.lanewise(LSHR, by8)
                    .mul(FloatVector.broadcast(FLOATS, x[at + 13]).reinterpretAsShorts())
                    .add(b);
            ShortVector v7 = IntVector.fromMemorySegment(INTS, words, line + 7 * stride, LITTLE_ENDIAN)
                    .reinterpretAsShorts();
            b = v7.mul(FloatVector.broadcast(FLOATS, x[at + 14]).reinterpretAsShorts())
                    .add(b);
            b = v7.lanewise(LSHR, by8)
                    .mul(FloatVector.broadcast(FLOATS, x[at + 15]).reinterpretAsShorts())
                    .add(b);
            IntVector q = ShortVector.zero(WHOLE_SHORTS).add(b).reinterpretAsInts();
            IntVector second = q.lanewise(LSHL, 16).lanewise(ASHR, 16).add(q.lanewise(ASHR, 16));
            FloatVector t = ((FloatVector) first.convertShape(I2F, FLOATS, 0))
                    .add(second.convertShape(I2F, FLOATS, 0))
                    .mul(steps[so + g]);
            long from = block + (g >> 3) * 2L * LINE;
            FloatVector scale = FloatVector.fromMemorySegment(FLOATS, scales, from, LITTLE_ENDIAN);
            sum = ((FloatVector) ByteVector.fromMemorySegment(BYTES, eights, step, LITTLE_ENDIAN)
                            .convertShape(B2I, INTS, 0)
                            .convertShape(I2F, FLOATS, 0))
                    .mul(scale)
                    .fma(t, sum);
            FloatVector minimum = FloatVector.fromMemorySegment(FLOATS, scales, from + LINE, LITTLE_ENDIAN);
            sum = ((FloatVector) ByteVector.fromMemorySegment(BYTES, eights, step + ROWS, LITTLE_ENDIAN)
                            .convertShape(B2I, INTS, 0)
                            .convertShape(I2F, FLOATS, 0))
                    .mul(minimum)
                    .fma(FloatVector.broadcast(FLOATS, -(steps[so + g] * sums[so + g])), sum);
            line += LINE;
            step += 2 * ROWS;
            at += 16;
        }
        sum.intoArray(y, yo);
    }
}
