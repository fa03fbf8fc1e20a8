package dev.athanor.quant;

import dev.athanor.tensor.DType;
import java.util.Arrays;

/**
 * Vectors rounded to 8 bits, as {@link IntegerDots} multiplies them: every 32 numbers share a step of a 127th of the
 * largest, and each is the nearest multiple of it, -127 to 127.
 *
 * <pre>
 * numbers   [vectors][columns / 2 + biases]         bits    two factors of 16 bits each, below
 * steps     [vectors][columns / 32]                 F32     what the multiples are of
 * sums      [vectors][columns / 32]                 F32     of 32 multiples, a whole number
 * </pre>
 *
 * <p>A word of {@link Interleaved} rows is two halves of 16 bits, v and u, with four numbers each (Q4) or two. The
 * products of a half need no masks. For four-bit numbers n0 … n3, v = n0 + 16 n1 + 256 n2 + 4096 n3, so that
 *
 * <pre>
 * n0 x0 + n1 x1 + n2 x2 + n3 x3 = v x0 + (v >> 4) (x1 - 16 x0) + (v >> 8) (x2 - 16 x1) + (v >> 12) (x3 - 16 x2)
 * </pre>
 *
 * <p>which holds in 16 bits, whatever overflows on the way, because what comes out fits in them; for two bytes it is v
 * x0 + (v >> 8) (x1 - 256 x0). The int for a factor has that of half v in its lower bits and that of u above. Behind
 * the factors of bytes stands, for each 16 columns (Q6_K, Q5_K) or word (Q8_0), what takes a bias off again.
 *
 * <p>The 32 bits of two factors are kept as those of a float, which is never computed with: HotSpot fills a register
 * with a float from memory by one instruction, with an int by three. Loading, storing and moving a float keeps all of
 * its bits on the processors that HotSpot runs on, also where they are a NaN's.
 */
public final class RoundedActivations {
    /** Columns that share a step. */
    static final int GROUP = 32;

    /** The largest multiple. */
    static final float LARGEST = 127f;

    /** Below it a 127th of it could be zero, and its reciprocal infinite; nothing a model computes is so small. */
    private static final float SMALLEST = 0x1p-100f;

    float[] numbers = new float[0];
    float[] steps = new float[0];
    float[] sums = new float[0];
    private int columns;
    private final int[] rounded = new int[GROUP];

    /** Places of {@link #numbers} to a vector for rows of a type: factors, and behind them what takes a bias off. */
    static int perVector(DType type, int columns) {
        int biases = Interleaved.perWord(type) == 8 ? 0 : columns / IntegerDots.summed(type);
        return columns / 2 + biases;
    }

    /**
     * Rounds {@code count} vectors of x [count, columns], for products with rows of {@code type}.
     *
     * @param vectors whether to use those of the machine; the bits are the same
     */
    public void round(boolean vectors, DType type, float[] x, int xo, int count, int columns) {
        boolean use = vectors && VectorChoice.VECTORS;
        this.columns = columns;
        int groups = columns / GROUP;
        if (numbers.length < count * perVector(type, columns)) {
            numbers = new float[count * perVector(type, columns)];
        }
        if (steps.length < count * groups) {
            steps = new float[count * groups];
            sums = new float[count * groups];
        }
        for (int j = 0; j < count; j++) {
            for (int g = 0; g < groups; g++) {
                group(use, type, j, g, x, xo + j * columns + g * GROUP);
            }
        }
    }

    private void group(boolean vectors, DType type, int j, int g, float[] x, int from) {
        int of32 = j * (columns / GROUP) + g;
        steps[of32] = round(x, from, vectors);
        int sum = 0;
        for (int i = 0; i < GROUP; i++) {
            sum += rounded[i];
        }
        sums[of32] = sum;
        int to = j * perVector(type, columns);
        if (Interleaved.perWord(type) == 8) {
            fours(to + g * GROUP / 2);
        } else {
            pairs(to + g * GROUP / 2);
            int summed = IntegerDots.summed(type);
            for (int part = 0; part < GROUP / summed; part++) {
                bias(to + columns / 2 + g * (GROUP / summed) + part, part * summed, summed, type);
            }
        }
    }

    /**
     * Rounds 32 numbers and gives their step: NaN if one of them is no finite number, so that what they are multiplied
     * into is none either.
     */
    private float round(float[] x, int from, boolean vectors) {
        // As whole numbers the bits of floats without their sign are in the order of the floats, and NaN is above all.
        int bits = vectors ? VectorRounding.largest(x, from) : largest(x, from);
        float largest = Float.intBitsToFloat(bits);
        if (!(largest >= SMALLEST && largest <= Float.MAX_VALUE)) {
            Arrays.fill(rounded, 0);
            return largest < SMALLEST ? 0f : Float.NaN;
        }
        float perStep = LARGEST / largest;
        if (vectors) {
            VectorRounding.round(x, from, perStep, rounded);
        } else {
            for (int i = 0; i < GROUP; i++) {
                rounded[i] = (int) Math.rint(x[from + i] * perStep);
            }
        }
        return largest / LARGEST;
    }

    private static int largest(float[] x, int from) {
        int largest = 0;
        for (int i = from; i < from + GROUP; i++) {
            largest = Math.max(largest, Float.floatToRawIntBits(x[i]) & VectorRounding.WITHOUT_SIGN);
        }
        return largest;
    }

    private void fours(int to) {
        for (int word = 0; word < GROUP / 8; word++) {
            int before = 0;
            for (int k = 0; k < 4; k++) {
                int both = both(rounded[8 * word + k], rounded[8 * word + 4 + k]);
                put(to + 4 * word + k, less(both, before, 4));
                before = both;
            }
        }
    }

    private void pairs(int to) {
        for (int word = 0; word < GROUP / 4; word++) {
            int first = both(rounded[4 * word], rounded[4 * word + 2]);
            put(to + 2 * word, first);
            put(to + 2 * word + 1, less(both(rounded[4 * word + 1], rounded[4 * word + 3]), first, 8));
        }
    }

    /**
     * -bias times the sums of what either half of the words meets, of some columns that are added up together; with
     * {@link IntegerDots#ABOVE} in Q8_0.
     */
    private void bias(int to, int first, int columns, DType type) {
        int v = 0;
        int u = 0;
        for (int i = first; i < first + columns; i += 4) {
            v += rounded[i] + rounded[i + 1];
            u += rounded[i + 2] + rounded[i + 3];
        }
        int bias = (int) Interleaved.bias(type);
        int above = type == DType.Q8_0 ? IntegerDots.ABOVE : 0;
        put(to, both(above - bias * v, above - bias * u));
    }

    private void put(int at, int factors) {
        numbers[at] = Float.intBitsToFloat(factors);
    }

    /** The factors at place {@code at} of {@link #numbers}, that of v in the lower half. */
    static int factors(float[] numbers, int at) {
        return Float.floatToRawIntBits(numbers[at]);
    }

    private static int both(int v, int u) {
        return v & 0xffff | u << 16;
    }

    /** In either half of 16 bits: a - (b << bits). */
    private static int less(int a, int b, int bits) {
        return both((short) a - ((short) b << bits), (a >> 16) - (b >> 16 << bits));
    }
}
