package dev.athanor.kernel;

import java.util.Arrays;

/**
 * Cosines and sines of position · frequency, [positions, pairs], computed in double with StrictMath so that every
 * machine has the same bits. Grows to the positions asked for, since a context may be far longer than any text in it.
 * Serves one caller at a time.
 */
public final class RotaryTable {
    private static final int FIRST_POSITIONS = 256;

    private final double[] frequencies;
    private final double magnitude;
    private final boolean adjacentPairs;
    private int positions;
    private float[] cosines = new float[0];
    private float[] sines = new float[0];

    /**
     * A table without any positions yet.
     *
     * @param frequencies of each pair, radians per position
     * @param magnitude what cosines and sines are multiplied by
     * @param adjacentPairs whether pair i is (2i, 2i + 1) of a head rather than (i, i + pairs)
     */
    public RotaryTable(double[] frequencies, double magnitude, boolean adjacentPairs) {
        this.frequencies = frequencies.clone();
        this.magnitude = magnitude;
        this.adjacentPairs = adjacentPairs;
    }

    /** Makes sure that positions below {@code count} are there. */
    public void reach(int count) {
        if (count <= positions) {
            return;
        }
        int pairs = frequencies.length;
        int grown = Math.max(count, Math.max(FIRST_POSITIONS, positions + positions / 2));
        cosines = Arrays.copyOf(cosines, Math.multiplyExact(grown, pairs));
        sines = Arrays.copyOf(sines, grown * pairs);
        for (int position = positions; position < grown; position++) {
            for (int i = 0; i < pairs; i++) {
                double angle = position * frequencies[i];
                cosines[position * pairs + i] = (float) (magnitude * StrictMath.cos(angle));
                sines[position * pairs + i] = (float) (magnitude * StrictMath.sin(angle));
            }
        }
        positions = grown;
    }

    /** Pairs of numbers that are turned. */
    public int pairs() {
        return frequencies.length;
    }

    public boolean adjacentPairs() {
        return adjacentPairs;
    }

    /** [positions, pairs]; for positions that {@link #reach} has made. */
    public float[] cosines() {
        return cosines;
    }

    /** [positions, pairs]; for positions that {@link #reach} has made. */
    public float[] sines() {
        return sines;
    }
}
