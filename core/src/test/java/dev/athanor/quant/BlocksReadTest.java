package dev.athanor.quant;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.athanor.tensor.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Reading gives ggml's floats, bit by bit, wherever a span begins and ends, with vectors and without. */
@Tag("kernel")
class BlocksReadTest {
    private static final float UNTOUCHED = 77f;

    static List<DType> types() {
        return GgmlBlocks.TYPES;
    }

    private static boolean[] ways() {
        return VectorChoice.modulePresent() ? new boolean[] {false, true} : new boolean[] {false};
    }

    private static void assertSameBits(String what, float expected, float found) {
        if (Float.floatToRawIntBits(expected) != Float.floatToRawIntBits(found)) {
            assertEquals(
                    Integer.toHexString(Float.floatToRawIntBits(expected)) + " (" + expected + ")",
                    Integer.toHexString(Float.floatToRawIntBits(found)) + " (" + found + ")",
                    what);
        }
    }

    @ParameterizedTest
    @MethodSource("types")
    void everyTypeReadsAsGgmlReadsIt(DType type) {
        float[] expected = GgmlBlocks.floats(type);
        MemorySegment bytes = MemorySegment.ofArray(GgmlBlocks.bytes(type));
        for (boolean vectors : ways()) {
            float[] found = new float[expected.length];
            Blocks.decode(vectors, type, bytes, 0, found.length, found, 0);
            for (int i = 0; i < expected.length; i++) {
                assertSameBits(type + ", vectors " + vectors + ", number " + i, expected[i], found[i]);
            }
        }
    }

    /** All beginnings in a block and a register, and all lengths around the ends of registers and blocks. */
    @ParameterizedTest
    @MethodSource("types")
    void aSpanIsThatPartOfTheWholeAndNothingAroundItIsWritten(DType type) {
        float[] whole = GgmlBlocks.floats(type);
        MemorySegment bytes = MemorySegment.ofArray(GgmlBlocks.bytes(type));
        int block = Math.max(type.blockElements(), 32);
        int[] counts = {
            0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, block - 1, block, block + 1, 2 * block + 3, 3 * block
        };
        float[] out = new float[3 * block + 8];
        for (boolean vectors : ways()) {
            for (int first = 0; first <= block + 16; first++) {
                for (int count : counts) {
                    Arrays.fill(out, UNTOUCHED);
                    int oo = first % 5;
                    Blocks.decode(vectors, type, bytes, first, count, out, oo);
                    for (int i = 0; i < out.length; i++) {
                        boolean inside = i >= oo && i < oo + count;
                        String what =
                                type + ", vectors " + vectors + ", first " + first + ", count " + count + ", " + i;
                        assertSameBits(what, inside ? whole[first + i - oo] : UNTOUCHED, out[i]);
                    }
                }
            }
        }
    }

