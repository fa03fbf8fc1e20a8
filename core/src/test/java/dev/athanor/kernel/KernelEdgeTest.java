package dev.athanor.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Values where floating point is full of corners. */
@Tag("kernel")
class KernelEdgeTest {
    private static float exp(Kernels kernels, float x) {
        float[] out = new float[17];
        float[] in = new float[17];
        java.util.Arrays.fill(in, x);
        kernels.expShifted(out, 0, in, 0, 0f, 17);
        assertEquals(Float.floatToIntBits(out[0]), Float.floatToIntBits(out[16]), "body and tail at " + x);
        return out[0];
    }

    @Test
    void expIsWithinTwoUlpOverItsWholeRange() {
        int count = 1 << 14;
        float[] x = new float[count];
        float[] found = new float[count];
        for (Kernels kernels : KernelProviders.all()) {
            double worst = 0;
            for (int block = 0; block < 16; block++) {
                for (int i = 0; i < count; i++) {
                    x[i] = (float) (-87.3 + 176.0 * (i + block / 16.0) / count);
                }
                kernels.expShifted(found, 0, x, 0, 0f, count);
                for (int i = 0; i < count; i++) {
                    double expected = Math.exp(x[i]);
                    worst = Math.max(worst, Math.abs(expected - found[i]) / Math.ulp((float) expected));
                }
            }
            assertTrue(worst <= 2, kernels.name() + ": " + worst + " ulp");
        }
    }

    @Test
    void expEndsInZeroInfinityAndNaN() {
        for (Kernels kernels : KernelProviders.all()) {
            assertEquals(1f, exp(kernels, 0f));
            assertEquals(1f, exp(kernels, -0f));
            assertEquals(1f, exp(kernels, Float.MIN_VALUE));
            assertEquals(0f, exp(kernels, Float.NEGATIVE_INFINITY));
            assertEquals(0f, exp(kernels, -Float.MAX_VALUE));
            assertEquals(0f, exp(kernels, -88f));
            assertTrue(exp(kernels, -87.3365f) >= Float.MIN_NORMAL, kernels.name());
            assertTrue(exp(kernels, 88.7228f) <= Float.MAX_VALUE, kernels.name());
            assertEquals(Float.POSITIVE_INFINITY, exp(kernels, 88.72284f));
            assertEquals(Float.POSITIVE_INFINITY, exp(kernels, Float.MAX_VALUE));
            assertEquals(Float.POSITIVE_INFINITY, exp(kernels, Float.POSITIVE_INFINITY));
            for (int bits : new int[] {0x7fc00000, 0x7fc00001, 0x7fffffff, 0xffc00155, 0x7f800001}) {
                assertTrue(
                        Float.isNaN(exp(kernels, Float.intBitsToFloat(bits))),
                        kernels.name() + Integer.toHexString(bits));
            }
        }
    }

    @Test
    void expNeverDecreasesNearItsEnds() {
        for (Kernels kernels : KernelProviders.all()) {
            float last = 0f;
            for (float x = -87.3366f; x < -87.3364f; x = Math.nextUp(x)) {
                float found = exp(kernels, x);
                assertTrue(found == 0f || found >= Float.MIN_NORMAL, "no subnormal result at " + x + ": " + found);
                assertTrue(found >= last * (1 - 0x1p-22f), "at " + x);
                last = found;
            }
        }
    }

    @Test
    void erfIsWithinTwoTenMillionths() {
        int count = 4001;
        float[] x = new float[count];
        float[] found = new float[count];
        for (int i = 0; i < count; i++) {
            x[i] = (i - 2000) / 250f;
        }
        for (Kernels kernels : KernelProviders.all()) {
            kernels.geluErf(found, 0, x, 0, count);
            for (int i = 0; i < count; i++) {
                if (x[i] != 0f) {
                    double erf = 2.0 * found[i] / x[i] - 1;
                    assertEquals(
                            KernelReference.erf(x[i] / Math.sqrt(2)),
                            erf,
                            2e-7 + 4 * KernelReference.EPS,
                            kernels.name() + " x=" + x[i]);
                }
            }
        }
    }

