package dev.athanor.quant;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.athanor.tensor.DType;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Writing gives ggml's bytes. */
@Tag("kernel")
class BlocksWriteTest {
    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F16", "BF16", "Q8_0", "Q4_0", "Q4_K", "Q6_K"})
    void theBytesAreThoseGgmlWrites(DType type) {
        byte[] expected = GgmlBlocks.bytes(type);
        byte[] found = new byte[expected.length];
        Blocks.encode(type, GgmlBlocks.source(), 0, GgmlBlocks.NUMBERS, MemorySegment.ofArray(found), 0);
        int different = 0;
        int first = -1;
        for (int i = 0; i < expected.length; i++) {
            if (expected[i] != found[i]) {
                different++;
                first = first < 0 ? i : first;
            }
        }
        assertEquals(0, different, type + ": bytes that differ, the first is byte " + first + " of " + expected.length);
    }
}
