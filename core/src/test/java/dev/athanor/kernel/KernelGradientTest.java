package dev.athanor.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Backward kernels against central differences of the forward definitions in double. A step of 2^-17 has a truncation
 * error of about 1e-11 and a rounding error of about 1e-11, both far below the kernels' float roundings.
 */
@Tag("kernel")
class KernelGradientTest {
    private static final double STEP = 0x1p-17;
    private static final int[] SIZES = {1, 2, 7, 16, 31, 48, 67};
    private static final float EPSILON = 1e-5f;

    /** A scalar function of all inputs, one of which is moved. */
    private static double slope(float[] values, int index, java.util.function.ToDoubleFunction<double[]> function) {
        double[] moved = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            moved[i] = values[i];
        }
        moved[index] = values[index] + STEP;
        double above = function.applyAsDouble(moved);
        moved[index] = values[index] - STEP;
        return (above - function.applyAsDouble(moved)) / (2 * STEP);
    }

    private static double tolerance(KernelRoom room, double largest) {
        return KernelReference.EPS * (KernelReference.roundings(room.n) + 24) * largest;
    }

    /** Sum of dy * norm(x), with or without taking out the mean. */
    private static double norm(double[] x, double[] weight, KernelRoom a, boolean centred) {
        double mean = 0;
        for (int i = 0; i < a.n && centred; i++) {
            mean += x[a.xo + i] / a.n;
        }
        double variance = 0;
        for (int i = 0; i < a.n; i++) {
            variance += (x[a.xo + i] - mean) * (x[a.xo + i] - mean) / a.n;
        }
        double rstd = 1 / Math.sqrt(variance + EPSILON);
        double sum = 0;
        for (int i = 0; i < a.n; i++) {
            sum += a.y[a.yo + i] * ((x[a.xo + i] - mean) * rstd * weight[a.wo + i] + (centred ? a.b[a.bo + i] : 0));
        }
        return sum;
    }

    private static double[] doubles(float[] values) {
        double[] result = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            result[i] = values[i];
        }
        return result;
    }

    @Test
    void layerNormBackwardIsTheSlopeOfLayerNorm() {
        checkNorm(true);
    }

    @Test
    void rmsNormBackwardIsTheSlopeOfRmsNorm() {
        checkNorm(false);
    }

    private static void checkNorm(boolean centred) {
        for (Kernels kernels : KernelProviders.all()) {
            for (int n : SIZES) {
                for (boolean accumulate : new boolean[] {false, true}) {
                    if (n > 1 || !centred) { // one centred element is always 0 and its slope 0/epsilon
                        checkNorm(
                                kernels,
                                new KernelRoom(n, n % 16, 1, n),
                                new KernelRoom(n, n % 16, 1, n),
                                centred,
                                accumulate);
                    }
                }
            }
        }
    }

    private static void checkNorm(Kernels kernels, KernelRoom a, KernelRoom b, boolean centred, boolean accumulate) {
        float[] stats = new float[2];
        if (centred) {
            kernels.layerNorm(new float[b.p.length], b.po, a.x, a.xo, a.w, a.wo, a.b, a.bo, EPSILON, stats, 0, a.n);
            kernels.layerNormBackward(
                    b.p, b.po, accumulate, b.q, b.qo, b.r, b.ro, a.y, a.yo, a.x, a.xo, a.w, a.wo, stats, 0, a.n);
        } else {
            kernels.rmsNorm(new float[b.p.length], b.po, a.x, a.xo, a.w, a.wo, EPSILON, stats, 0, a.n);
            kernels.rmsNormBackward(b.p, b.po, accumulate, b.q, b.qo, a.y, a.yo, a.x, a.xo, a.w, a.wo, stats, 0, a.n);
        }
        double[] x = doubles(a.x);
        double[] weight = doubles(a.w);
        float rstd = centred ? stats[1] : stats[0];
        double largest = 20;
        for (int i = 0; i < a.n; i++) {
            largest = Math.max(largest, Math.abs((double) a.y[a.yo + i] * a.w[a.wo + i]) * (1 + rstd) * 8);
        }
        String where = kernels.name() + " n=" + a.n + " centred=" + centred + " element ";
        for (int i = 0; i < a.n; i++) {
            double before = accumulate ? a.p[a.po + i] : 0;
            double dx = before + slope(a.x, a.xo + i, moved -> norm(moved, weight, a, centred));
            assertEquals(dx, b.p[b.po + i], tolerance(a, largest), where + i);
            double dweight = a.q[a.qo + i] + slope(a.w, a.wo + i, moved -> norm(x, moved, a, centred));
            assertEquals(dweight, b.q[b.qo + i], tolerance(a, largest), where + i);
            if (centred) {
                assertEquals(a.r[a.ro + i] + a.y[a.yo + i], b.r[b.ro + i], tolerance(a, largest), where + i);
            }
        }
    }

    @Test
    void activationBackwardIsTheSlopeOfTheActivation() {
        for (Kernels kernels : KernelProviders.all()) {
            for (int n : SIZES) {
                KernelRoom a = new KernelRoom(n, n % 16, 1, n);
                KernelRoom b = new KernelRoom(n, n % 16, 1, n);
                kernels.geluTanhBackward(b.p, b.po, a.y, a.yo, a.x, a.xo, n);
                kernels.geluErfBackward(b.q, b.qo, a.y, a.yo, a.x, a.xo, n);
                kernels.siluGateBackward(b.r, b.ro, b.b, b.bo, a.y, a.yo, a.x, a.xo, a.w, a.wo, n);
                for (int i = 0; i < n; i++) {
                    double x = a.x[a.xo + i];
                    double dy = a.y[a.yo + i];
                    double up = a.w[a.wo + i];
                    double tolerance = 1e-10 + KernelReference.EPS * 32 * Math.abs(dy);
                    assertEquals(
                            dy * slope(x, KernelReference::geluTanh),
                            b.p[b.po + i],
                            tolerance,
                            kernels.name() + " x=" + x);
                    assertEquals(
                            dy * slope(x, KernelReference::geluErf),
                            b.q[b.qo + i],
                            tolerance,
                            kernels.name() + " x=" + x);
                    assertEquals(
                            dy * up * slope(x, KernelReference::silu),
                            b.r[b.ro + i],
                            1e-9 + tolerance * Math.abs(up),
                            kernels.name() + " x=" + x);
                }
            }
        }
    }

    private static double slope(double x, DoubleUnaryOperator function) {
        return (function.applyAsDouble(x + STEP) - function.applyAsDouble(x - STEP)) / (2 * STEP);
    }

    @Test
    void crossEntropyGradientIsTheSlopeOfItsLoss() {
        for (Kernels kernels : KernelProviders.all()) {
            for (int n : SIZES) {
                KernelRoom a = new KernelRoom(n, n % 16, 1, n);
                KernelRoom b = new KernelRoom(n, n % 16, 1, n);
                int target = n - 1;
                kernels.crossEntropy(b.p, b.po, n, target, 1f);
                for (int i = 0; i < n; i++) {
                    double expected = slope(a.p, a.po + i, moved -> loss(moved, a.po, n, target));
                    assertEquals(
                            expected,
                            b.p[b.po + i],
                            1e-9 + tolerance(a, 2),
                            kernels.name() + " n=" + n + " element " + i);
                }
            }
        }
    }

    private static double loss(double[] logits, int lo, int n, int target) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += Math.exp(logits[lo + i]);
        }
        return Math.log(sum) - logits[lo + target];
    }
}