    @Test
    void activationsSettleForLargeInputs() {
        float[] x = {-1e30f, -1e20f, -1000f, 1000f, 1e20f, 1e30f};
        float[] dy = {1f, 1f, 1f, 1f, 1f, 1f};
        float[] one = {1f, 1f, 1f, 1f, 1f, 1f};
        for (Kernels kernels : KernelProviders.all()) {
            float[] out = new float[6];
            float[] up = new float[6];
            for (int i = 0; i < 6; i++) {
                float expected = Math.max(x[i], 0f);
                float slope = x[i] > 0f ? 1f : 0f;
                kernels.geluTanh(out, 0, x, 0, 6);
                assertEquals(expected, out[i], 0f, kernels.name());
                kernels.geluErf(out, 0, x, 0, 6);
                assertEquals(expected, out[i], 0f, kernels.name());
                kernels.siluGate(out, 0, x, 0, one, 0, 6);
                assertEquals(expected, out[i], 0f, kernels.name());
                kernels.geluTanhBackward(out, 0, dy, 0, x, 0, 6);
                assertEquals(slope, out[i], 0f, kernels.name());
                kernels.geluErfBackward(out, 0, dy, 0, x, 0, 6);
                assertEquals(slope, out[i], 0f, kernels.name());
                kernels.siluGateBackward(out, 0, up, 0, dy, 0, x, 0, one, 0, 6);
                assertEquals(slope, out[i], 0f, kernels.name());
                assertEquals(expected, up[i], 0f, kernels.name());
            }
        }
    }

    @Test
    void maxKnowsNaNEmptinessAndSignedZero() {
        for (Kernels kernels : KernelProviders.all()) {
            assertEquals(Float.NEGATIVE_INFINITY, kernels.max(new float[0], 0, 0));
            for (int n = 1; n < 70; n++) {
                float[] x = new float[n];
                java.util.Arrays.fill(x, -0f);
                assertEquals(Float.floatToIntBits(-0f), Float.floatToIntBits(kernels.max(x, 0, n)), kernels.name() + n);
                x[n / 2] = 0f;
                assertEquals(0, Float.floatToIntBits(kernels.max(x, 0, n)), kernels.name() + n);
                x[n - 1] = Float.NaN;
                assertTrue(Float.isNaN(kernels.max(x, 0, n)), kernels.name() + n);
            }
        }
    }

    @Test
    void emptyRowsAreHarmless() {
        for (Kernels kernels : KernelProviders.all()) {
            float[] none = new float[0];
            assertEquals(0f, kernels.sum(none, 0, 0));
            assertEquals(0f, kernels.dot(none, 0, none, 0, 0));
            assertTrue(kernels.allFinite(none, 0, 0));
            assertEquals(0f, kernels.expShifted(none, 0, none, 0, 0f, 0));
            kernels.add(none, 0, none, 0, 0);
            kernels.geluTanh(none, 0, none, 0, 0);
        }
    }

    @Test
    void softmaxSurvivesLargeLogitsAndMaskedOnes() {
        for (Kernels kernels : KernelProviders.all()) {
            float[] x = {3e38f, Float.NEGATIVE_INFINITY, 3e38f, -3e38f};
            assertEquals(3e38f, kernels.softmax(x, 0, 4), 1e31f);
            assertEquals(0.5f, x[0]);
            assertEquals(0f, x[1]);
            assertEquals(0.5f, x[2]);
            assertEquals(0f, x[3]);
        }
    }

    @Test
    void crossEntropyOfACertainAnswerIsZero() {
        for (Kernels kernels : KernelProviders.all()) {
            float[] x = {-200f, 200f, -200f};
            assertEquals(0f, kernels.crossEntropy(x, 0, 3, 1, 1f));
            assertEquals(0f, x[1]);
            float[] wrong = {-200f, 200f, -200f};
            assertEquals(400f, kernels.crossEntropy(wrong, 0, 3, 0, 1f));
            assertEquals(-1f, wrong[0]);
            assertEquals(1f, wrong[1]);
        }
    }

    @Test
    void crossEntropyRefusesATargetOutsideTheRow() {
        for (Kernels kernels : KernelProviders.all()) {
            for (int target : new int[] {-1, 3, Integer.MAX_VALUE}) {
                IllegalArgumentException e = assertThrows(
                        IllegalArgumentException.class, () -> kernels.crossEntropy(new float[8], 1, 3, target, 1f));
                assertEquals("target: expected an index in [0, 3), found " + target, e.getMessage());
            }
        }
    }

    @Test
    void rowsOutsideTheArrayAreRefused() {
        for (Kernels kernels : KernelProviders.all()) {
            float[] x = new float[40];
            assertThrows(IndexOutOfBoundsException.class, () -> kernels.sum(x, 8, 33));
            assertThrows(IndexOutOfBoundsException.class, () -> kernels.add(x, 0, x, -1, 20));
            assertThrows(IndexOutOfBoundsException.class, () -> kernels.geluTanh(new float[40], 39, x, 0, 2));
        }
    }
}
