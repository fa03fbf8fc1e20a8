package dev.athanor.kernel;

import static dev.athanor.kernel.KernelReference.EPS;
import static dev.athanor.kernel.KernelReference.roundings;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every kernel against double arithmetic; each tolerance counts the roundings on the way to the result. */
@Tag("kernel")
class KernelAccuracyTest {
    /** Checks one kernel on rooms of one size. */
    interface Check {
        void run(Kernels kernels, KernelRoom before, KernelRoom after);
    }

    private static void forEachSize(Check check) {
        for (Kernels kernels : KernelProviders.all()) {
            for (int n = 1; n <= 130; n++) {
                check.run(kernels, new KernelRoom(n, (n * 3) % 16, 1, n), new KernelRoom(n, (n * 3) % 16, 1, n));
            }
            for (int n : KernelProviders.LARGE_SIZES) {
                check.run(kernels, new KernelRoom(n, n % 16, 0, n), new KernelRoom(n, n % 16, 0, n));
            }
        }
    }

    private static void near(double expected, float found, double tolerance, Kernels kernels, KernelRoom room, int i) {
        if (!(Math.abs(expected - found) <= tolerance)) {
            assertEquals(
                    expected, found, tolerance, kernels.name() + " n=" + room.n + " xo=" + room.xo + " element " + i);
        }
    }

    @Test
    void sumAndDotStayWithinTheirRoundings() {
        forEachSize((k, a, b) -> {
            double sum = 0;
            double absolute = 0;
            double dot = 0;
            double absoluteDot = 0;
            for (int i = 0; i < a.n; i++) {
                double x = a.x[a.xo + i];
                double product = x * a.y[a.yo + i];
                sum += x;
                absolute += Math.abs(x);
                dot += product;
                absoluteDot += Math.abs(product);
            }
            near(sum, k.sum(a.x, a.xo, a.n), roundings(a.n) * EPS * absolute, k, a, 0);
            near(dot, k.dot(a.x, a.xo, a.y, a.yo, a.n), roundings(a.n) * EPS * absoluteDot, k, a, 0);
        });
    }

    @Test
    void maxIsTheLargestElement() {
        forEachSize((k, a, b) -> {
            for (int place = 0; place < a.n; place += 1 + a.n / 40) {
                b.x[b.xo + place] = 1e9f + place;
                assertEquals(1e9f + place, k.max(b.x, b.xo, b.n), k.name());
                b.x[b.xo + place] = -5f;
            }
        });
    }

    @Test
    void elementwiseKernelsRoundOnce() {
        forEachSize((k, a, b) -> {
            k.add(b.p, b.po, a.x, a.xo, a.n);
            k.addScaled(b.q, b.qo, 0.3f, a.x, a.xo, a.n);
            k.scale(b.r, b.ro, 0.3f, a.n);
            for (int i = 0; i < a.n; i++) {
                double x = a.x[a.xo + i];
                assertEquals((float) (a.p[a.po + i] + x), b.p[b.po + i], k.name());
                double scaled = a.q[a.qo + i] + 0.3f * x;
                near(scaled, b.q[b.qo + i], EPS * Math.abs(scaled), k, a, i);
                assertEquals((float) ((double) a.r[a.ro + i] * 0.3f), b.r[b.ro + i], k.name());
            }
        });
    }

    @Test
    void expShiftedIsExpAndItsSum() {
        forEachSize((k, a, b) -> {
            float shift = 1.5f;
            double sum = 0;
            float total = k.expShifted(b.p, b.po, a.x, a.xo, shift, a.n);
            for (int i = 0; i < a.n; i++) {
                double argument = (double) a.x[a.xo + i] - shift;
                double expected = Math.exp(argument);
                sum += b.p[b.po + i];
                near(
                        expected,
                        b.p[b.po + i],
                        expected * EPS * (4 + Math.abs(argument)),
                        k,
                        a,
                        i); // 2 ulp, rounded argument
            }
            near(sum, total, roundings(a.n) * EPS * sum, k, a, 0);
        });
    }

