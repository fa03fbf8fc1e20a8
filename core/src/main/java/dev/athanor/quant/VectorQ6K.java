package dev.athanor.quant;

import static dev.athanor.quant.Wide.L;
import static dev.athanor.quant.Wide.PARTS;
import static dev.athanor.quant.Wide.STEP;

import dev.athanor.tensor.DType;
import java.lang.foreign.MemorySegment;
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
            int o = oo + b * DType.Q6_K.blockElements();
            float d = LittleEndian.half(bytes, block + Q6KBlocks.SCALE);
            // a quarter is 16 numbers of each of the four rows of 32 that share the high bits' bytes
            for (int half = 0; half < 2; half++) {
                for (int k = 0; k < 32; k += GROUP) {
                    quarter(bytes, block, half, k, d, out, o + half * 128 + k);
                }
            }
        }
    }

    private static void quarter(MemorySegment bytes, long block, int half, int k, float d, float[] out, int oo) {
        long lows = block + half * 64 + k;
        long highs = block + Q6KBlocks.HIGH + half * 32 + k;
        long scales = block + Q6KBlocks.SCALES + half * 8 + k / GROUP;
        float s0 = d * LittleEndian.signed(bytes, scales);
        float s1 = d * LittleEndian.signed(bytes, scales + 2);
        float s2 = d * LittleEndian.signed(bytes, scales + 4);
        float s3 = d * LittleEndian.signed(bytes, scales + 6);
        for (int i = 0; i < GROUP; i += STEP) {
            for (int p = 0; p < PARTS; p++) {
                IntVector a = Wide.unsigned(bytes, lows + i, p);
                IntVector b = Wide.unsigned(bytes, lows + 32 + i, p);
                IntVector h = Wide.unsigned(bytes, highs + i, p);
                int o = oo + i + p * L;
                scaled(a.and(15), h.lanewise(VectorOperators.LSHL, 4), s0).intoArray(out, o);
                scaled(b.and(15), h.lanewise(VectorOperators.LSHL, 2), s1).intoArray(out, o + 32);
                scaled(a.lanewise(VectorOperators.LSHR, 4), h, s2).intoArray(out, o + 64);
                scaled(b.lanewise(VectorOperators.LSHR, 4), h.lanewise(VectorOperators.LSHR, 2), s3)
                        .intoArray(out, o + 96);
            }
        }
    }

    /** The two bits of {@code high} that are wanted are its bits 4 and 5. */
    private static FloatVector scaled(IntVector low, IntVector high, float scale) {
        return Wide.broadcast(scale)
                .mul(Wide.floats(Wide.broadcast(0x30).and(high).or(low).sub(32)));
    }
}
