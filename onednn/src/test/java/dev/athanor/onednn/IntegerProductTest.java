package dev.athanor.onednn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.kernel.Workers;
import dev.athanor.quant.Blocks;
import dev.athanor.tensor.DType;
import dev.athanor.tensor.Shape;
import dev.athanor.tensor.Stored;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Products with quantised weights are the plain integer arithmetic that is written down here. */
class IntegerProductTest {
    private static final long SEED = 4_711;
    private static final int GROUP = 256;

    @BeforeAll
    static void here() {
        Here.assumed(Kind.INT8);
    }

    private record Case(int m, int n, int k, DType type, boolean transposed, boolean accumulate) {}

    private static final Case[] CASES = {
        new Case(2, 32, 32, DType.Q8_0, true, false),
        new Case(17, 65, 288, DType.Q8_0, true, true),
        new Case(33, 96, 70, DType.Q8_0, false, false),
        new Case(5, 64, 513, DType.Q4_0, false, true),
        new Case(40, 130, 512, DType.Q4_K, true, false),
        new Case(520, 70, 256, DType.Q6_K, true, false),
    };

    private record Data(float[] a, Stored weights, float[] w, float[] c) {
        static Data of(Case c, SplittableRandom random) {
            int rows = c.transposed ? c.n : c.k;
            int columns = c.transposed ? c.k : c.n;
            float[] w = numbers(rows * columns, 0.1, random);
            MemorySegment bytes = Arena.ofAuto().allocate(c.type.bytes((long) rows * columns), 64);
            Blocks.encode(c.type, w, 0, w.length, bytes, 0);
            Blocks.decode(c.type, bytes, 0, w.length, w, 0);
            Stored stored = new Stored(Shape.of(rows, columns), c.type, bytes);
            return new Data(numbers(c.m * c.k, 3, random), stored, w, numbers(c.m * c.n, 1, random));
        }

        private static float[] numbers(int size, double scale, SplittableRandom random) {
            float[] x = new float[size];
            for (int i = 0; i < size; i++) {
                x[i] = (float) (random.nextGaussian() * scale * (random.nextInt(50) == 0 ? 20 : 1));
            }
            return x;
        }
    }

    private static float[] product(Case c, Data d, int threads, Numbers numbers, long kept, int times) {
        float[] out = d.c.clone();
        try (Workers workers = new Workers(threads);
                OneDnnEngine engine = ForcedProvider.engine(workers, numbers, kept)) {
            for (int i = 0; i < times; i++) {
                System.arraycopy(d.c, 0, out, 0, out.length);
                engine.multiply(c.m, c.n, c.k, d.a, 0, d.weights, c.transposed, out, 0, c.accumulate);
            }
        }
        return out;
    }

    @Test
    void everyElementHasTheBitsOfTheWrittenArithmeticForAnyThreadsWidthAndMemory() {
        SplittableRandom random = new SplittableRandom(SEED);
        for (Case c : CASES) {
            Data d = Data.of(c, random);
            float[] expected = reference(c, d);
            String about = c + ", seed " + SEED;
            assertArrayEquals(expected, product(c, d, 1, new VectorNumbers(), 0, 1), about + ", one thread");
            assertArrayEquals(expected, product(c, d, 3, new ScalarNumbers(), 0, 1), about + ", scalar");
            assertArrayEquals(expected, product(c, d, 2, new VectorNumbers(), 1 << 24, 2), about + ", kept weights");
        }
    }

    private static float[] reference(Case c, Data d) {
        float[] out = new float[c.m * c.n];
        for (int from = 0; from < c.k; from += GROUP) {
            int count = Math.min(GROUP, c.k - from);
            List<Steps> rows = new ArrayList<>();
            for (int i = 0; i < c.m; i++) {
                rows.add(Steps.of(Arrays.copyOfRange(d.a, i * c.k + from, i * c.k + from + count)));
            }
            for (int j = 0; j < c.n; j++) {
                Steps column = Steps.of(column(c, d, j, from, count));
                for (int i = 0; i < c.m; i++) {
                    Steps row = rows.get(i);
                    int sum = 0;
                    for (int p = 0; p < count; p++) {
                        sum += row.steps[p] * column.steps[p];
                    }
                    out[i * c.n + j] = Math.fma(sum * column.size, row.size, out[i * c.n + j]);
                }
            }
        }
        for (int i = 0; i < out.length && c.accumulate; i++) {
            out[i] = d.c[i] + out[i];
        }
        return out;
    }

    /** A group of numbers as multiples of a 127th of the largest. */
    private record Steps(int[] steps, float size) {
        static Steps of(float[] x) {
            float perUnit = 127 / largest(x);
            int[] steps = new int[x.length];
            for (int p = 0; p < x.length; p++) {
                steps[p] = (int) Math.rint((double) (x[p] * perUnit));
            }
            return new Steps(steps, largest(x) / 127);
        }
    }

