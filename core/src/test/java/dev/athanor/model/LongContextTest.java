package dev.athanor.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.kernel.Compute;
import dev.athanor.model.ModelConfig.Activation;
import dev.athanor.model.ModelConfig.Family;
import dev.athanor.model.ModelConfig.NormKind;
import dev.athanor.model.ModelConfig.Positions;
import dev.athanor.model.TensorSpec.Role;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LongContextTest {
    private static final long SEED = 20261124;
    private static final int WIDTH = 16;
    private static final int VOCABULARY = 64;
    private static final double THETA = 500_000;
    private static final double EPSILON = 1e-5;
    private static final RopeScaling SCALING = new RopeScaling.Llama3(32, 1, 4, 8192);

    static ModelConfig config(int context, int layers, OptionalInt window) {
        return new ModelConfig(
                window.isPresent() ? Family.MISTRAL : Family.LLAMA,
                VOCABULARY,
                context,
                layers,
                WIDTH,
                1,
                1,
                WIDTH,
                32,
                NormKind.RMS_NORM,
                (float) EPSILON,
                Activation.SILU_GATED,
                new Positions.Rotary(THETA, WIDTH, SCALING),
                false,
                false,
                false,
                false,
                false,
                true,
                window,
                0f,
                OptionalInt.empty(),
                OptionalInt.empty());
    }

    static Parameters random(ModelConfig config) {
        Parameters parameters = Parameters.zeros(config);
        SplittableRandom random = new SplittableRandom(SEED);
        for (Parameter p : parameters.list()) {
            float[] data = p.value().data();
            boolean norm = p.spec().shape().rank() == 1;
            for (int i = 0; i < data.length; i++) {
                data[i] = norm ? 1f : (float) random.nextGaussian() * 0.4f;
            }
        }
        return parameters;
    }

    private static int[] tokens(int count) {
        return new SplittableRandom(SEED + 1).ints(count, 0, VOCABULARY).toArray();
    }

    @Test
    void a128kContextIsReadInMemoryLinearInItsLength() {
        int length = 1 << 17;
        ModelConfig config = config(length, 1, OptionalInt.empty());
        Parameters parameters = random(config);
        try (Compute compute = Compute.create(2)) {
            Transformer model = new Transformer(parameters, compute);
            KvCache cache = model.newCache(length);
            int[] tokens = tokens(length);
            float[] logits = model.nextLogits(tokens, cache).data();
            assertEquals(length, cache.length());
            // A key and a value of 16 floats per token, and up to half as much again of room to grow into.
            long exact = 2L * length * WIDTH * Float.BYTES;
            assertTrue(cache.bytes() >= exact && cache.bytes() <= exact * 3 / 2, "cache takes " + cache.bytes());
            // 512 rows at a time: some 20 results of at most 64 floats a row.
            assertTrue(model.workspaceBytes() <= 4 << 20, "workspace takes " + model.workspaceBytes());
            double[] expected = new Reference(parameters).lastLogits(tokens);
            for (int i = 0; i < VOCABULARY; i++) {
                // Sums of 131,072 shares in F32: their relative rounding is far below 1e-4, logits are below 10.
                assertEquals(expected[i], logits[i], 1e-3, "logit " + i + ", seed " + SEED);
            }
        }
    }

    @Test
    void aSlidingWindowKeepsOnlyWhatCanBeSeen() {
        int window = 50;
        int length = 3000;
        ModelConfig config = config(length, 2, OptionalInt.of(window));
        try (Compute compute = Compute.create(2)) {
            Transformer model = new Transformer(random(config), compute);
            int[] tokens = tokens(length);
            float[] full = model.logits(tokens, 1, length).data();
            KvCache cache = model.newCache(length);
            SplittableRandom random = new SplittableRandom(SEED);
            long most = 0;
            for (int at = 0; at < length; ) {
                int count = Math.min(length - at, random.nextInt(4) == 0 ? 1 + random.nextInt(600) : 1);
                float[] next = model.nextLogits(Arrays.copyOfRange(tokens, at, at + count), cache)
                        .data();
                at += count;
                most = Math.max(most, cache.bytes());
                for (int i = 0; i < VOCABULARY; i++) {
                    assertEquals(full[(at - 1) * VOCABULARY + i], next[i], 5e-5, "position " + at + ", seed " + SEED);
                }
            }
            long row = 2L * 2 * WIDTH * Float.BYTES;
            // what is seen, 256 to go back, up to 512 until a cut of the sums, and a chunk of 512 new ones
            assertTrue(most <= row * (window + 256 + 512 + 512), "most bytes " + most + " at " + row + " a token");
            assertEquals(length, cache.length());
        }
    }

    @Test
    void aCacheGoesBackAsFarAsItsWindowAllowsAndSaysSoBeyond() {
        int length = 2000;
        ModelConfig config = config(length, 1, OptionalInt.of(10));
        try (Compute compute = Compute.create(1)) {
            Transformer model = new Transformer(random(config), compute);
            int[] tokens = tokens(length);
            KvCache cache = model.newCache(length);
            model.nextLogits(Arrays.copyOf(tokens, 1900), cache);
            float[] once = model.nextLogits(new int[] {5}, cache).data();
            cache.truncate(1900 - 200);
            model.nextLogits(Arrays.copyOfRange(tokens, 1700, 1900), cache);
            float[] again = model.nextLogits(new int[] {5}, cache).data();
            for (int i = 0; i < once.length; i++) {
                assertEquals(once[i], again[i], 1e-5, "logit " + i);
            }
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> cache.truncate(300));
            assertTrue(String.valueOf(e.getMessage()).contains("before the sliding window are gone"), e.getMessage());
            cache.truncate(0);
            assertEquals(0, cache.length());
        }
    }

    @Test
    void promptsOfEveryLengthLeaveLittleIdleMemory() {
        ModelConfig config = config(600, 1, OptionalInt.empty());
        try (Compute compute = Compute.create(1)) {
            Transformer model = new Transformer(random(config), compute);
            model.nextLogits(tokens(512), model.newCache(600));
            long once = model.idleWorkspaceBytes();
            for (int length = 1; length < 512; length += 7) {
                model.nextLogits(tokens(length), model.newCache(600));
            }
            assertTrue(model.idleWorkspaceBytes() <= 2 * once, model.idleWorkspaceBytes() + " after " + once);
        }
    }

    /** The same model with one layer and one head, in 64 bits, for the last position only. */
    private static final class Reference {
        private final Parameters parameters;

        Reference(Parameters parameters) {
            this.parameters = parameters;
        }

        private float[] weight(Role role, int layer) {
            return parameters
                    .list()
                    .get(parameters.indexOf(role, layer))
                    .value()
                    .data();
        }

        private static double[] normalised(double[] x) {
            double square = 0;
            for (double v : x) {
                square += v * v;
            }
            double scale = 1 / Math.sqrt(square / x.length + EPSILON);
            return Arrays.stream(x).map(v -> v * scale).toArray();
        }

        private static double[] times(float[] matrix, double[] x) {
            double[] y = new double[matrix.length / x.length];
            for (int i = 0; i < y.length; i++) {
                for (int j = 0; j < x.length; j++) {
                    y[i] += matrix[i * x.length + j] * x[j];
                }
            }
            return y;
        }

        private static void rotate(double[] x, int position) {
            for (int i = 0; i < x.length / 2; i++) {
                double angle = position * SCALING.frequency(THETA, x.length, i);
                double a = x[i];
                double b = x[i + x.length / 2];
                x[i] = a * Math.cos(angle) - b * Math.sin(angle);
                x[i + x.length / 2] = b * Math.cos(angle) + a * Math.sin(angle);
            }
        }

        private double[] embedding(int token) {
            double[] x = new double[WIDTH];
            for (int i = 0; i < WIDTH; i++) {
                x[i] = weight(Role.TOKEN_EMBEDDING, -1)[token * WIDTH + i];
            }
            return x;
        }

        private double[] attended(int[] tokens) {
            double[] q = times(weight(Role.QUERY_WEIGHT, 0), normalised(embedding(tokens[tokens.length - 1])));
            rotate(q, tokens.length - 1);
            double[] scores = new double[tokens.length];
            for (int t = 0; t < tokens.length; t++) {
                double[] k = times(weight(Role.KEY_WEIGHT, 0), normalised(embedding(tokens[t])));
                rotate(k, t);
                for (int i = 0; i < WIDTH; i++) {
                    scores[t] += q[i] * k[i] / Math.sqrt(WIDTH);
                }
            }
            double most = Arrays.stream(scores).max().orElseThrow();
            double[] z = new double[WIDTH];
            double sum = 0;
            for (int t = 0; t < tokens.length; t++) {
                double share = Math.exp(scores[t] - most);
                double[] v = times(weight(Role.VALUE_WEIGHT, 0), normalised(embedding(tokens[t])));
                sum += share;
                for (int i = 0; i < WIDTH; i++) {
                    z[i] += share * v[i];
                }
            }
            double total = sum;
            return times(
                    weight(Role.ATTENTION_OUTPUT_WEIGHT, 0),
                    Arrays.stream(z).map(v -> v / total).toArray());
        }

        double[] lastLogits(int[] tokens) {
            double[] x = embedding(tokens[tokens.length - 1]);
            add(x, attended(tokens));
            double[] gate = times(weight(Role.GATE_WEIGHT, 0), normalised(x));
            double[] up = times(weight(Role.UP_WEIGHT, 0), normalised(x));
            for (int i = 0; i < gate.length; i++) {
                up[i] *= gate[i] / (1 + Math.exp(-gate[i]));
            }
            add(x, times(weight(Role.DOWN_WEIGHT, 0), up));
            return times(weight(Role.TOKEN_EMBEDDING, -1), normalised(x));
        }

        private static void add(double[] x, double[] y) {
            for (int i = 0; i < x.length; i++) {
                x[i] += y[i];
            }
        }
    }
}
