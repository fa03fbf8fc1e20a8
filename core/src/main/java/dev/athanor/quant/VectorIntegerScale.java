package dev.athanor.quant;

import static dev.athanor.quant.Wide.BYTES;
import static dev.athanor.quant.Wide.FLOATS;
import static dev.athanor.quant.Wide.INTS;
import static dev.athanor.quant.Wide.L;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.B2I;
import static jdk.incubator.vector.VectorOperators.I2F;

import dev.athanor.tensor.DType;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;

/** What {@link IntegerDots} makes of the sums of sixteen rows, a lane for every row. */
final class VectorIntegerScale {
    private static final int ROWS = Interleaved.ROWS;

    private VectorIntegerScale() {}

    static void scale(Interleaved m, int group, float[] steps, float[] sums, int so, float[] room, float[] y, int yo) {
        for (int lane = 0; lane < ROWS; lane += L) {
            switch (m.type) {
                case Q4_0 -> scaleQ40(m, group, lane, steps, sums, so, room, y, yo + lane);
                case Q4_K, Q5_K -> scaleQ4K(m, group, lane, steps, sums, so, room, y, yo + lane);
                case Q6_K -> scaleQ6K(m, group, lane, steps, so, room, y, yo + lane);
                default -> throw Spans.unreadable(m.type);
            }
        }
    }

    private static void scaleQ40(
            Interleaved m, int group, int lane, float[] steps, float[] sums, int so, float[] room, float[] y, int yo) {
        MemorySegment scales = m.scales;
        int groups = m.columns / 32;
        long at = ((long) group * groups * ROWS + lane) * Float.BYTES;
        float bias = Interleaved.bias(DType.Q4_0);
        LittleEndian.touch(m.scales, 0);
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int g = 0; g < groups; g++) {
            FloatVector t = FloatVector.fromArray(FLOATS, room, g * ROWS + lane)
                    .sub(bias * sums[so + g])
                    .mul(steps[so + g]);
            sum = FloatVector.fromMemorySegment(FLOATS, scales, at, LITTLE_ENDIAN)
                    .fma(t, sum);
            at += Interleaved.LINE;
        }
        sum.intoArray(y, yo);
    }

    private static void scaleQ4K(
            Interleaved m, int group, int lane, float[] steps, float[] sums, int so, float[] room, float[] y, int yo) {
        boolean five = m.type == DType.Q5_K;
        int groups = m.columns / 32;
        LittleEndian.touch(m.scales, 0);
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int g = 0; g < groups; g++) {
            long block = (((long) group * (groups / 8) + g / 8) * 2 * ROWS + lane) * Float.BYTES;
            long step = ((long) group * groups + g) * 2 * ROWS + lane;
            FloatVector t = five
                    ? FloatVector.fromArray(FLOATS, room, 2 * g * ROWS + lane)
                            .add(FloatVector.fromArray(FLOATS, room, (2 * g + 1) * ROWS + lane))
                    : FloatVector.fromArray(FLOATS, room, g * ROWS + lane);
            FloatVector scale = FloatVector.fromMemorySegment(FLOATS, m.scales, block, LITTLE_ENDIAN);
            FloatVector minimum =
                    FloatVector.fromMemorySegment(FLOATS, m.scales, block + Interleaved.LINE, LITTLE_ENDIAN);
            sum = ((FloatVector) ByteVector.fromMemorySegment(BYTES, m.steps, step, LITTLE_ENDIAN)
                            .convertShape(B2I, INTS, 0)
                            .convertShape(I2F, FLOATS, 0))
                    .mul(scale)
                    .fma(t.mul(steps[so + g]), sum);
            sum = ((FloatVector) ByteVector.fromMemorySegment(BYTES, m.steps, step + ROWS, LITTLE_ENDIAN)
                            .convertShape(B2I, INTS, 0)
                            .convertShape(I2F, FLOATS, 0))
                    .mul(minimum)
                    .fma(FloatVector.broadcast(FLOATS, -(steps[so + g] * sums[so + g])), sum);
        }
        sum.intoArray(y, yo);
    }

    private static void scaleQ6K(
            Interleaved m, int group, int lane, float[] steps, int so, float[] room, float[] y, int yo) {
        int groups = m.columns / 16;
        LittleEndian.touch(m.scales, 0);
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int g = 0; g < groups; g++) {
            long block = (((long) group * (groups / 16) + g / 16) * ROWS + lane) * Float.BYTES;
            long step = ((long) group * groups + g) * ROWS + lane;
            FloatVector t = FloatVector.fromArray(FLOATS, room, g * ROWS + lane).mul(steps[so + g / 2]);
            FloatVector d = FloatVector.fromMemorySegment(FLOATS, m.scales, block, LITTLE_ENDIAN);
            sum = ((FloatVector) ByteVector.fromMemorySegment(BYTES, m.steps, step, LITTLE_ENDIAN)
                            .convertShape(B2I, INTS, 0)
                            .convertShape(I2F, FLOATS, 0))
                    .mul(d)
                    .fma(t, sum);
        }
        sum.intoArray(y, yo);
    }
}
