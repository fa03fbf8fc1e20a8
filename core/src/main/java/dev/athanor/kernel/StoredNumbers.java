package dev.athanor.kernel;

/**
 * Numbers in 16 and 8 bits, to F32 and back, one by one. What the kernels read in whole registers is defined here.
 *
 * <p>F16 and BF16 round to the nearest number, ties to even; what is too large becomes infinite and NaN stays NaN. A
 * block of Q8_0 is scaled by its number largest in size, as ggml does it; numbers that are not finite make all of their
 * block NaN.
 */
public final class StoredNumbers {
    /** A signed byte's largest number. */
    private static final int MOST = 127;

    private static final short F16_NAN = 0x7e00;
    private static final int BF16_QUIET = 0x0040;

    private StoredNumbers() {}

    static void fromF16(short[] in, int io, float[] out, int oo, int n) {
        for (int i = 0; i < n; i++) {
            out[oo + i] = Float.float16ToFloat(in[io + i]);
        }
    }

    static void fromBf16(short[] in, int io, float[] out, int oo, int n) {
        for (int i = 0; i < n; i++) {
            out[oo + i] = Float.intBitsToFloat(in[io + i] << 16);
        }
    }

    static void fromQ8(byte[] quants, short[] scales, int block, float[] out, int oo, int blocks) {
        for (int b = 0; b < blocks; b++) {
            float scale = Float.float16ToFloat(scales[block + b]);
            for (int i = 0; i < Q8Rows.BLOCK; i++) {
                out[oo + b * Q8Rows.BLOCK + i] = scale * quants[(block + b) * Q8Rows.BLOCK + i];
            }
        }
    }

    /** Writes {@code n} numbers as F16. */
    public static void toF16(float[] in, int io, short[] out, int oo, int n) {
        for (int i = 0; i < n; i++) {
            out[oo + i] = Float.floatToFloat16(in[io + i]);
        }
    }

    /** Writes {@code n} numbers as BF16. */
    public static void toBf16(float[] in, int io, short[] out, int oo, int n) {
        for (int i = 0; i < n; i++) {
            int bits = Float.floatToRawIntBits(in[io + i]);
            int toEven = bits >>> 16 & 1;
            boolean nan = Float.isNaN(in[io + i]);
            out[oo + i] = (short) (nan ? bits >>> 16 | BF16_QUIET : bits + 0x7fff + toEven >>> 16);
        }
    }

    /** Writes {@code blocks} blocks of {@link Q8Rows#BLOCK} numbers, the first as block {@code block}. */
    public static void toQ8(float[] in, int io, byte[] quants, short[] scales, int block, int blocks) {
        for (int b = 0; b < blocks; b++) {
            int from = io + b * Q8Rows.BLOCK;
            float largest = 0f;
            boolean finite = true;
            for (int i = 0; i < Q8Rows.BLOCK; i++) {
                largest = Math.max(largest, Math.abs(in[from + i]));
                finite &= Float.isFinite(in[from + i]);
            }
            float scale = largest / MOST;
            float inverse = scale > Float.MIN_NORMAL ? 1 / scale : 0f;
            scales[block + b] = finite ? Float.floatToFloat16(scale) : F16_NAN;
            for (int i = 0; i < Q8Rows.BLOCK; i++) {
                quants[(block + b) * Q8Rows.BLOCK + i] = (byte) Math.rint(in[from + i] * inverse);
            }
        }
    }
}
