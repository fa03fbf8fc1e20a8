package dev.athanor.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.quant.Blocks;
import dev.athanor.quant.Interleaved;
import dev.athanor.quant.InterleavedNumbers;
import dev.athanor.tensor.DType;
import dev.athanor.tensor.Shape;
import dev.athanor.tensor.Stored;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Quantised matrices times one vector and several: near what the read numbers give, and the same bits everywhere. */
@Tag("kernel")
class InterleavedTest {
    private static final long SEED = 21;
    private static final DType[] TYPES = {DType.Q4_0, DType.Q4_K, DType.Q5_K, DType.Q8_0, DType.Q6_K};
    private static final int[][] SHAPES = {{16, 256}, {1, 256}, {40, 512}, {129, 768}, {64, 2048}};

    /** For types whose rows need not be whole blocks of 256. */
    private static final int[][] NARROW = {{16, 32}, {33, 96}, {20, 288}};

    @Test
    void productsAreThoseOfTheReadNumbersAndTheSameBitsEverywhere() {
        SplittableRandom random = new SplittableRandom(SEED);
        try (Compute vector = Compute.create(2);
                Compute scalar = Compute.scalar(1);
                Arena arena = Arena.ofShared()) {
            for (DType type : TYPES) {
                for (int[] shape : shapes(type)) {
                    Stored w = stored(random, arena, type, shape[0], shape[1], false);
                    for (int round = 0; round < 20; round++) { // so that compiled code is compared too
                        compare(random, vector, scalar, w, round % 7 + 1);
                    }
                }
            }
        }
    }

    private static List<int[]> shapes(DType type) {
        List<int[]> shapes = new ArrayList<>(List.of(SHAPES));
        if (type.blockElements() == 32) {
            shapes.addAll(List.of(NARROW));
        }
        return shapes;
    }

