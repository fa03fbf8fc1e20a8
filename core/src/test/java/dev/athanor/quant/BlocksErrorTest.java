package dev.athanor.quant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.function.ToDoubleBiFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is written and read again is off by no more than the rules of the format explain, whatever the numbers are. */
class BlocksErrorTest {
    private static final long SEED = 7301;
    private static final int NUMBERS = 8192;

    /** Relative error of rounding to F16, and the error where F16 is subnormal. */
    private static final double F16 = 0x1p-11;

    private static final double F16_LEAST = 0x1p-25;

    /** F32 arithmetic of the writer: some tens of roundings of 2^-24, each of a quantity no larger than the bound's. */
    private static final double SLACK = 1 + 0x1p-16;

    /** Kinds of numbers; i counts them. */
    enum Kind {
        NORMAL((random, i) -> 0.02 * random.nextGaussian()),
        NORMAL_AWAY_FROM_ZERO((random, i) -> 3 + 0.1 * random.nextGaussian()),
        HEAVY_TAILED((random, i) -> 0.01 * Math.max(-1e6, Math.min(1e6, random.nextGaussian() / random.nextDouble()))),
        POSITIVE((random, i) -> random.nextDouble()),
        NEGATIVE((random, i) -> -random.nextDouble()),
        CONSTANT((random, i) -> 0.37),
        NEGATIVE_CONSTANT((random, i) -> -0.37),
        ONE_OUTLIER((random, i) -> i % 256 == 100 ? 1000 : 0.01 * random.nextGaussian()),
        ONE_GROUP_OF_MANY((random, i) -> i % 256 < 32 ? random.nextGaussian() : 1e-6 * random.nextGaussian()),
        TWO_VALUES((random, i) -> random.nextBoolean() ? 1 : -1),
        LARGE((random, i) -> 5e5 * (2 * random.nextDouble() - 1)),
        SMALL((random, i) -> 1e-6 * random.nextGaussian()),
        TINY((random, i) -> 1e-30 * random.nextGaussian()),
        SUBNORMAL((random, i) -> 1e-40 * random.nextGaussian());

        private final ToDoubleBiFunction<Random, Integer> next;

        Kind(ToDoubleBiFunction<Random, Integer> next) {
            this.next = next;
        }

        float[] numbers() {
            Random random = new Random(SEED);
            float[] x = new float[NUMBERS];
            for (int i = 0; i < x.length; i++) {
                x[i] = (float) next.applyAsDouble(random, i);
            }
            return x;
        }
    }

    private static byte[] written(DType type, float[] x) {
        byte[] bytes = new byte[(int) type.bytes(x.length)];
        Blocks.encode(type, x, 0, x.length, MemorySegment.ofArray(bytes), 0);
        return bytes;
    }

    private static float[] readAgain(DType type, byte[] bytes) {
        float[] out = new float[bytes.length / type.blockBytes() * type.blockElements()];
        Blocks.decode(type, MemorySegment.ofArray(bytes), 0, out.length, out, 0);
        return out;
    }

    private static void assertWithin(double bound, double error, String what) {
        assertTrue(
                error <= bound,
                "seed " + SEED + ", " + what + ": expected an error up to " + bound + ", found " + error);
    }

    private static double largest(float[] x, int from, int n) {
        double largest = 0;
        for (int i = from; i < from + n; i++) {
            largest = Math.max(largest, Math.abs(x[i]));
        }
        return largest;
    }

    /**
     * x lies within half a step d of a multiple q d with |q| ≤ 127, and rounding d to F16 moves q d by |q| times the
     * rounding of d.
     */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void q80IsOffByHalfAStep(Kind kind) {
        float[] x = kind.numbers();
        float[] y = readAgain(DType.Q8_0, written(DType.Q8_0, x));
        for (int i = 0; i < x.length; i++) {
            double d = largest(x, i / 32 * 32, 32) / 127;
            double bound = SLACK * (0.5 * d + 127 * (d * F16 + F16_LEAST));
            assertWithin(bound, Math.abs((double) x[i] - y[i]), kind + " number " + i);
        }
    }

    /**
     * As Q8_0 with |q| ≤ 8; there is no step +8, so what would be nearer to it than to +7 is up to a whole step off.
     */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void q40IsOffByHalfAStepOrAWholeOneAtTheEndThatIsMissing(Kind kind) {
        float[] x = kind.numbers();
        float[] y = readAgain(DType.Q4_0, written(DType.Q4_0, x));
        for (int i = 0; i < x.length; i++) {
            double d = largest(x, i / 32 * 32, 32) / 8;
            double steps = d == 0 ? 0 : Math.max(0.5, Math.abs(x[i]) / d - 7);
            double bound = SLACK * (steps * d + 8 * (d * F16 + F16_LEAST));
            assertWithin(bound, Math.abs((double) x[i] - y[i]), kind + " number " + i);
        }
    }