    @Test
    void layerNormNormalises() {
        forEachSize((k, a, b) -> {
            float epsilon = 1e-5f;
            k.layerNorm(b.p, b.po, a.x, a.xo, a.w, a.wo, a.b, a.bo, epsilon, b.results, 0, a.n);
            k.layerNorm(b.q, b.qo, a.x, a.xo, a.w, a.wo, new float[0], -1, epsilon, b.results, 0, a.n);
            double mean = KernelReference.mean(a.x, a.xo, a.n);
            double variance = KernelReference.variance(a.x, a.xo, a.n);
            double rstd = 1 / Math.sqrt(variance + epsilon);
            double magnitude = 0;
            for (int i = 0; i < a.n; i++) {
                magnitude += Math.abs(a.x[a.xo + i]) / a.n;
            }
            double meanError = (roundings(a.n) + 2) * EPS * magnitude;
            // A wrong mean adds its square to the variance; each deviation is rounded before it is squared.
            double varianceError =
                    meanError * meanError + (roundings(a.n) + 4) * EPS * (variance + 2 * meanError * magnitude);
            double relative = 0.5 * varianceError * rstd * rstd + 4 * EPS;
            near(mean, b.results[0], meanError, k, a, 0);
            near(rstd, b.results[1], rstd * relative, k, a, 0);
            for (int i = 0; i < a.n; i++) {
                double weight = a.w[a.wo + i];
                double normalised = (a.x[a.xo + i] - mean) * rstd * weight;
                double tolerance =
                        Math.abs(normalised) * (relative + 4 * EPS) + Math.abs(weight) * rstd * meanError * 2;
                double biased = normalised + a.b[a.bo + i];
                near(normalised, b.q[b.qo + i], tolerance, k, a, i);
                near(biased, b.p[b.po + i], tolerance + EPS * Math.abs(biased), k, a, i);
            }
        });
    }

    @Test
    void rmsNormNormalises() {
        forEachSize((k, a, b) -> {
            float epsilon = 1e-6f;
            k.rmsNorm(b.p, b.po, a.x, a.xo, a.w, a.wo, epsilon, b.results, 0, a.n);
            double rrms = 1 / Math.sqrt(KernelReference.meanSquare(a.x, a.xo, a.n) + epsilon);
            double relative = (0.5 * (roundings(a.n) + 1) + 1) * EPS;
            near(rrms, b.results[0], rrms * relative * 1.01, k, a, 0);
            for (int i = 0; i < a.n; i++) {
                double expected = a.x[a.xo + i] * rrms * a.w[a.wo + i];
                near(expected, b.p[b.po + i], Math.abs(expected) * (relative + 2 * EPS) * 1.01, k, a, i);
            }
        });
    }

    @Test
    void activationsMatchTheirDefinitions() {
        forEachSize((k, a, b) -> {
            k.geluTanh(b.p, b.po, a.x, a.xo, a.n);
            k.geluErf(b.q, b.qo, a.x, a.xo, a.n);
            k.siluGate(b.r, b.ro, a.x, a.xo, a.w, a.wo, a.n);
            for (int i = 0; i < a.n; i++) {
                double x = a.x[a.xo + i];
                double tanh = KernelReference.geluTanh(x);
                double twice = 2 * Math.sqrt(2 / Math.PI) * (Math.abs(x) + 0.044715 * Math.abs(x * x * x));
                // the exponent 2u carries about 6 roundings; in double, 1 + tanh itself is only good to 2^-53 of x
                near(tanh, b.p[b.po + i], Math.abs(tanh) * EPS * (8 + 6 * twice) + Math.abs(x) * 1e-15, k, a, i);
                near(KernelReference.geluErf(x), b.q[b.qo + i], Math.abs(x) * 1e-7 + 2 * EPS * Math.abs(x), k, a, i);
                double up = a.w[a.wo + i];
                double gated = KernelReference.silu(x) * up;
                near(gated, b.r[b.ro + i], Math.abs(gated) * EPS * 9, k, a, i);
            }
        });
    }

