package dev.athanor.quant;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.athanor.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Writing gives ggml's bytes, whichever way the numbers are handed over, and rounds to the nearest number. */
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
        assertArrayEquals(expected, found);
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_K", "Q6_K"})
    void aBlockIsTheSameBytesAloneAndAmongOthersAndNothingAroundItIsWritten(DType type) {
        float[] source = GgmlBlocks.source();
        byte[] together = new byte[(int) type.bytes(source.length)];
        Blocks.encode(type, source, 0, source.length, MemorySegment.ofArray(together), 0);
        int block = type.blockElements();
        int bytes = type.blockBytes();
        for (int b = 0; b < source.length / block; b++) {
            float[] shifted = new float[block + 7];
            System.arraycopy(source, b * block, shifted, b % 7, block);
            byte[] alone = new byte[bytes + 2];
            Arrays.fill(alone, (byte) 77);
            Blocks.encode(type, shifted, b % 7, block, MemorySegment.ofArray(alone), 1);
            byte[] expected = new byte[bytes + 2];
            expected[0] = 77;
            expected[bytes + 1] = 77;
            System.arraycopy(together, b * bytes, expected, 1, bytes);
            assertArrayEquals(expected, alone, type + " block " + b);
        }
    }

    private static int written(DType type, float x) {
        MemorySegment out = MemorySegment.ofArray(new byte[2]);
        Blocks.encode(type, new float[] {x}, 0, 1, out, 0);
        return out.get(LittleEndian.SHORT, 0) & 0xffff;
    }

    private static float read(DType type, int bits) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[2]);
        bytes.set(LittleEndian.SHORT, 0, (short) bits);
        float[] out = new float[1];
        Blocks.decode(type, bytes, 0, 1, out, 0);
        return out[0];
    }

    private static void assertWritten(DType type, int expected, float x) {
        if (written(type, x) != expected) {
            assertEquals(Integer.toHexString(expected), Integer.toHexString(written(type, x)), type + " of " + x);
        }
    }

    /** Every number is itself; what lies between two goes to the nearer, from the middle to the even one. */
    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F16", "BF16"})
    void sixteenBitsAreTheNearestNumberAndTheEvenOneOfTwoAsNear(DType type) {
        int infinity = type == DType.F16 ? 0x7c00 : 0x7f80;
        for (int sign = 0; sign <= 0x8000; sign += 0x8000) {
            for (int bits = 0; bits < infinity; bits++) {
                float here = read(type, sign | bits);
                // one step beyond the largest is where infinity stands for rounding
                double next = bits + 1 < infinity
                        ? read(type, sign | bits + 1)
                        : here + ((double) here - read(type, sign | bits - 1));
                float middle = (float) ((here + next) / 2); // exact: one bit more than the format has
                assertWritten(type, sign | bits, here);
                assertWritten(type, sign | bits + (bits & 1), middle);
                assertWritten(type, sign | bits, towardsZero(middle));
                assertWritten(type, sign | bits + 1, awayFromZero(middle));
            }
        }
    }

    private static float towardsZero(float x) {
        return Float.intBitsToFloat(Float.floatToRawIntBits(x) - 1);
    }

    private static float awayFromZero(float x) {
        return Float.intBitsToFloat(Float.floatToRawIntBits(x) + 1);
    }

    @Test
    void whatIsTooLargeForSixteenBitsIsInfiniteAndNanStaysNanAndIsQuiet() {
        assertWritten(DType.F16, 0x7c00, 1e30f);
        assertWritten(DType.F16, 0xfc00, Float.NEGATIVE_INFINITY);
        assertWritten(DType.BF16, 0x7f80, Float.MAX_VALUE);
        assertWritten(DType.BF16, 0xff80, Float.NEGATIVE_INFINITY);
        assertWritten(DType.F16, 0x0000, Float.MIN_VALUE);
        assertWritten(DType.F16, 0x8000, -Float.MIN_VALUE);
        assertWritten(DType.F16, 0x7e00, Float.NaN);
        assertWritten(DType.BF16, 0x7fc0, Float.NaN);
        // signalling, with a payload in the lowest bits only: cut off without the quiet bit it would be infinite
        float signalling = Float.intBitsToFloat(0xff800001);
        assertWritten(DType.F16, 0xfe00, signalling);
        assertWritten(DType.BF16, 0xffc0, signalling);
    }
}
