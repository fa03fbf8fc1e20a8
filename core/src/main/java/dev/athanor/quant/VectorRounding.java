package dev.athanor.quant;

import static dev.athanor.quant.Wide.FLOATS;
import static dev.athanor.quant.Wide.INTS;
import static dev.athanor.quant.Wide.L;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** The loops of {@link RoundedActivations} over 32 numbers. */
final class VectorRounding {
    static final int WITHOUT_SIGN = Integer.MAX_VALUE;

    private static final int GROUP = RoundedActivations.GROUP;

    /** Adding 1.5 * 2^23 leaves no bits for a fraction: the sum is rounded to a whole number, ties to even. */
    private static final float ROUNDER = 0x1.8p23f;

    private static final int ROUNDER_BITS = Float.floatToRawIntBits(ROUNDER);

    private VectorRounding() {}

    /** The largest of the numbers' bits without their sign. */
    static int largest(float[] x, int from) {
        IntVector largest = IntVector.zero(INTS);
        for (int i = 0; i < GROUP; i += L) {
            largest = FloatVector.fromArray(FLOATS, x, from + i)
                    .reinterpretAsInts()
                    .and(WITHOUT_SIGN)
                    .max(largest);
        }
        return IntVector.zero(INTS).max(largest).reduceLanes(VectorOperators.MAX);
    }

    /** out[i] = x[from + i] times perStep, which is at most 127, as the nearest whole number. */
    static void round(float[] x, int from, float perStep, int[] out) {
        for (int i = 0; i < GROUP; i += L) {
            FloatVector.fromArray(FLOATS, x, from + i)
                    .mul(perStep)
                    .add(ROUNDER)
                    .reinterpretAsInts()
                    .sub(ROUNDER_BITS)
                    .intoArray(out, i);
        }
    }
}
