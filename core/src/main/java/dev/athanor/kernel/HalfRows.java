package dev.athanor.kernel;

/**
 * Rows of 16-bit numbers, a head's rows one behind the other: number e of head h at row t is {@code data[h * headStride
 * + t * size + e]}.
 *
 * @param brain whether they are BF16, the upper halves of F32; else IEEE 754's F16
 */
public record HalfRows(short[] data, int headStride, boolean brain) implements HeadRows {
    @Override
    public void read(Kernels kernels, int first, int count, int head, int size, float[] out, int oo) {
        int at = head * headStride + first * size;
        if (brain) {
            kernels.fromBf16(data, at, out, oo, count * size);
        } else {
            kernels.fromF16(data, at, out, oo, count * size);
        }
    }
}