    private static float[] column(Case c, Data d, int j, int from, int count) {
        float[] y = new float[count];
        for (int p = 0; p < count; p++) {
            y[p] = c.transposed ? d.w[j * c.k + from + p] : d.w[(from + p) * c.n + j];
        }
        return y;
    }

    private static float largest(float[] x) {
        float largest = 0;
        for (float v : x) {
            largest = Math.max(largest, Math.abs(v));
        }
        return largest;
    }

    @Test
    void theErrorStaysBelowHalfAStepOfEachOperand() {
        SplittableRandom random = new SplittableRandom(SEED + 1);
        for (Case c : CASES) {
            Data d = Data.of(c, random);
            float[] found = product(c, d, 2, new VectorNumbers(), 0, 1);
            for (int i = 0; i < c.m; i += 13) {
                for (int j = 0; j < c.n; j += 7) {
                    double exact = c.accumulate ? d.c[i * c.n + j] : 0;
                    double bound = 0;
                    double size = Math.abs(exact);
                    for (int from = 0; from < c.k; from += GROUP) {
                        int count = Math.min(GROUP, c.k - from);
                        float[] x = Arrays.copyOfRange(d.a, i * c.k + from, i * c.k + from + count);
                        float[] y = column(c, d, j, from, count);
                        double halfX = largest(x) / 254;
                        double halfY = largest(y) / 254;
                        for (int p = 0; p < count; p++) {
                            exact += (double) x[p] * y[p];
                            size += Math.abs((double) x[p] * y[p]);
                            bound += halfX * Math.abs(y[p]) + halfY * Math.abs(x[p]) + halfX * halfY;
                        }
                    }
                    // besides: some ten roundings to F32 of numbers up to the sum of sizes
                    double allowed = bound * 1.001 + size * 10 * 0x1p-24;
                    double error = Math.abs(found[i * c.n + j] - exact);
                    assertTrue(
                            error <= allowed,
                            c + ", seed " + (SEED + 1) + ": expected " + exact + " within " + allowed + ", found "
                                    + found[i * c.n + j]);
                }
            }
        }
    }

    @Test
    void aRowDoesNotDependOnItsCompany() {
        SplittableRandom random = new SplittableRandom(SEED + 2);
        Case many = new Case(530, 70, 300, DType.Q8_0, false, false);
        many = new Case(many.m, 96, many.k, many.type, many.transposed, many.accumulate);
        Data d = Data.of(many, random);
        float[] all = product(many, d, 2, new VectorNumbers(), 1 << 24, 1);
        for (int first : new int[] {0, 100, 528}) {
            Case two = new Case(2, many.n, many.k, many.type, many.transposed, many.accumulate);
            float[] a = Arrays.copyOfRange(d.a, first * many.k, (first + 2) * many.k);
            float[] alone =
                    product(two, new Data(a, d.weights, d.w, new float[2 * many.n]), 1, new VectorNumbers(), 0, 1);
            assertArrayEquals(Arrays.copyOfRange(all, first * many.n, (first + 2) * many.n), alone, "row " + first);
        }
    }

    @Test
    void whatIsNotFiniteIsNotHidden() {
        SplittableRandom random = new SplittableRandom(SEED + 3);
        Case c = new Case(3, 64, 64, DType.Q8_0, true, false);
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
            Data d = Data.of(c, random);
            d.a[64 + 5] = bad;
            float[] found = product(c, d, 1, new VectorNumbers(), 0, 1);
            for (int j = 0; j < c.n; j++) {
                assertTrue(Float.isFinite(found[j]), "row 0, column " + j + ": " + found[j]);
                assertFalse(Float.isFinite(found[c.n + j]), bad + " in row 1, column " + j + ": " + found[c.n + j]);
            }
        }
    }

    @Test
    void rowsOfZerosAndOfTinyNumbersGiveZero() {
        SplittableRandom random = new SplittableRandom(SEED + 4);
        Case c = new Case(2, 64, 64, DType.Q8_0, true, false);
        Data d = Data.of(c, random);
        Arrays.fill(d.a, 0, 64, 0f);
        Arrays.fill(d.a, 64, 128, 0x1p-140f);
        assertArrayEquals(new float[2 * c.n], product(c, d, 1, new VectorNumbers(), 0, 1));
    }

    @Test
    void weightsOfAnotherShapeAreRefused() {
        SplittableRandom random = new SplittableRandom(SEED + 5);
        Data d = Data.of(new Case(2, 64, 96, DType.Q8_0, true, false), random);
        Case wrong = new Case(2, 64, 64, DType.Q8_0, true, false);
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> product(wrong, d, 1, new VectorNumbers(), 0, 1));
        assertEquals("matrix product: expected operand B [64, 64], found [64, 96]", e.getMessage());
    }
}