    @Test
    void activationGradientsMatchTheirDefinitions() {
        forEachSize((k, a, b) -> {
            k.geluTanhBackward(b.p, b.po, a.y, a.yo, a.x, a.xo, a.n);
            k.geluErfBackward(b.q, b.qo, a.y, a.yo, a.x, a.xo, a.n);
            k.siluGateBackward(b.r, b.ro, b.b, b.bo, a.y, a.yo, a.x, a.xo, a.w, a.wo, a.n);
            for (int i = 0; i < a.n; i++) {
                double x = a.x[a.xo + i];
                double dy = a.y[a.yo + i];
                double up = a.w[a.wo + i];
                // x times a factor below 1.2 and its exponent's roundings, largest near |x| = 2: under 32 in all
                double tolerance = Math.abs(dy) * EPS * 32;
                near(dy * KernelReference.geluTanhSlope(x), b.p[b.po + i], tolerance, k, a, i);
                near(dy * KernelReference.geluErfSlope(x), b.q[b.qo + i], tolerance, k, a, i);
                near(dy * up * KernelReference.siluSlope(x), b.r[b.ro + i], Math.abs(dy * up) * EPS * 16, k, a, i);
                double dup = dy * KernelReference.silu(x);
                near(dup, b.b[b.bo + i], Math.abs(dup) * EPS * 10, k, a, i);
            }
        });
    }

    @Test
    void rowsInAFileGiveTheBitsOfRowsInMemory() {
        forEachSize((k, a, b) -> {
            assertEquals(
                    k.dot(a.y, a.yo, a.x, a.xo, a.n),
                    k.dot(a.mapped, a.at, a.x, a.xo, a.n),
                    k.name() + ", n " + a.n + ", offset " + a.xo);
            float[] expected = a.p.clone();
            k.addScaled(expected, a.po, 0.7f, a.y, a.yo, a.n);
            k.addScaled(b.p, b.po, 0.7f, a.mapped, a.at, a.n);
            assertArrayEquals(expected, b.p, k.name() + ", n " + a.n + ", offset " + a.xo);
        });
    }

    @Test
    void adjacentPairsTurnAsDistantOnesDo() {
        forEachSize((k, a, b) -> {
            float[] distant = new float[2 * a.n];
            for (int i = 0; i < a.n; i++) {
                distant[i] = a.p[a.po + 2 * i];
                distant[a.n + i] = a.p[a.po + 2 * i + 1];
            }
            k.rotate(distant, 0, a.x, a.xo, a.y, a.yo, a.n, false);
            k.rotateAdjacent(b.p, b.po, a.x, a.xo, a.y, a.yo, a.n, false);
            for (int i = 0; i < a.n; i++) {
                assertEquals(distant[i], b.p[b.po + 2 * i], k.name() + ", pair " + i);
                assertEquals(distant[a.n + i], b.p[b.po + 2 * i + 1], k.name() + ", pair " + i);
            }
        });
    }

    @Test
    void rotationTurnsPairs() {
        forEachSize((k, a, b) -> {
            k.rotate(b.p, b.po, a.x, a.xo, a.y, a.yo, a.n, false);
            for (int i = 0; i < a.n; i++) {
                double first = a.p[a.po + i];
                double second = a.p[a.po + a.n + i];
                double c = a.x[a.xo + i];
                double s = a.y[a.yo + i];
                near(
                        first * c - second * s,
                        b.p[b.po + i],
                        2 * EPS * (Math.abs(first * c) + Math.abs(second * s)),
                        k,
                        a,
                        i);
                near(
                        second * c + first * s,
                        b.p[b.po + a.n + i],
                        2 * EPS * (Math.abs(second * c) + Math.abs(first * s)),
                        k,
                        a,
                        i);
            }
        });
    }

    @Test
    void inverseRotationBringsPairsBack() {
        forEachSize((k, a, b) -> {
            for (int i = 0; i < a.n; i++) {
                a.x[a.xo + i] = (float) Math.cos(i);
                a.y[a.yo + i] = (float) Math.sin(i);
            }
            k.rotate(b.p, b.po, a.x, a.xo, a.y, a.yo, a.n, false);
            k.rotate(b.p, b.po, a.x, a.xo, a.y, a.yo, a.n, true);
            for (int i = 0; i < a.n; i++) {
                double size = Math.abs(a.p[a.po + i]) + Math.abs(a.p[a.po + a.n + i]);
                near(a.p[a.po + i], b.p[b.po + i], 8 * EPS * size, k, a, i);
                near(a.p[a.po + a.n + i], b.p[b.po + a.n + i], 8 * EPS * size, k, a, i);
            }
        });
    }

