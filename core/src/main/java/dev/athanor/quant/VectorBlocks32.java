package dev.athanor.quant;

import static dev.athanor.quant.Wide.L;

import dev.athanor.tensor.DType;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** {@link Q8Blocks} and {@link Q4Blocks} with Q4_0, whole blocks, a register at a time. */
final class VectorBlocks32 {
    private static final int SIZE = 32;

    private VectorBlocks32() {}

    static void decodeQ80(MemorySegment bytes, long at, int blocks, float[] out, int oo) {
        long block = at;
        int o = oo;
        for (int b = 0; b < blocks; b++) {
            float d = LittleEndian.half(bytes, block);
            for (int i = 0; i < SIZE; i += L) {
                Wide.broadcast(d)
                        .mul(Wide.floats(Wide.signed(bytes, block + 2 + i)))
                        .intoArray(out, o + i);
            }
            block += DType.Q8_0.blockBytes();
            o += SIZE;
        }
    }

    static void decodeQ40(MemorySegment bytes, long at, int blocks, float[] out, int oo) {
        long block = at;
        int o = oo;
        for (int b = 0; b < blocks; b++) {
            float d = LittleEndian.half(bytes, block);
            for (int i = 0; i < SIZE / 2; i += L) {
                IntVector pair = Wide.unsigned(bytes, block + 2 + i);
                scaled(pair.and(15), d).intoArray(out, o + i);
                scaled(pair.lanewise(VectorOperators.LSHR, 4), d).intoArray(out, o + SIZE / 2 + i);
            }
            block += DType.Q4_0.blockBytes();
            o += SIZE;
        }
    }

    private static FloatVector scaled(IntVector q, float d) {
        return Wide.broadcast(d).mul(Wide.floats(Wide.broadcast(-8).add(q)));
    }
}
