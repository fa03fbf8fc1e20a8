package dev.athanor.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.tensor.DType;
import dev.athanor.tensor.Shape;
import dev.athanor.tensor.Stored;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A vector among others gets the bits it gets alone, in both orders of weights, from arrays and from files. */
@Tag("kernel")
class ManyRowsTest {
    private static final long SEED = 5;

    private static float[] random(SplittableRandom random, int n) {
        float[] x = new float[n];
        for (int i = 0; i < n; i++) {
            x[i] = (float) (random.nextGaussian() * (i % 97 == 0 ? 1e4 : 1));
        }
        return x;
    }

    private static void same(float[] expected, float[] found, String what) {
        for (int i = 0; i < expected.length; i++) {
            assertEquals(
                    Float.floatToRawIntBits(expected[i]),
                    Float.floatToRawIntBits(found[i]),
                    what + " number " + i + ": " + expected[i] + " and " + found[i]);
        }
    }

    @Test
    void companyChangesNoBit() {
        SplittableRandom random = new SplittableRandom(SEED);
        int[][] shapes = {{1, 1}, {3, 17}, {32, 32}, {70, 96}, {129, 130}, {515, 200}, {64, 1100}, {1200, 257}};
        for (int threads = 1; threads <= 2; threads++) {
            try (Compute vector = Compute.create(threads);
                    Compute scalar = Compute.scalar(threads)) {
                for (int[] shape : shapes) {
                    for (int count : new int[] {1, 2, 3, 4, 5, 8, 13, 16}) {
                        compare(random, vector, scalar, shape[0], shape[1], count);
                    }
                }
            }
        }
    }

    private static void compare(SplittableRandom random, Compute vector, Compute scalar, int n, int k, int count) {
        float[] w = random(random, n * k);
        float[] x = random(random, count * k);
        String what = "seed " + SEED + " n=" + n + " k=" + k + " count=" + count;
        float[] alone = new float[count * n];
        float[] many = new float[count * n];
        Stored stored = stored(w, n, k);
        for (int j = 0; j < count; j++) {
            scalar.gemv().outputMajor(n, k, w, 0, x, j * k, alone, j * n);
        }
        for (Compute compute : new Compute[] {vector, scalar}) {
            compute.manyGemv().outputMajor(n, k, w, 0, x, 0, count, many, 0);
            same(alone, many, what + " output-major");
            Arrays.fill(many, 9f);
            compute.manyGemv().outputMajor(stored, x, 0, count, many, 0);
            same(alone, many, what + " output-major, stored");
        }
        Stored turned = stored(w, k, n);
        for (int j = 0; j < count; j++) {
            scalar.gemv().inputMajor(n, k, w, 0, x, j * k, alone, j * n);
        }
        for (Compute compute : new Compute[] {vector, scalar}) {
            compute.manyGemv().inputMajor(n, k, w, 0, x, 0, count, many, 0);
            same(alone, many, what + " input-major");
            compute.manyGemv().inputMajor(turned, x, 0, count, many, 0);
            same(alone, many, what + " input-major, stored");
        }
    }

    private static Stored stored(float[] w, int rows, int columns) {
        MemorySegment bytes = MemorySegment.ofArray(new byte[w.length * Float.BYTES]);
        ValueLayout.OfFloat layout = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < w.length; i++) {
            bytes.set(layout, (long) i * Float.BYTES, w[i]);
        }
        return new Stored(Shape.of(rows, columns), DType.F32, bytes);
    }

    /** One weight for sixteen vectors, over the time of sixteen times one: printed, and never slower. */
    @Test
    void sixteenTogetherAreFasterThanOneByOne() {
        int n = 3072;
        int k = 768;
        SplittableRandom random = new SplittableRandom(SEED);
        float[] w = random(random, 8 * n * k);
        float[] x = random(random, 16 * k);
        float[] y = new float[16 * n];
        try (Compute compute = Compute.create(2)) {
            double best = 0;
            for (int round = 0; round < 30; round++) {
                int wo = round % 8 * n * k;
                long a = System.nanoTime();
                for (int j = 0; j < 16; j++) {
                    compute.gemv().outputMajor(n, k, w, wo, x, j * k, y, j * n);
                }
                long b = System.nanoTime();
                compute.manyGemv().outputMajor(n, k, w, wo, x, 0, 16, y, 0);
                long c = System.nanoTime();
                best = Math.max(best, (double) (b - a) / (c - b));
            }
            System.out.printf("16 vectors together: %.1f times as fast as one by one%n", best);
            assertTrue(best > 1, "together " + best + " times as fast");
        }
    }
}