    /**
     * Of a group of 32 with weights w = √mean(x²) + |x|. Cutting the range into 15 steps, the first trial, is off by
     * half a step everywhere; what is kept has no larger Σ w error². Then scale and minimum are rounded, to multiples
     * of d and dmin, at most 63, that are F16; the q are rounded anew, so every number moves by at most 15 times what
     * the scale and once what the minimum moved.
     */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void q4KIsOffByHalfAStepInTheWeightedMean(Kind kind) {
        float[] x = kind.numbers();
        byte[] bytes = written(DType.Q4_K, x);
        float[] y = readAgain(DType.Q4_K, bytes);
        for (int from = 0; from < x.length; from += 32) {
            long block = from / 256 * 144L;
            double d = LittleEndian.half(MemorySegment.ofArray(bytes), block);
            double dmin = LittleEndian.half(MemorySegment.ofArray(bytes), block + 2);
            double low = 0;
            double high = x[from];
            double squares = 0;
            for (int i = from; i < from + 32; i++) {
                low = Math.min(low, x[i]);
                high = Math.max(high, x[i]);
                squares += (double) x[i] * x[i];
            }
            double sum = 0;
            double weights = 0;
            for (int i = from; i < from + 32; i++) {
                double w = Math.sqrt(squares / 32) + Math.abs(x[i]);
                sum += w * ((double) x[i] - y[i]) * ((double) x[i] - y[i]);
                weights += w;
            }
            double bound = 0.5 * Math.max(0, high - low) / 15 + 15 * moved(d, 63, 0.5) + moved(dmin, 63, 0.5);
            // a group of weight 0 is all zeros; its own roundings are those of numbers of the size of the group
            double rounding = 0x1p-20 * largest(x, from, 32);
            assertWithin(
                    SLACK * bound + rounding,
                    weights == 0 ? largest(y, from, 32) : Math.sqrt(sum / weights),
                    kind + " group at " + from);
        }
    }

    /** How far a multiple, at most {@code most}, of a number that F16 stores as d can lie from what was wanted. */
    private static double moved(double d, int most, double steps) {
        double exact = d / (1 - F16) + F16_LEAST; // at most what was rounded to d
        return steps * exact + most * (exact * F16 + F16_LEAST);
    }

    /**
     * Of a group of 16 with weights w = x². With its number largest in size at -32, the first trial, a group is off by
     * half a step, a whole one where +32 is missing; what is kept has no larger Σ w error². Then the scale is rounded
     * to a multiple of d, at most 128 (+127, a whole step, where +128 is missing); the q are rounded anew, so every
     * number moves by at most 32 times what the scale moved.
     */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void q6KIsOffByAStepInTheWeightedMean(Kind kind) {
        float[] x = kind.numbers();
        byte[] bytes = written(DType.Q6_K, x);
        float[] y = readAgain(DType.Q6_K, bytes);
        for (int from = 0; from < x.length; from += 16) {
            double d = Math.abs(LittleEndian.half(MemorySegment.ofArray(bytes), from / 256 * 210L + 208));
            double largest = largest(x, from, 16);
            double sum = 0;
            double weights = 0;
            double firstTrial = 0;
            for (int i = from; i < from + 16; i++) {
                double w = (double) x[i] * x[i];
                double steps = largest == 0 ? 0 : Math.max(0.5, Math.abs(x[i]) / largest * 32 - 31);
                sum += w * ((double) x[i] - y[i]) * ((double) x[i] - y[i]);
                firstTrial += w * Math.pow(steps * largest / 32, 2);
                weights += w;
            }
            double bound = weights == 0 ? 0 : Math.sqrt(firstTrial / weights);
            bound += 32 * moved(d, 128, 1);
            double rounding = 0x1p-20 * largest + 1e-15; // below 1e-15 a group counts as zero
            assertWithin(
                    SLACK * bound + rounding,
                    weights == 0 ? largest(y, from, 16) : Math.sqrt(sum / weights),
                    kind + " group at " + from);
        }
    }

    /**
     * A step of q levels over ±k standard deviations, k ≈ 2 for the largest of 16 to 32 normal numbers, has an RMS of
     * 2k / levels / √12 of the standard deviation: 0.0045 for 256 levels, 0.072 for 16, 0.018 for 64. The searches may
     * only be better; the factor 1.3 covers how far k scatters, since 2.1 is the mean of the largest of 32.
     */
    @Test
    void normalWeightsLoseWhatTheNumberOfLevelsExplains() {
        assertRelative(DType.Q8_0, 256, 2.1);
        assertRelative(DType.Q4_0, 16, 2.1);
        assertRelative(DType.Q4_K, 16, 2.1);
        assertRelative(DType.Q6_K, 64, 1.8);
    }

    private static void assertRelative(DType type, int levels, double k) {
        float[] x = Kind.NORMAL.numbers();
        double relative = relativeError(type, x);
        double expected = 2 * k / levels / Math.sqrt(12);
        assertWithin(1.3 * expected, relative, type + " of normal numbers");
        assertTrue(
                relative > expected / 2, type + ": " + relative + " is less than rounding can lose, " + expected / 2);
    }

    /** RMS error over RMS. */
    static double relativeError(DType type, float[] x) {
        float[] y = readAgain(type, written(type, x));
        double error = 0;
        double size = 0;
        for (int i = 0; i < x.length; i++) {
            error += ((double) x[i] - y[i]) * ((double) x[i] - y[i]);
            size += (double) x[i] * x[i];
        }
        return Math.sqrt(error / size);
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_K", "Q6_K"})
    void zerosAreReadAgainAsZeros(DType type) {
        float[] y = readAgain(type, written(type, new float[1024]));
        for (int i = 0; i < y.length; i++) {
            assertEquals(0f, Math.abs(y[i]), type + " number " + i);
        }
    }
}