    private static void compare(SplittableRandom random, Compute vector, Compute scalar, Stored w, int count) {
        int n = w.shape().rows();
        int k = w.shape().dim(-1);
        String what = "seed " + SEED + " " + w.type() + " " + w.shape() + " ";
        float[] x = new float[count * k];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (random.nextGaussian() * (i % 97 == 0 ? 100 : 1));
        }
        float[] alone = new float[count * n];
        float[] reference = new float[count * n];
        float[] many = new float[count * n];
        for (int j = 0; j < count; j++) {
            vector.gemv().outputMajor(w, x, j * k, alone, j * n);
            scalar.gemv().outputMajor(w, x, j * k, reference, j * n);
        }
        vector.manyGemv().outputMajor(w, x, 0, count, many, 0);
        float[] row = new float[k];
        for (int j = 0; j < count; j++) {
            for (int i = 0; i < n; i++) {
                int at = j * n + i;
                Blocks.decode(w.type(), w.bytes(), (long) i * k, k, row, 0);
                double expected = 0;
                double size = 0;
                double rounding = 0;
                for (int c = 0; c < k; c++) {
                    expected += (double) row[c] * x[j * k + c];
                    size += largest(w.type(), row[c]) * Math.abs(x[j * k + c]);
                    rounding += Math.abs(row[c]) * halfStep(x, j * k + c / 32 * 32);
                }
                // Whole numbers are added up exactly. Each of at most two additions for each of k / 16 groups rounds by
                // 2^-24 of what is added up, and so do at most four products on the way of a group's sum.
                double bound = (k / 8.0 + 4) * 0x1p-24 * size + rounding;
                assertTrue(
                        Math.abs(expected - alone[at]) <= bound,
                        what + "row " + i + ": expected " + expected + " within " + bound + ", found " + alone[at]);
                same(reference[at], alone[at], what + "scalar and vector, row " + i);
                same(alone[at], many[at], what + "alone and among " + count + ", row " + i);
            }
        }
    }

    /** How far x is from what is multiplied in its place: half a 127th of the largest of 32, a little more in F32. */
    private static double halfStep(float[] x, int from) {
        float largest = 0f;
        for (int i = from; i < from + 32; i++) {
            largest = Math.max(largest, Math.abs(x[i]));
        }
        return largest / 127 / 2 * (1 + 256 * 0x1p-23);
    }

    /** A bound of the scaled numbers that are added up, of the test's blocks, whatever came out as a number. */
    private static double largest(DType type, float number) {
        return switch (type) {
            case Q4_0 -> (15 + 8) * SCALE;
            case Q8_0 -> 128 * SCALE;
            case Q6_K -> 128 * 32 * SCALE;
            case Q5_K -> 63 * 31 * SCALE + 63 * SCALE + Math.abs(number);
            default -> 63 * 15 * SCALE + 63 * SCALE + Math.abs(number);
        };
    }

    private static final float SCALE = 0.01f;

    private static void same(float expected, float found, String what) {
        assertEquals(
                Float.floatToRawIntBits(expected),
                Float.floatToRawIntBits(found),
                what + ": " + expected + " and " + found);
    }

    private static Stored stored(
            SplittableRandom random, Arena arena, DType type, int rows, int columns, boolean infinite) {
        MemorySegment bytes = arena.allocate(type.bytes((long) rows * columns));
        for (long i = 0; i < bytes.byteSize(); i++) {
            bytes.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt());
        }
        for (long block = 0; block < bytes.byteSize(); block += type.blockBytes()) {
            half(
                    bytes,
                    block + (type == DType.Q6_K ? 208 : 0),
                    (random.nextInt(8) == 0 ? 1e-6f : SCALE) * (random.nextFloat() * 2 - 1));
            if (type == DType.Q4_K || type == DType.Q5_K) {
                half(bytes, block + 2, SCALE * random.nextFloat());
            }
        }
        if (infinite) {
            half(bytes, type.blockBytes(), Float.POSITIVE_INFINITY);
        }
        return new Stored(Shape.of(rows, columns), type, bytes);
    }

    private static void half(MemorySegment bytes, long at, float x) {
        bytes.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, Float.floatToFloat16(x));
    }

    @Test
    void panelsReadFromTheLayoutHaveTheBitsOfTheFile() {
        SplittableRandom random = new SplittableRandom(SEED);
        try (Arena arena = Arena.ofShared()) {
            for (DType type : TYPES) {
                for (int[] shape : SHAPES) {
                    Stored w = stored(random, arena, type, shape[0], shape[1], false);
                    for (int round = 0; round < 20; round++) { // so that compiled code is compared too
                        panels(w, 256 * random.nextInt(shape[1] / 256), random.nextInt(17));
                    }
                }
            }
        }
    }

    private static void panels(Stored w, int from, int more) {
        int n = w.shape().rows();
        int k = w.shape().dim(-1);
        int width = Interleaved.ROWS + more;
        Interleaved rows = Interleaved.room(w.type(), n, k);
        float[] panel = new float[3 + 256 * width];
        float[] row = new float[256];
        for (int group = 0; group < rows.groups(); group++) {
            rows.fill(w.bytes(), group * Interleaved.ROWS, group);
            InterleavedNumbers.read(rows, group, 0, Interleaved.ROWS, from, 256, panel, 3, width);
            for (int i = 0; i < Math.min(Interleaved.ROWS, n - group * Interleaved.ROWS); i++) {
                Blocks.decode(w.type(), w.bytes(), (group * (long) Interleaved.ROWS + i) * k + from, 256, row, 0);
                for (int p = 0; p < 256; p++) {
                    String what = "seed " + SEED + " " + w.type() + " group " + group + " row " + i + " column " + p;
                    same(row[p], panel[3 + p * width + i], what);
                }
            }
        }
    }

    @Test
    void matrixProductsOfTheLayoutHaveTheBitsOfTheFile() {
        SplittableRandom random = new SplittableRandom(SEED);
        try (Compute vector = Compute.create(2);
                Compute scalar = Compute.scalar(1);
                Arena arena = Arena.ofShared()) {
            for (DType type : TYPES) {
                for (int[] shape : SHAPES) {
                    Stored w = stored(random, arena, type, shape[0], shape[1], false);
                    products(random, vector.gemm(), scalar.gemm(), w, 1 + random.nextInt(40));
                }
            }
        }
    }

    private static void products(SplittableRandom random, Gemm vector, Gemm scalar, Stored w, int m) {
        int n = w.shape().rows();
        int k = w.shape().dim(-1);
        float[] x = new float[m * k];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        float[] expected = new float[m * n];
        float[] found = new float[m * n];
        scalar.multiply(m, n, k, x, 0, k, false, w, true, expected, 0, n, false);
        vector.multiply(m, n, k, x, 0, k, false, w, true, found, 0, n, false);
        for (int i = 0; i < found.length; i++) {
            same(expected[i], found[i], "seed " + SEED + " " + m + " rows times " + w.type() + w.shape() + " at " + i);
        }
    }

    @Test
    void infiniteScalesStayInfinite() {
        SplittableRandom random = new SplittableRandom(SEED);
        try (Compute compute = Compute.create(1);
                Arena arena = Arena.ofShared()) {
            Stored w = stored(random, arena, DType.Q4_0, 2, 256, true);
            float[] x = new float[256];
            Arrays.fill(x, 0.5f);
            float[] y = new float[2];
            compute.gemv().outputMajor(w, x, 0, y, 0);
            assertTrue(!Float.isFinite(y[0]), "seed " + SEED + ": expected no finite number, found " + y[0]);
            assertTrue(Float.isFinite(y[1]), "seed " + SEED + ": expected a finite number, found " + y[1]);
        }
    }

    @Test
    void whatIsNoNumberMakesNoNumber() {
        SplittableRandom random = new SplittableRandom(SEED);
        try (Compute compute = Compute.create(1);
                Arena arena = Arena.ofShared()) {
            for (DType type : TYPES) {
                for (float odd : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
                    Stored w = stored(random, arena, type, 16, 512, false);
                    float[] x = new float[512];
                    Arrays.fill(x, 0.5f);
                    x[300] = odd;
                    float[] y = new float[16];
                    compute.gemv().outputMajor(w, x, 0, y, 0);
                    for (float found : y) {
                        assertTrue(
                                !Float.isFinite(found),
                                "seed " + SEED + " " + type + " times " + odd + ": expected no finite number, found "
                                        + found);
                    }
                }
            }
        }
    }

    /** Numbers of bytes that are all alike, -1, 0, -128 and 127 in Q8_0, under the largest scales. */
    @Test
    void theLargestWholeNumbersFitTheirLanes() {
        try (Compute vector = Compute.create(1);
                Compute scalar = Compute.scalar(1);
                Arena arena = Arena.ofShared()) {
            for (DType type : TYPES) {
                for (int fill : new int[] {0xff, 0x00, 0x80, 0x7f}) {
                    for (float x : new float[] {-127f, 127f}) {
                        largest(vector, scalar, arena, type, fill, x);
                    }
                }
            }
        }
    }

    private static void largest(Compute vector, Compute scalar, Arena arena, DType type, int fill, float value) {
        MemorySegment bytes = arena.allocate(type.bytes(16L * 256));
        bytes.fill((byte) fill);
        for (long block = 0; block < bytes.byteSize(); block += type.blockBytes()) {
            half(bytes, block + (type == DType.Q6_K ? 208 : 0), 1f);
            if (type == DType.Q4_K || type == DType.Q5_K) {
                half(bytes, block + 2, 0f);
            }
            for (int scale = 0; type == DType.Q6_K && scale < 16; scale++) {
                bytes.set(ValueLayout.JAVA_BYTE, block + 192 + scale, (byte) 127);
            }
            for (int scale = 0; (type == DType.Q4_K || type == DType.Q5_K) && scale < 12; scale++) {
                bytes.set(ValueLayout.JAVA_BYTE, block + 4 + scale, (byte) 0xff);
            }
        }
        Stored w = new Stored(Shape.of(16, 256), type, bytes);
        float[] x = new float[256];
        Arrays.fill(x, value);
        float[] row = new float[256];
        Blocks.decode(type, bytes, 0, 256, row, 0);
        double expected = 0;
        for (float number : row) {
            expected += (double) value * number;
        }
        for (Compute compute : new Compute[] {vector, scalar}) {
            float[] y = new float[16];
            compute.gemv().outputMajor(w, x, 0, y, 0);
            assertEquals(expected, y[15], Math.abs(expected) * 0x1p-20, type + " of bytes " + fill + " times " + value);
        }
    }
}