    /** Bytes no writer would choose, in native memory, at every alignment. */
    @ParameterizedTest
    @MethodSource("types")
    void anyBytesReadTheSameWithVectorsAndWithoutAtEveryAddress(DType type) {
        long seed = 20261;
        Random random = new Random(seed);
        int count = 5 * Math.max(type.blockElements(), 32);
        long size = type.bytes(count);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment room = arena.allocate(size + 16, 16);
            for (int shift = 0; shift < 16; shift++) {
                MemorySegment bytes = room.asSlice(shift, size);
                for (long i = 0; i < size; i++) {
                    LittleEndian.putByte(bytes, i, random.nextInt(256));
                }
                if (type.quantised()) {
                    tameScales(type, bytes);
                }
                float[] plain = new float[count];
                Blocks.decode(false, type, bytes, 0, count, plain, 0);
                float[] chosen = new float[count];
                Blocks.decode(type, bytes, 0, count, chosen, 0);
                for (int i = 0; i < count; i++) {
                    assertSameBits(
                            "seed " + seed + ", " + type + ", shift " + shift + ", number " + i, plain[i], chosen[i]);
                }
            }
        }
    }

    /** Scales that are infinite or NaN give NaN, and of two NaN's payloads no order of operations is promised. */
    private static void tameScales(DType type, MemorySegment bytes) {
        int[] scales = switch (type) {
            case Q4_1, Q5_1, Q4_K, Q5_K -> new int[] {0, 2};
            case Q2_K -> new int[] {80, 82};
            case Q3_K -> new int[] {108};
            case Q6_K -> new int[] {208};
            default -> new int[] {0};
        };
        for (long at = 0; at < bytes.byteSize(); at += type.blockBytes()) {
            for (int scale : scales) { // without the exponent's highest bit
                LittleEndian.putByte(bytes, at + scale + 1, LittleEndian.unsigned(bytes, at + scale + 1) & 0xbf);
            }
        }
    }

    /** The value by its definition: (-1)^sign · fraction · 2^exponent. */
    private static double defined(int bits, int exponentBits, int fractionBits) {
        int bias = (1 << exponentBits - 1) - 1;
        int exponent = bits >> fractionBits & (1 << exponentBits) - 1;
        int fraction = bits & (1 << fractionBits) - 1;
        double sign = bits >> 15 == 0 ? 1 : -1;
        if (exponent == (1 << exponentBits) - 1) {
            return fraction == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN;
        }
        int whole = exponent == 0 ? fraction : fraction | 1 << fractionBits;
        return sign * Math.scalb((double) whole, Math.max(exponent, 1) - bias - fractionBits);
    }

    private static MemorySegment allOf16Bits() {
        MemorySegment all = MemorySegment.ofArray(new byte[2 << 16]);
        for (int bits = 0; bits < 1 << 16; bits++) {
            all.set(LittleEndian.SHORT, 2L * bits, (short) bits);
        }
        return all;
    }

    @Test
    void everyF16IsTheNumberItsBitsDefine() {
        for (boolean vectors : ways()) {
            float[] found = new float[1 << 16];
            Blocks.decode(vectors, DType.F16, allOf16Bits(), 0, found.length, found, 0);
            for (int bits = 0; bits < found.length; bits++) {
                float expected = (float) defined(bits, 5, 10);
                if (Float.isNaN(expected)) { // sign and payload stay, and it is quiet
                    expected = Float.intBitsToFloat((bits & 0x8000) << 16 | 0x7fc00000 | (bits & 0x3ff) << 13);
                }
                assertSameBits("vectors " + vectors + ", " + Integer.toHexString(bits), expected, found[bits]);
            }
        }
    }

    @Test
    void everyBf16IsTheNumberItsBitsDefine() {
        for (boolean vectors : ways()) {
            float[] found = new float[1 << 16];
            Blocks.decode(vectors, DType.BF16, allOf16Bits(), 0, found.length, found, 0);
            for (int bits = 0; bits < found.length; bits++) {
                float expected = (float) defined(bits, 8, 7);
                if (Float.isNaN(expected)) {
                    expected = Float.intBitsToFloat(bits << 16);
                }
                assertSameBits("vectors " + vectors + ", " + Integer.toHexString(bits), expected, found[bits]);
            }
        }
    }

    @Test
    void f32AndF64ReadAsTheyAre() {
        float[] floats = {1f, -0f, Float.MIN_VALUE, Float.NEGATIVE_INFINITY, 3.25f};
        double[] doubles = {1, -0.0, 1e300, -1e-300, 0.1};
        float[] rounded = {1f, -0f, Float.POSITIVE_INFINITY, -0f, 0.1f};
        MemorySegment four = MemorySegment.ofArray(new byte[4 * floats.length]);
        MemorySegment eight = MemorySegment.ofArray(new byte[8 * doubles.length]);
        for (int i = 0; i < floats.length; i++) {
            four.set(LittleEndian.FLOAT, 4L * i, floats[i]);
            eight.set(LittleEndian.DOUBLE, 8L * i, doubles[i]);
        }
        float[] found = new float[4];
        Blocks.decode(DType.F32, four, 1, 4, found, 0);
        float[] foundRounded = new float[4];
        Blocks.decode(DType.F64, eight, 1, 4, foundRounded, 0);
        for (int i = 0; i < 4; i++) {
            assertSameBits("F32 " + i, floats[i + 1], found[i]);
            assertSameBits("F64 " + i, rounded[i + 1], foundRounded[i]);
        }
    }
}
