package dev.athanor.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.quant.Blocks;
import dev.athanor.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class StoredNumbersTest {
    private static final long SEED = 1_985;
    private static final int COUNT = 32 * 37;

    private static final Kernels FAST = KernelProvider.choose().kernels();
    private static final Kernels REFERENCE = KernelProvider.scalar().kernels();

    private static float[] numbers() {
        SplittableRandom random = new SplittableRandom(SEED);
        float[] x = new float[COUNT];
        for (int i = 0; i < COUNT; i++) {
            x[i] = (float) (random.nextGaussian() * Math.pow(2, random.nextInt(-30, 12)));
        }
        return x;
    }

    private static float[] stored(DType type, float[] x) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[(int) type.bytes(x.length)]);
        Blocks.encode(type, x, 0, x.length, bytes, 0);
        float[] out = new float[x.length];
        Blocks.decode(type, bytes, 0, x.length, out, 0);
        return out;
    }

    @Test
    void halvesAreTheNearestNumbersAsFilesStoreThem() {
        float[] x = numbers();
        short[] halves = new short[COUNT];
        for (Kernels kernels : new Kernels[] {FAST, REFERENCE}) {
            float[] out = new float[COUNT];
            StoredNumbers.toF16(x, 0, halves, 0, COUNT);
            kernels.fromF16(halves, 0, out, 0, COUNT);
            assertArrayEquals(stored(DType.F16, x), out, kernels.name() + " seed " + SEED);
            StoredNumbers.toBf16(x, 0, halves, 0, COUNT);
            kernels.fromBf16(halves, 0, out, 0, COUNT);
            assertArrayEquals(stored(DType.BF16, x), out, kernels.name() + " seed " + SEED);
        }
    }

    @Test
    void bytesAreTheNearestMultiplesOfTheirBlocksScale() {
        float[] x = numbers();
        byte[] quants = new byte[COUNT];
        short[] scales = new short[COUNT / 32];
        StoredNumbers.toQ8(x, 0, quants, scales, 0, COUNT / 32);
        float[] fast = new float[COUNT];
        float[] reference = new float[COUNT];
        FAST.fromQ8(quants, scales, 0, fast, 0, COUNT / 32);
        REFERENCE.fromQ8(quants, scales, 0, reference, 0, COUNT / 32);
        assertArrayEquals(reference, fast, "seed " + SEED);
        for (int block = 0; block < COUNT / 32; block++) {
            double largest = 0;
            for (int i = 0; i < 32; i++) {
                largest = Math.max(largest, Math.abs(x[32 * block + i]));
            }
            for (int i = 32 * block; i < 32 * block + 32; i++) {
                // Half a step, and 2^-11 of the number for the scale's own rounding.
                double bound = largest / 254 * 1.001 + largest * 0x1p-11 + 0x1p-24 * 127;
                assertTrue(
                        Math.abs(reference[i] - x[i]) <= bound,
                        i + ": " + x[i] + " became " + reference[i] + ", seed " + SEED);
            }
        }
    }

    @Test
    void whatIsNotFiniteStaysVisible() {
        float[] x = new float[32];
        x[7] = Float.NaN;
        byte[] quants = new byte[32];
        short[] scales = new short[1];
        StoredNumbers.toQ8(x, 0, quants, scales, 0, 1);
        FAST.fromQ8(quants, scales, 0, x, 0, 1);
        assertTrue(Float.isNaN(x[7]), "found " + x[7]);
        short[] half = new short[1];
        StoredNumbers.toF16(new float[] {70_000f}, 0, half, 0, 1);
        FAST.fromF16(half, 0, x, 0, 1);
        assertEquals(Float.POSITIVE_INFINITY, x[0]);
    }
}
