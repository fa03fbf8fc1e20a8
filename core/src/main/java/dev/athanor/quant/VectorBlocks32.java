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

/** {@link Q8Blocks} and {@link Q4Blocks} with Q4_0, whole blocks, a register at a time. */
final class VectorBlocks32 {
    private static final int SIZE = 32;

    private VectorBlocks32() {}

    static void decodeQ80(MemorySegment bytes, long at, int blocks, float[] out, int oo) {
        for (int b = 0; b < blocks; b++) {
            blockQ80(bytes, at + (long) b * DType.Q8_0.blockBytes(), out, oo + b * SIZE);
        }
    }

    private static void blockQ80(MemorySegment bytes, long at, float[] out, int oo) {
        float d = LittleEndian.half(bytes, at);
        for (int i = 0; i < SIZE; i += L) {
            LittleEndian.touch(bytes, at + 2 + i);
            IntVector bits = WORDS
                    ? IntVector.broadcast(INTS, bytes.get(LittleEndian.INT, at + 2 + i))
                            .lanewise(LSHR, TO_LOWEST)
                            .and(255)
                    : ByteVector.fromMemorySegment(BYTES, bytes, at + 2 + i, LITTLE_ENDIAN)
                            .convertShape(ZERO_EXTEND_B2I, INTS, 0)
                            .reinterpretAsInts();
            FloatVector q = bits.lanewise(VectorOperators.XOR, Wide.BITS_2_23 | 128) // 128 + the signed byte
                    .reinterpretAsFloats()
                    .sub(Wide.F_2_23 + 128);
            q.mul(d).intoArray(out, oo + i);
        }
    }

    static void decodeQ40(MemorySegment bytes, long at, int blocks, float[] out, int oo) {
        for (int b = 0; b < blocks; b++) {
            blockQ40(bytes, at + (long) b * DType.Q4_0.blockBytes(), out, oo + b * SIZE);
        }
    }

    private static void blockQ40(MemorySegment bytes, long at, float[] out, int oo) {
        float d = LittleEndian.half(bytes, at);
        for (int i = 0; i < SIZE / 2; i += L) {
            LittleEndian.touch(bytes, at + 2 + i);
            IntVector pair = WORDS
                    ? IntVector.broadcast(INTS, bytes.get(LittleEndian.INT, at + 2 + i))
                            .lanewise(LSHR, TO_LOWEST)
                            .and(255)
                    : ByteVector.fromMemorySegment(BYTES, bytes, at + 2 + i, LITTLE_ENDIAN)
                            .convertShape(ZERO_EXTEND_B2I, INTS, 0)
                            .reinterpretAsInts();
            FloatVector lower = pair.and(15).or(Wide.BITS_2_23).reinterpretAsFloats();
            FloatVector upper = pair.lanewise(LSHR, 4).or(Wide.BITS_2_23).reinterpretAsFloats();
            lower.sub(Wide.F_2_23 + 8).mul(d).intoArray(out, oo + i);
            upper.sub(Wide.F_2_23 + 8).mul(d).intoArray(out, oo + SIZE / 2 + i);
        }
    }
}
