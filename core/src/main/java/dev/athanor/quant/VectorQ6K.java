package dev.athanor.quant;

import static dev.athanor.quant.Wide.BYTES;
import static dev.athanor.quant.Wide.INTS;
import static dev.athanor.quant.Wide.L;
import static dev.athanor.quant.Wide.TO_LOWEST;
import static dev.athanor.quant.Wide.WORDS;
import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.ZERO_EXTEND_B2I;

import dev.athanor.tensor.DType;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** {@link Q6KBlocks}, whole blocks, a register at a time. */
final class VectorQ6K {
    private static final int GROUP = Q6KBlocks.GROUP;

    private VectorQ6K() {}

    static void decode(MemorySegment bytes, long at, int blocks, float[] out, int oo) {
        for (int b = 0; b < blocks; b++) {
            long block = at + (long) b * DType.Q6_K.blockBytes();
            half(bytes, block, 0, out, oo + b * DType.Q6_K.blockElements());
            half(bytes, block, 1, out, oo + b * DType.Q6_K.blockElements() + 128);
        }
    }

    private static void half(MemorySegment bytes, long block, int half, float[] out, int oo) {
        float d = LittleEndian.half(bytes, block + Q6KBlocks.SCALE);
        long scales = bytes.get(LittleEndian.LONG, block + Q6KBlocks.SCALES + half * 8);
        // group g of rows j = 0 and 1, and of rows 2 and 3, which share its bytes
        for (int g = 0; g < 4; g++) {
            float scale = d * (byte) (scales >> 8 * g);
            float upperScale = d * (byte) (scales >> 8 * (g + 4));
            long lows = block + half * 64 + g * GROUP;
            long highs = block + Q6KBlocks.HIGH + half * 32 + g % 2 * GROUP;
            group(bytes, lows, highs, g / 2 * 2, scale, upperScale, out, oo + g * GROUP);
        }
    }

    /** 16 numbers of row j and 16 of row j + 2; {@code shift} is 2j. */
    private static void group(
            MemorySegment bytes, long lows, long highs, int shift, float scale, float upperScale, float[] out, int oo) {
        for (int i = 0; i < GROUP; i += L) {
            LittleEndian.touch(bytes, lows + i);
            IntVector four = WORDS
                    ? IntVector.broadcast(INTS, bytes.get(LittleEndian.INT, highs + i))
                            .lanewise(LSHR, TO_LOWEST)
                            .and(255)
                    : ByteVector.fromMemorySegment(BYTES, bytes, highs + i, LITTLE_ENDIAN)
                            .convertShape(ZERO_EXTEND_B2I, INTS, 0)
                            .reinterpretAsInts();
            IntVector high = four.lanewise(LSHR, shift);
            IntVector low = WORDS
                    ? IntVector.broadcast(INTS, bytes.get(LittleEndian.INT, lows + i))
                            .lanewise(LSHR, TO_LOWEST)
                            .and(255)
                    : ByteVector.fromMemorySegment(BYTES, bytes, lows + i, LITTLE_ENDIAN)
                            .convertShape(ZERO_EXTEND_B2I, INTS, 0)
                            .reinterpretAsInts();
            FloatVector lower = high.lanewise(VectorOperators.LSHL, 4)
                    .and(0x30)
                    .or(low.and(15))
                    .or(Wide.BITS_2_23)
                    .reinterpretAsFloats();
            FloatVector upper =
                    high.and(0x30).or(low.lanewise(LSHR, 4)).or(Wide.BITS_2_23).reinterpretAsFloats();
            lower.sub(Wide.F_2_23 + 32).mul(scale).intoArray(out, oo + i);
            upper.sub(Wide.F_2_23 + 32).mul(upperScale).intoArray(out, oo + 64 + i);
        }
    }
}
