package dev.athanor.quant;

import java.lang.foreign.MemorySegment;

/**
 * Numbers of 16 bits that stand on their own.
 *
 * <pre>
 *        15   14 … 10    9 … 0
 * F16   sign  exponent  fraction     IEEE 754 binary16: bias 15, largest 65504, smallest 2^-24
 *        15   14 … 7     6 … 0
 * BF16  sign  exponent  fraction     the upper half of an F32
 * </pre>
 *
 * <p>Both are rounded to the nearest number, ties to even; what is too large becomes infinite; NaN stays NaN, is made
 * quiet, and keeps its sign and the upper bits of its payload.
 */
final class Halves {
    private static final int F16_INFINITY = 0x7c00;
    private static final int F16_QUIET = 0x0200;
    private static final int BF16_QUIET = 0x0040;
    private static final int F32_QUIET_NAN = 0x7fc00000;

    private Halves() {}

    static float fromF16(short bits) {
        if ((bits & 0x7fff) > F16_INFINITY) { // the JDK's conversion does not promise what becomes of a signalling NaN
            return Float.intBitsToFloat((bits & 0x8000) << 16 | F32_QUIET_NAN | (bits & 0x3ff) << 13);
        }
        return Float.float16ToFloat(bits);
    }

    static short toF16(float x) {
        if (Float.isNaN(x)) {
            int bits = Float.floatToRawIntBits(x);
            return (short) (bits >>> 16 & 0x8000 | F16_INFINITY | F16_QUIET | bits >>> 13 & 0x3ff);
        }
        return Float.floatToFloat16(x);
    }

    static float fromBf16(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    static short toBf16(float x) {
        int bits = Float.floatToRawIntBits(x);
        if (Float.isNaN(x)) {
            return (short) (bits >>> 16 | BF16_QUIET);
        }
        int toEven = bits >>> 16 & 1;
        return (short) (bits + 0x7fff + toEven >>> 16);
    }

    static void decodeF16(MemorySegment bytes, long at, int count, float[] out, int oo) {
        for (int i = 0; i < count; i++) {
            out[oo + i] = fromF16(bytes.get(LittleEndian.SHORT, at + 2L * i));
        }
    }

    static void decodeBf16(MemorySegment bytes, long at, int count, float[] out, int oo) {
        for (int i = 0; i < count; i++) {
            out[oo + i] = fromBf16(bytes.get(LittleEndian.SHORT, at + 2L * i));
        }
    }

    static void encodeF16(float[] in, int io, int count, MemorySegment out, long at) {
        for (int i = 0; i < count; i++) {
            out.set(LittleEndian.SHORT, at + 2L * i, toF16(in[io + i]));
        }
    }

    static void encodeBf16(float[] in, int io, int count, MemorySegment out, long at) {
        for (int i = 0; i < count; i++) {
            out.set(LittleEndian.SHORT, at + 2L * i, toBf16(in[io + i]));
        }
    }
}