    @Test
    void softmaxIsADistribution() {
        forEachSize((k, a, b) -> {
            float found = k.softmax(b.p, b.po, a.n);
            double expected = KernelReference.logSumExp(a.p, a.po, a.n);
            near(expected, found, EPS * (roundings(a.n) + 8 + Math.abs(expected) * 2), k, a, 0);
            double total = 0;
            for (int i = 0; i < a.n; i++) {
                double probability = Math.exp(a.p[a.po + i] - expected);
                // the shift below the largest (under 30 here) is rounded once, and exp turns that into a relative error
                near(probability, b.p[b.po + i], probability * EPS * (roundings(a.n) + 8 + 30), k, a, i);
                total += b.p[b.po + i];
            }
            assertEquals(1, total, EPS * (roundings(a.n) + 4), k.name());
        });
    }

    @Test
    void crossEntropyGivesLossAndGradient() {
        forEachSize((k, a, b) -> {
            int target = a.n / 2;
            float scale = 0.25f;
            float loss = k.crossEntropy(b.p, b.po, a.n, target, scale);
            double normaliser = KernelReference.logSumExp(a.p, a.po, a.n);
            double expected = normaliser - a.p[a.po + target];
            near(expected, loss, EPS * (roundings(a.n) + 8 + expected), k, a, 0);
            for (int i = 0; i < a.n; i++) {
                double probability = Math.exp(a.p[a.po + i] - normaliser);
                double gradient = scale * (probability - (i == target ? 1 : 0));
                near(gradient, b.p[b.po + i], scale * EPS * (probability * (roundings(a.n) + 38) + 1), k, a, i);
            }
        });
    }

    @Test
    void adamWTakesPyTorchsStep() {
        forEachSize((k, a, b) -> {
            float lr = 1e-2f;
            float beta1 = 0.9f;
            float beta2 = 0.99f;
            float bias1 = 1 - beta1 * beta1;
            float bias2 = 1 - beta2 * beta2;
            k.adamW(b.p, b.po, a.x, a.xo, 0.5f, b.q, b.qo, b.r, b.ro, a.n, lr, beta1, beta2, 1e-8f, 0.1f, bias1, bias2);
            for (int i = 0; i < a.n; i++) {
                double g = 0.5 * a.x[a.xo + i];
                double m = a.q[a.qo + i];
                double mean = m + (1.0 - beta1) * (g - m);
                double square = beta2 * (double) a.r[a.ro + i] + (1.0 - beta2) * g * g;
                double change = lr / (double) bias1 * mean / (Math.sqrt(square) / Math.sqrt(bias2) + 1e-8f);
                double p = a.p[a.po + i] * (1 - (double) lr * 0.1f);
                double meanError = 4 * EPS * (Math.abs(m) + Math.abs(g));
                near(mean, b.q[b.qo + i], meanError, k, a, i);
                near(square, b.r[b.ro + i], 4 * EPS * square, k, a, i);
                double tolerance =
                        EPS * (4 * Math.abs(p) + 10 * Math.abs(change)) + Math.abs(change / mean) * meanError;
                near(p - change, b.p[b.po + i], tolerance, k, a, i);
            }
        });
    }

    @Test
    void allFiniteFindsOneBadElementAnywhere() {
        for (Kernels kernels : KernelProviders.all()) {
            for (int n : new int[] {1, 15, 16, 17, 33, 64, 67, 130}) {
                KernelRoom room = new KernelRoom(n, 5, 0, n);
                assertTrue(kernels.allFinite(room.x, room.xo, n), kernels.name());
                for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
                    for (int place = 0; place < n; place++) {
                        float kept = room.x[room.xo + place];
                        room.x[room.xo + place] = bad;
                        assertTrue(
                                !kernels.allFinite(room.x, room.xo, n), kernels.name() + " n=" + n + " place " + place);
                        room.x[room.xo + place] = kept;
                    }
                }
            }
        }
    }
}
