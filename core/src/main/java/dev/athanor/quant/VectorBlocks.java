package dev.athanor.quant;

import dev.athanor.tensor.DType;
import java.lang.foreign.MemorySegment;

/** The types that are read with vectors. */
final class VectorBlocks {
    private VectorBlocks() {}

    static boolean reads(DType type) {
        return switch (type) {
            case F16, BF16, Q8_0, Q4_0, Q4_K, Q5_K, Q6_K -> true;
            default -> false;
        };
    }

    /** Reads {@code blocks} whole blocks of a type of {@link #reads} from byte {@code at} on. */
    static void decode(DType type, MemorySegment bytes, long at, int blocks, float[] out, int oo) {
        switch (type) {
            case F16 -> VectorHalves.decodeF16(bytes, at, blocks, out, oo);
            case BF16 -> VectorHalves.decodeBf16(bytes, at, blocks, out, oo);
            case Q8_0 -> VectorBlocks32.decodeQ80(bytes, at, blocks, out, oo);
            case Q4_0 -> VectorBlocks32.decodeQ40(bytes, at, blocks, out, oo);
            case Q4_K -> VectorQ4K.decode(bytes, at, blocks, out, oo);
            case Q5_K -> VectorQ5K.decode(bytes, at, blocks, out, oo);
            case Q6_K -> VectorQ6K.decode(bytes, at, blocks, out, oo);
            default -> throw Spans.unreadable(type);
        }
    }
}
