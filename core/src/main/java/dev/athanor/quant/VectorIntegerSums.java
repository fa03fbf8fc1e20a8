package dev.athanor.quant;

import static dev.athanor.quant.Wide.FLOATS;
import static dev.athanor.quant.Wide.INTS;
import static dev.athanor.quant.Wide.L;
import static dev.athanor.quant.Wide.WHOLE_SHORTS;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;

/**
 * The sums of {@link IntegerDots}, an int lane for every row: its halves of 16 bits add up products apart and meet at
 * the end. A line of sixteen rows is several registers, two of which share the numbers of x.
 *
 * <p>Scales meet the sums afterwards, by {@link VectorIntegerScale}: with them in one loop Q4_K was read a third
 * slower, since the compiler then checks all three segments at every step. How far four bits are shifted is read from
 * the type and no constant: of a constant HotSpot makes a register at every use.
 */
final class VectorIntegerSums {
    private static final int ROWS = Interleaved.ROWS;
    private static final int LINE = Interleaved.LINE;

    private VectorIntegerSums() {}

    /** room[s * 16 + lane] = the {@code s}th sum of products of row {@code lane}. */
    static void sums(Interleaved m, int group, float[] x, int xo, float[] room) {
        boolean fours = Interleaved.perWord(m.type) == 8;
        for (int lane = 0; lane < ROWS; lane += 2 * L) {
            if (fours) {
                twoOfFours(m, group, lane, x, xo, room);
            } else {
                twoOfBytes(m, group, lane, x, xo, room);
            }
        }
    }

    private static void twoOfFours(Interleaved m, int group, int lane, float[] x, int xo, float[] room) {
        MemorySegment words = m.words;
        int groups = m.columns / 32;
        long stride = m.stride(group);
        long from = m.line(group, 0, 0) + 4L * lane;
        int by4 = Interleaved.bitsOf(m.type);
        LittleEndian.touch(words, from);
        int at = xo;
        for (int g = 0; g < groups; g++) {
            ShortVector a = ShortVector.zero(WHOLE_SHORTS);
            ShortVector b = ShortVector.zero(WHOLE_SHORTS);
            long line = from + (long) g * LINE;
            for (int word = 0; word < 4; word++) {
                ShortVector v = IntVector.fromMemorySegment(INTS, words, line, LITTLE_ENDIAN)
                        .reinterpretAsShorts();
                ShortVector w = IntVector.fromMemorySegment(INTS, words, line + 4 * L, LITTLE_ENDIAN)
                        .reinterpretAsShorts();
                ShortVector x0 = FloatVector.broadcast(FLOATS, x[at]).reinterpretAsShorts();
                a = v.mul(x0).add(a);
                b = w.mul(x0).add(b);
                ShortVector x1 = FloatVector.broadcast(FLOATS, x[at + 1]).reinterpretAsShorts();
                a = v.lanewise(LSHR, by4).mul(x1).add(a);
                b = w.lanewise(LSHR, by4).mul(x1).add(b);
                ShortVector x2 = FloatVector.broadcast(FLOATS, x[at + 2]).reinterpretAsShorts();
                a = v.lanewise(LSHR, 2 * by4).mul(x2).add(a);
                b = w.lanewise(LSHR, 2 * by4).mul(x2).add(b);
                ShortVector x3 = FloatVector.broadcast(FLOATS, x[at + 3]).reinterpretAsShorts();
                a = v.lanewise(LSHR, 3 * by4).mul(x3).add(a);
                b = w.lanewise(LSHR, 3 * by4).mul(x3).add(b);
                line += stride;
                at += 4;
            }
            IntVector p = ShortVector.zero(WHOLE_SHORTS).add(a).reinterpretAsInts();
            IntVector q = ShortVector.zero(WHOLE_SHORTS).add(b).reinterpretAsInts();
            IntVector sumP = p.lanewise(LSHL, 16).lanewise(ASHR, 16).add(p.lanewise(ASHR, 16));
            IntVector sumQ = q.lanewise(LSHL, 16).lanewise(ASHR, 16).add(q.lanewise(ASHR, 16));
            ((FloatVector) sumP.convertShape(I2F, FLOATS, 0)).intoArray(room, g * ROWS + lane);
            ((FloatVector) sumQ.convertShape(I2F, FLOATS, 0)).intoArray(room, g * ROWS + lane + L);
        }
    }

    private static void twoOfBytes(Interleaved m, int group, int lane, float[] x, int xo, float[] room) {
        MemorySegment words = m.words;
        int perGroup = Interleaved.groupOf(m.type) / 16;
        long stride = m.stride(group);
        long from = m.line(group, 0, 0) + 4L * lane;
        int off = xo + m.columns / 2;
        LittleEndian.touch(words, from);
        int at = xo;
        for (int s = 0; s < m.columns / 16; s++) {
            ShortVector a = FloatVector.broadcast(FLOATS, x[off + s]).reinterpretAsShorts();
            ShortVector b = a;
            long line = from + s % perGroup * 4L * stride + (long) (s / perGroup) * LINE;
            for (int word = 0; word < 4; word++) {
                ShortVector v = IntVector.fromMemorySegment(INTS, words, line, LITTLE_ENDIAN)
                        .reinterpretAsShorts();
                ShortVector w = IntVector.fromMemorySegment(INTS, words, line + 4 * L, LITTLE_ENDIAN)
                        .reinterpretAsShorts();
                ShortVector x0 = FloatVector.broadcast(FLOATS, x[at]).reinterpretAsShorts();
                a = v.mul(x0).add(a);
                b = w.mul(x0).add(b);
                ShortVector x1 = FloatVector.broadcast(FLOATS, x[at + 1]).reinterpretAsShorts();
                a = v.lanewise(LSHR, 8).mul(x1).add(a);
                b = w.lanewise(LSHR, 8).mul(x1).add(b);
                line += stride;
                at += 2;
            }
            IntVector p = ShortVector.zero(WHOLE_SHORTS).add(a).reinterpretAsInts();
            IntVector q = ShortVector.zero(WHOLE_SHORTS).add(b).reinterpretAsInts();
            IntVector sumP = p.lanewise(LSHL, 16).lanewise(ASHR, 16).add(p.lanewise(ASHR, 16));
            IntVector sumQ = q.lanewise(LSHL, 16).lanewise(ASHR, 16).add(q.lanewise(ASHR, 16));
            ((FloatVector) sumP.convertShape(I2F, FLOATS, 0)).intoArray(room, s * ROWS + lane);
            ((FloatVector) sumQ.convertShape(I2F, FLOATS, 0)).intoArray(room, s * ROWS + lane + L);
        }
    }
}
