package dev.athanor.quant;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.athanor.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Reading gives ggml's floats, bit by bit, wherever a span begins and ends. */
@Tag("kernel")
class BlocksReadTest {
    static List<DType> types() {
        return GgmlBlocks.TYPES;
    }

    @ParameterizedTest
    @MethodSource("types")
    void everyTypeReadsAsGgmlReadsIt(DType type) {
        float[] expected = GgmlBlocks.floats(type);
        float[] found = new float[expected.length];
        Blocks.decode(type, MemorySegment.ofArray(GgmlBlocks.bytes(type)), 0, found.length, found, 0);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(
                    Float.floatToRawIntBits(expected[i]),
                    Float.floatToRawIntBits(found[i]),
                    type + " number " + i + ": expected " + expected[i] + ", found " + found[i]);
        }
    }
}
