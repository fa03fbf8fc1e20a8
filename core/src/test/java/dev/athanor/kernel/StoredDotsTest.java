package dev.athanor.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.athanor.quant.StoredDots;
import dev.athanor.tensor.DType;
import dev.athanor.tensor.Shape;
import dev.athanor.tensor.Stored;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The product of a stored row with a vector has the bits of reading the row first and multiplying then. */
class StoredDotsTest {
    private static final long SEED = 11;
    private static final List<DType> TYPES = List.of(DType.F32, DType.F16, DType.BF16, DType.Q8_0);

    /** Scales among which are zero, subnormal ones, the largest, infinity and NaN. */
    private static final int[] HALVES = {0, 0x8000, 1, 0x83ff, 0x0400, 0x7bff, 0xfbff, 0x7c00, 0x7e00, 0x2c00, 0xa123};

    @Test
    void productsOfStoredRowsHaveTheBitsOfReadRows() {
        SplittableRandom random = new SplittableRandom(SEED);
        for (DType type : TYPES) {
            for (int columns : new int[] {256, 768, 2048}) {
                for (int rows : new int[] {1, 2, 3, 4, 7, 8, 13}) {
                    // Many rounds at one size, so that the compiled code is compared too.
                    for (int round = 0; round < (columns == 768 ? 60 : 2); round++) {
                        compare(random, type, rows, columns);
                    }
                }
            }
        }
    }

    private static void compare(SplittableRandom random, DType type, int rows, int columns) {
        float[] x = new float[columns + 3];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
        }
        float[] room = new float[Math.max(columns, StoredDots.ROOM)];
        float[] expected = new float[rows + 1];
        float[] found = new float[rows + 1];
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment w = arena.allocate(rows * type.bytes(columns) + type.blockBytes());
            fill(random, w, type);
            long at = type.blockBytes();
            new ScalarKernels().storedDots(type, w, at, rows, x, 3, expected, 1, columns, room);
            for (Kernels kernels : KernelProviders.all()) {
                kernels.storedDots(type, w, at, rows, x, 3, found, 1, columns, room);
                for (int i = 0; i < expected.length; i++) {
                    assertEquals(
                            Float.floatToIntBits(expected[i]), // every NaN is one
                            Float.floatToIntBits(found[i]),
                            "seed " + SEED + " " + kernels.name() + " " + type + " [" + rows + ", " + columns + "] row "
                                    + i + ": " + expected[i] + " and " + found[i]);
                }
            }
        }
    }

    @Test
    void matricesOfHalvesTimesAVectorHaveTheBitsOfReadRows() {
        SplittableRandom random = new SplittableRandom(SEED);
        for (Kernels kernels : KernelProviders.all()) {
            try (Compute compute = Compute.of(kernels, new Workers(2), MatrixChoice.VECTOR)) {
                for (int round = 0; round < 60; round++) {
                    int columns = new int[] {16, 768, 2048}[round % 3];
                    int rows = 1 + random.nextInt(300);
                    compareHalves(random, compute, rows, columns, round % 5 == 4 ? HUGE : 1f, round % 7 == 6);
                }
            }
        }
    }

    /** More than a vector may have that is made ready for F16. */
    private static final float HUGE = 1e6f;

    private static void compareHalves(
            SplittableRandom random, Compute compute, int rows, int columns, float scale, boolean infinite) {
        float[] x = new float[columns + 3];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian() * scale;
        }
        x[4] = 0x1p-140f;
        float[] room = new float[Math.max(columns, StoredDots.ROOM)];
        float[] expected = new float[rows + 1];
        float[] found = new float[rows + 1];
        try (Arena arena = Arena.ofShared()) {
            MemorySegment bytes = arena.allocate(rows * 2L * columns);
            for (long i = 0; i < bytes.byteSize(); i += 2) {
                half(bytes, i, random.nextInt(0x7c00) | random.nextInt(2) << 15);
            }
            if (infinite) {
                half(bytes, 2L * random.nextInt(rows * columns), HALVES[7 + random.nextInt(2)]);
            }
            Stored w = new Stored(Shape.of(rows, columns), DType.F16, bytes);
            new ScalarKernels().storedDots(DType.F16, bytes, 0, rows, x, 3, expected, 1, columns, room);
            for (int pass = 0; pass < 2; pass++) {
                compute.gemv().outputMajor(w, x, 3, found, 1);
                for (int i = 0; i < expected.length; i++) {
                    assertEquals(
                            Float.floatToIntBits(expected[i]),
                            Float.floatToIntBits(found[i]),
                            "seed " + SEED + " " + compute.kernels().name() + " [" + rows + ", " + columns
                                    + "] scale " + scale + " pass " + pass + " row " + i + ": " + expected[i] + " and "
                                    + found[i]);
                }
            }
        }
    }

    private static void fill(SplittableRandom random, MemorySegment w, DType type) {
        for (long i = 0; i < w.byteSize(); i++) {
            w.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt());
        }
        int scale = type == DType.Q6_K ? 208 : 0;
        boolean wild = random.nextInt(4) == 0;
        for (long block = 0; block < w.byteSize(); block += type.blockBytes()) {
            if (type.quantised()) {
                half(w, block + scale, wild ? HALVES[random.nextInt(HALVES.length)] : 0x1800 + random.nextInt(0x1000));
                if (type == DType.Q4_K || type == DType.Q5_K) {
                    half(w, block + 2, wild ? HALVES[random.nextInt(HALVES.length)] : 0x1800 + random.nextInt(0x1000));
                }
            } else if (type == DType.F16 && !wild) {
                half(w, block, random.nextInt(0x7c00) | random.nextInt(2) << 15); // every finite one, subnormal or not
            } else if (type == DType.BF16 && !wild) {
                half(w, block, 0x3c00 + random.nextInt(0x100));
            } else if (type == DType.F32) {
                w.set(ValueLayout.JAVA_FLOAT_UNALIGNED, block, (float) random.nextGaussian());
            }
        }
    }

    private static void half(MemorySegment w, long at, int bits) {
        w.set(ValueLayout.JAVA_SHORT_UNALIGNED, at, (short) bits);
    }
}
