package dev.athanor.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

/** Frequencies beside those of another implementation of the same rules, in Python with 64-bit numbers. */
class RopeScalingTest {
    /** Both sides take a power, a logarithm and some products in 64 bits. */
    private static final double RELATIVE = 1e-13;

    private static void check(RopeScaling scaling, double theta, int dimensions, int[] pairs, double... expected) {
        for (int i = 0; i < pairs.length; i++) {
            double found = scaling.frequency(theta, dimensions, pairs[i]);
            assertEquals(expected[i], found, expected[i] * RELATIVE, scaling + ", pair " + pairs[i]);
        }
    }

    @Test
    void llama3KeepsShortWavesStretchesLongOnesAndBlendsBetween() {
        check(
                new RopeScaling.Llama3(32, 1, 4, 8192),
                500_000,
                64,
                new int[] {0, 12, 14, 15, 16, 17, 18, 31},
                1.0,
                0.0072926647372171085,
                0.0032114459947525913,
                0.001290547928209264,
                0.00042955679655936815,
                9.70828780262767e-05,
                1.9461638184831125e-05,
                9.418306725434909e-08);
    }

    @Test
    void yarnRampsFromKeptToStretched() {
        check(
                new RopeScaling.Yarn(4, 32768, 32, 1, RopeScaling.Yarn.usualAttentionFactor(4)),
                1e6,
                128,
                new int[] {0, 20, 24, 30, 36, 40, 63},
                1.0,
                0.01333521432163324,
                0.005375321490790102,
                0.0010643609812470017,
                0.00017984115587395423,
                4.445698525097307e-05,
                3.102344401879299e-07);
        assertEquals(1.138629436111989, RopeScaling.Yarn.usualAttentionFactor(4), 1e-15);
    }

    @Test
    void linearBringsPositionsCloserTogether() {
        RopeScaling.None plain = new RopeScaling.None();
        for (int pair = 0; pair < 8; pair++) {
            assertEquals(
                    plain.frequency(1e4, 16, pair) / 2.5, new RopeScaling.Linear(2.5).frequency(1e4, 16, pair), 0.0);
        }
    }
}
