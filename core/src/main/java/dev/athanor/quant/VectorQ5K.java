package dev.athanor.quant;

import static dev.athanor.quant.Wide.BYTES;
import static dev.athanor.quant.Wide.INTS;
import static dev.athanor.quant.Wide.L;
import static dev.athanor.quant.Wide.TO_LOWEST;
import static dev.athanor.quant.Wide.WORDS;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_B2I;

import dev.athanor.tensor.DType;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/** {@link Q4KBlocks} with Q5_K, whole blocks, a register at a time. */
final class VectorQ5K {
    private static final int GROUP = Q4KBlocks.GROUP;

    private VectorQ5K() {}

    static void decode(MemorySegment bytes, long at, int blocks, float[] out, int oo) {
        for (int b = 0; b < blocks; b++) {
            block(bytes, at + (long) b * DType.Q5_K.blockBytes(), out, oo + b * DType.Q5_K.blockElements());
        }
    }

    private static void block(MemorySegment bytes, long at, float[] out, int oo) {
        float d = LittleEndian.half(bytes, at);
        float dmin = LittleEndian.half(bytes, at + 2);
        long scales = Q4KBlocks.scales(bytes, at);
        long minima = Q4KBlocks.minima(bytes, at);
        for (int g = 0; g < Q4KBlocks.GROUPS; g += 2) {
            float scale = d * (scales & 63);
            float minimum = dmin * (minima & 63);
            float upperScale = d * (scales >> 8 & 63);
            float upperMinimum = dmin * (minima >> 8 & 63);
            pair(
                    bytes,
                    at + Q4KBlocks.QUANTS_5 + g / 2 * GROUP,
                    at + Q4KBlocks.QUANTS,
                    g,
                    scale,
                    minimum,
                    upperScale,
                    upperMinimum,
                    out,
                    oo + g * GROUP);
            scales >>= 16;
            minima >>= 16;
        }
    }

    /** Groups {@code group} and {@code group + 1}; the fifth bits of the first are bit {@code group} of 32 bytes. */
    private static void pair(
            MemorySegment bytes,
            long at,
            long highs,
            int group,
            float scale,
            float minimum,
            float upperScale,
            float upperMinimum,
            float[] out,
            int oo) {
        for (int i = 0; i < GROUP; i += L) {
            LittleEndian.touch(bytes, at + i);
            IntVector eight = WORDS
                    ? IntVector.broadcast(INTS, bytes.get(LittleEndian.INT, highs + i))
                            .lanewise(LSHR, TO_LOWEST)
                            .and(255)
                    : ByteVector.fromMemorySegment(BYTES, bytes, highs + i, LITTLE_ENDIAN)
                            .convertShape(ZERO_EXTEND_B2I, INTS, 0)
                            .reinterpretAsInts();
            IntVector high = eight.lanewise(LSHR, group).lanewise(LSHL, 4);
            IntVector q = WORDS
                    ? IntVector.broadcast(INTS, bytes.get(LittleEndian.INT, at + i))
                            .lanewise(LSHR, TO_LOWEST)
                            .and(255)
                    : ByteVector.fromMemorySegment(BYTES, bytes, at + i, LITTLE_ENDIAN)
                            .convertShape(ZERO_EXTEND_B2I, INTS, 0)
                            .reinterpretAsInts();
            FloatVector lower = high.and(16).or(q.and(15)).or(Wide.BITS_2_23).reinterpretAsFloats();
            FloatVector upper = high.lanewise(LSHR, 1)
                    .and(16)
                    .or(q.lanewise(LSHR, 4))
                    .or(Wide.BITS_2_23)
                    .reinterpretAsFloats();
            lower.sub(Wide.F_2_23).mul(scale).sub(minimum).intoArray(out, oo + i);
            upper.sub(Wide.F_2_23).mul(upperScale).sub(upperMinimum).intoArray(out, oo + GROUP + i);
        }
    }
}
