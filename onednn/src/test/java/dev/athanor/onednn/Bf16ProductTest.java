package dev.athanor.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.kernel.Workers;
import dev.athanor.quant.Blocks;
import dev.athanor.tensor.DType;
import dev.athanor.tensor.Shape;
import dev.athanor.tensor.Stored;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Products in BF16 round their operands and nothing else to BF16, for every way operands are stored. */
class Bf16ProductTest {
    private static final long SEED = 815;

    @BeforeAll
    static void here() {
        Here.assumed(Kind.BF16);
    }

    private record Case(int m, int n, int k, boolean ta, boolean tb, boolean accumulate, int gap) {}

    @Test
    void sumsAreF32OfOperandsRoundedToBf16() {
        SplittableRandom random = new SplittableRandom(SEED);
        int[] sizes = {1, 2, 15, 33, 64, 65, 130, 520};
        try (Workers workers = new Workers(2);
                OneDnnEngine engine = ForcedProvider.engine(workers, new VectorNumbers(), 0)) {
            for (int round = 0; round < 16; round++) {
                Case c = new Case(
                        sizes[random.nextInt(sizes.length)],
                        sizes[random.nextInt(6)],
                        sizes[random.nextInt(sizes.length)],
                        random.nextBoolean(),
                        random.nextBoolean(),
                        random.nextBoolean(),
                        random.nextInt(3));
                check(engine, c, random);
            }
            check(engine, new Case(18, 65, 4130, false, false, true, 1), random); // more than one call goes deep
            check(engine, new Case(18, 65, 4130, true, true, false, 1), random);
        }
    }

    private static void check(OneDnnEngine engine, Case c, SplittableRandom random) {
        int lda = (c.ta ? c.m : c.k) + c.gap;
        int ldb = (c.tb ? c.k : c.n) + c.gap;
        int ldc = c.n + c.gap;
        float[] a = numbers((c.ta ? c.k : c.m) * lda + 3, random);
        float[] b = numbers((c.tb ? c.n : c.k) * ldb + 1, random);
        float[] before = numbers(c.m * ldc + 2, random);
        float[] found = before.clone();
        engine.multiply(c.m, c.n, c.k, a, 3, lda, c.ta, b, 1, ldb, c.tb, found, 2, ldc, c.accumulate);
        float[] untouched = found.clone();
        for (int i = 0; i < c.m; i++) {
            for (int j = 0; j < c.n; j++) {
                int at = 2 + i * ldc + j;
                double exact = c.accumulate ? before[at] : 0;
                double size = Math.abs(exact);
                for (int p = 0; p < c.k; p++) {
                    double x = bf16(a[3 + (c.ta ? p * lda + i : i * lda + p)]);
                    double y = bf16(b[1 + (c.tb ? j * ldb + p : p * ldb + j)]);
                    exact += x * y;
                    size += Math.abs(x * y);
                }
                double allowed = size * (c.k + 2) * 0x1p-24; // one rounding to F32 for every addition
                assertTrue(
                        Math.abs(found[at] - exact) <= allowed,
                        c + ", seed " + SEED + ": expected " + exact + " within " + allowed + ", found " + found[at]);
                untouched[at] = before[at];
            }
        }
        assertArrayEquals(before, untouched, c + ": numbers between the rows of C");
    }

    private static float[] numbers(int size, SplittableRandom random) {
        float[] x = new float[size];
        for (int i = 0; i < size; i++) {
            x[i] = (float) random.nextDouble(-1, 1);
        }
        return x;
    }

    /** To the nearest, ties to even. */
    private static float bf16(float x) {
        int bits = Float.floatToIntBits(x);
        return Float.intBitsToFloat((bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000);
    }

    @Test
    void vectorsRoundAsTheReferenceDoes() {
        SplittableRandom random = new SplittableRandom(SEED + 1);
        float[] x = new float[4096];
        for (int i = 0; i < x.length; i++) {
            x[i] = Float.intBitsToFloat(random.nextInt());
        }
        x[0] = Float.NaN;
        x[1] = Float.POSITIVE_INFINITY;
        x[2] = Float.intBitsToFloat(0x7fffffff);
        x[3] = Float.intBitsToFloat(0x3f808000); // a tie
        x[4] = Float.intBitsToFloat(0x3f818000);
        x[5] = Float.MAX_VALUE;
        short[] fast = new short[x.length];
        short[] plain = new short[x.length];
        new VectorNumbers().toBf16(x, 0, x.length, fast, 0);
        new ScalarNumbers().toBf16(x, 0, x.length, plain, 0);
        assertArrayEquals(plain, fast, "seed " + (SEED + 1));
    }

    @Test
    void weightsStoredInSixteenBitsGiveWhatTheirNumbersGive() {
        SplittableRandom random = new SplittableRandom(SEED + 2);
        float[] w = numbers(70 * 96, random);
        float[] a = numbers(9 * 96, random);
        for (DType type : new DType[] {DType.BF16, DType.F16}) {
            MemorySegment bytes = Arena.ofAuto().allocate(type.bytes(w.length), 2);
            Blocks.encode(type, w, 0, w.length, bytes, 0);
            float[] stored = new float[w.length];
            Blocks.decode(type, bytes, 0, w.length, stored, 0);
            for (long kept : new long[] {0, 1 << 20}) {
                float[] fromFile = new float[9 * 70];
                float[] fromArray = new float[9 * 70];
                Stored rows = new Stored(Shape.of(70, 96), type, bytes);
                try (Workers workers = new Workers(2);
                        OneDnnEngine engine = ForcedProvider.engine(workers, new VectorNumbers(), kept)) {
                    engine.multiply(9, 70, 96, a, 0, rows, true, fromFile, 0, false);
                    engine.multiply(9, 70, 96, a, 0, 96, false, stored, 0, 96, true, fromArray, 0, 70, false);
                    assertArrayEquals(fromArray, fromFile, type + ", " + kept + " bytes kept, seed " + (SEED + 2));
                    Stored columns = new Stored(Shape.of(96, 70), type, bytes);
                    engine.multiply(9, 70, 96, a, 0, columns, false, fromFile, 0, false);
                    engine.multiply(9, 70, 96, a, 0, 96, false, stored, 0, 70, false, fromArray, 0, 70, false);
                    assertArrayEquals(fromArray, fromFile, type + " by columns, " + kept + " bytes kept");
                }
            }
        }
    }
}
