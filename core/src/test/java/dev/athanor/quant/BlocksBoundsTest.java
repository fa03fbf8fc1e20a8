package dev.athanor.quant;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.athanor.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot be read or written is refused in a sentence, before anything is touched. */
class BlocksBoundsTest {
    private static final MemorySegment TWO_BLOCKS = MemorySegment.ofArray(new byte[2 * 144]);

    private static void refused(String sentence, Executable call) {
        assertEquals(
                sentence, assertThrows(IllegalArgumentException.class, call).getMessage());
    }

    private static void readRefused(long first, int count, int length, int oo, String sentence) {
        float[] out = new float[length];
        refused(sentence, () -> Blocks.decode(DType.Q4_K, TWO_BLOCKS, first, count, out, oo));
        assertArrayEquals(new float[length], out);
    }

    @Test
    void aSpanBeyondTheBytesIsRefused() {
        String expected = "Q4_K: expected a span within the 512 numbers of 288 bytes, found ";
        readRefused(0, 513, 600, 0, expected + "513 from number 0");
        readRefused(512, 1, 600, 0, expected + "1 from number 512");
        readRefused(-1, 1, 600, 0, expected + "1 from number -1");
        readRefused(0, -1, 600, 0, expected + "-1 from number 0");
        readRefused(Long.MAX_VALUE, 2, 600, 0, expected + "2 from number 9223372036854775807");
    }

    @Test
    void aSpanBeyondTheArrayIsRefused() {
        String expected = "Q4_K: expected a span within an array of 100 numbers, found ";
        readRefused(0, 101, 100, 0, expected + "101 from number 0");
        readRefused(0, 100, 100, 1, expected + "100 from number 1");
        readRefused(0, 1, 100, -1, expected + "1 from number -1");
        readRefused(0, 1, 100, Integer.MAX_VALUE, expected + "1 from number 2147483647");
    }

    @Test
    void anEmptySpanReadsNothing() {
        float[] none = {};
        Blocks.decode(DType.Q4_K, TWO_BLOCKS, 512, 0, none, 0);
        Blocks.decode(DType.F16, MemorySegment.ofArray(new byte[0]), 0, 0, none, 0);
        assertEquals(0, none.length);
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"I64", "I32", "I16", "I8", "U8", "BOOL"})
    void bytesCutShortAnywhereAreRefused(DType type) {
        float[] out = new float[1];
        for (int length = type.blockBytes() + 1; length < 2 * type.blockBytes(); length++) {
            MemorySegment cut = MemorySegment.ofArray(new byte[length]);
            refused(
                    type + ": expected whole blocks of " + type.blockBytes() + " bytes, found " + length
                            + " bytes; is the data complete?",
                    () -> Blocks.decode(type, cut, 0, 1, out, 0));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"I64", "I32", "I16", "I8", "U8", "BOOL"})
    void wholeNumbersAreNotReadAsWeights(DType type) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[8]);
        refused(
                type + ": expected a floating-point or quantised type to read as F32, found " + type,
                () -> Blocks.decode(type, bytes, 0, 1, new float[1], 0));
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_K", "Q6_K"})
    void typesThatAreOnlyReadAreNotWritten(DType type) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[4096]);
        refused(
                type + ": expected a type numbers can be written as (F32, F16, BF16, Q8_0, Q4_0, Q4_K or Q6_K), found "
                        + type,
                () -> Blocks.encode(type, new float[256], 0, 256, bytes, 0));
    }

    private static void writeRefused(int io, int count, long offset, String sentence) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[100]);
        refused(sentence, () -> Blocks.encode(DType.Q8_0, new float[128], io, count, bytes, offset));
    }

    @Test
    void writingBeyondTheArrayTheBytesOrTheBlockIsRefused() {
        writeRefused(0, 31, 0, "Q8_0: expected whole blocks of 32 numbers to write, found 31");
        writeRefused(97, 32, 0, "Q8_0: expected a span within an array of 128 numbers, found 32 from number 97");
        writeRefused(0, 96, 0, "Q8_0: expected room for 102 bytes, found 100 bytes to be written from byte 0");
        writeRefused(0, 64, 33, "Q8_0: expected room for 68 bytes, found 100 bytes to be written from byte 33");
        writeRefused(0, 32, -1, "Q8_0: expected room for 34 bytes, found 100 bytes to be written from byte -1");
        MemorySegment readOnly = MemorySegment.ofArray(new byte[34]).asReadOnly();
        refused(
                "Q8_0: expected bytes that can be written, found read-only ones",
                () -> Blocks.encode(DType.Q8_0, new float[32], 0, 32, readOnly, 0));
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 1e30f, -1e30f})
    void whatAScaleCannotHoldIsRefusedAndNothingIsWritten(float wrong) {
        float[] in = new float[1024];
        Arrays.fill(in, 0.5f);
        in[700] = wrong;
        for (DType type : new DType[] {DType.Q8_0, DType.Q4_0, DType.Q4_K, DType.Q6_K}) {
            byte[] out = new byte[(int) type.bytes(1024)];
            String found = assertThrows(
                            IllegalArgumentException.class,
                            () -> Blocks.encode(type, in, 0, 1024, MemorySegment.ofArray(out), 0))
                    .getMessage();
            assertEquals(
                    type + ": expected finite numbers up to X in size, found " + wrong
                            + " at number 700; store the tensor as BF16 or F32",
                    String.valueOf(found).replaceAll("up to \\S+ in", "up to X in"));
            assertArrayEquals(new byte[out.length], out);
        }
    }
}
