package dev.athanor.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class GemmTest {
    private static final long SEED = 20_261;
    private static final int[] SIZES = {
        1, 2, 3, 4, 5, 7, 8, 11, 12, 13, 16, 17, 23, 31, 32, 33, 47, 64, 65, 100, 127, 130
    };

    private static final Compute FAST = Compute.create(2);
    private static final Compute REFERENCE = Compute.scalar(3);

    @AfterAll
    static void close() {
        FAST.close();
        REFERENCE.close();
    }

    /** One product stored in any of the four ways, inside larger arrays. */
    private record Case(int m, int n, int k, boolean ta, boolean tb, boolean accumulate, int offset, int gap) {}

    @Test
    void everyElementIsOneChainOfFusedMultiplyAddsInTheOrderOfK() {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int round = 0; round < 600; round++) {
            Case c = new Case(
                    pick(random),
                    pick(random),
                    pick(random),
                    random.nextBoolean(),
                    random.nextBoolean(),
                    random.nextBoolean(),
                    random.nextInt(16),
                    random.nextInt(5));
            check(c, random);
        }
    }

    @Test
    void productsDeeperThanOneBlockAndOneSlabKeepTheSameBits() {
        SplittableRandom random = new SplittableRandom(SEED + 1);
        for (int k : new int[] {Gemm.K_BLOCK - 1, Gemm.K_BLOCK, Gemm.K_BLOCK + 1, 2 * Gemm.K_BLOCK + 3, 5000}) {
            check(new Case(13, 35, k, false, true, false, 3, 1), random);
            check(new Case(70, 9, k, true, false, true, 0, 0), random);
        }
        // 1200 shared rows make slabs of one block each.
        check(new Case(1200, 1300, Gemm.K_BLOCK + 60, false, false, false, 0, 0), random);
    }

    @Test
    void aSumOfNoProductsIsZeroOrWhatWasThere() {
        float[] c = {5, 6};
        FAST.gemm().multiply(1, 2, 0, new float[0], 0, 0, false, new float[0], 0, 2, false, c, 0, 2, true);
        assertArrayEquals(new float[] {5, 6}, c);
        FAST.gemm().multiply(1, 2, 0, new float[0], 0, 0, false, new float[0], 0, 2, false, c, 0, 2, false);
        assertArrayEquals(new float[] {0, 0}, c);
    }

    @Test
    void operandsThatDoNotFitAreRefusedBeforeAnythingIsWritten() {
        IllegalArgumentException e = assertThrows(
                IllegalArgumentException.class,
                () -> FAST.gemm()
                        .multiply(
                                2,
                                2,
                                2,
                                new float[3],
                                0,
                                2,
                                false,
                                new float[4],
                                0,
                                2,
                                false,
                                new float[4],
                                0,
                                2,
                                false));
        assertEquals(
                "matrix product: operand A [2, 2] with leading dimension 2 from offset 0 does not fit an array of 3",
                e.getMessage());
    }

    @Test
    void matrixTimesVectorAgreesWithTheProductOfOneRow() {
        SplittableRandom random = new SplittableRandom(SEED + 2);
        for (int n : new int[] {1, 5, 64, 100, 1030}) {
            for (int k : new int[] {1, 7, 16, 130, 600}) {
                float[] w = random(random, n * k);
                float[] x = random(random, k);
                float[] y = new float[n];
                float[] z = new float[n];
                FAST.gemv().outputMajor(n, k, w, 0, x, 0, y, 0);
                float[] t = new float[n * k];
                for (int i = 0; i < n; i++) {
                    for (int p = 0; p < k; p++) {
                        t[p * n + i] = w[i * k + p];
                    }
                }
                FAST.gemv().inputMajor(n, k, t, 0, x, 0, z, 0);
                for (int i = 0; i < n; i++) {
                    double exact = 0;
                    double size = 0;
                    for (int p = 0; p < k; p++) {
                        exact += (double) w[i * k + p] * x[p];
                        size += Math.abs((double) w[i * k + p] * x[p]);
                    }
                    // k roundings of partial sums no larger than the sum of magnitudes
                    double tolerance = (k + 1) * Math.ulp(1f) * size;
                    assertEquals(exact, y[i], tolerance, "output-major seed " + SEED + " n=" + n + " k=" + k);
                    assertEquals(exact, z[i], tolerance, "input-major seed " + SEED + " n=" + n + " k=" + k);
                }
            }
        }
    }

    private static void check(Case s, SplittableRandom random) {
        int lda = (s.ta ? s.m : s.k) + s.gap;
        int ldb = (s.tb ? s.k : s.n) + s.gap;
        int ldc = s.n + s.gap;
        float[] a = random(random, s.offset + (s.ta ? s.k : s.m) * lda);
        float[] b = random(random, s.offset + (s.tb ? s.n : s.k) * ldb);
        float[] c = random(random, s.offset + s.m * ldc);
        float[] expected = c.clone();
        naive(s, a, lda, b, ldb, expected, ldc);
        float[] reference = c.clone();
        REFERENCE
                .gemm()
                .multiply(
                        s.m,
                        s.n,
                        s.k,
                        a,
                        s.offset,
                        lda,
                        s.ta,
                        b,
                        s.offset,
                        ldb,
                        s.tb,
                        reference,
                        s.offset,
                        ldc,
                        s.accumulate);
        FAST.gemm()
                .multiply(
                        s.m, s.n, s.k, a, s.offset, lda, s.ta, b, s.offset, ldb, s.tb, c, s.offset, ldc, s.accumulate);
        assertArrayEquals(expected, reference, "scalar, seed " + SEED + " " + s);
        assertArrayEquals(expected, c, FAST.kernels().name() + ", seed " + SEED + " " + s);
    }

    /** The algorithm itself. */
    private static void naive(Case s, float[] a, int lda, float[] b, int ldb, float[] c, int ldc) {
        for (int i = 0; i < s.m; i++) {
            for (int j = 0; j < s.n; j++) {
                int at = s.offset + i * ldc + j;
                float sum = s.accumulate ? c[at] : 0f;
                for (int p = 0; p < s.k; p++) {
                    float x = a[s.offset + (s.ta ? p * lda + i : i * lda + p)];
                    float y = b[s.offset + (s.tb ? j * ldb + p : p * ldb + j)];
                    sum = Math.fma(x, y, sum);
                }
                c[at] = sum;
            }
        }
    }

    private static int pick(SplittableRandom random) {
        return SIZES[random.nextInt(SIZES.length)];
    }

    private static float[] random(SplittableRandom random, int size) {
        float[] x = new float[size];
        for (int i = 0; i < size; i++) {
            x[i] = (float) random.nextDouble(-1, 1);
        }
        return x;
    }
}
