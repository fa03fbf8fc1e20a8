package dev.athanor.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.kernel.Compute;
import dev.athanor.model.ModelConfig.Family;
import dev.athanor.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a cache promises, whichever type it stores keys and values in. */
class KvTypesTest {
    private static final long SEED = 20261129;

    /** Longer than one split of attention. */
    private static final int LONG = 530;

    private static int[] tokens(int count, long seed) {
        return new SplittableRandom(seed).ints(count, 0, WideHeads.VOCABULARY).toArray();
    }

    private static float[] row(Tensor logits, int row) {
        int from = logits.offset() + row * WideHeads.VOCABULARY;
        return Arrays.copyOfRange(logits.data(), from, from + WideHeads.VOCABULARY);
    }

    @ParameterizedTest
    @EnumSource(Family.class)
    void aTextInCompanyHasTheBitsItHasAlone(Family family) {
        Parameters parameters = WideHeads.random(WideHeads.config(family, 2, 2 * LONG), SEED);
        try (Compute compute = Compute.create(2)) {
            for (KvType type : KvType.values()) {
                Transformer model = new Transformer(parameters, compute, type);
                List<KvCache> alone = new ArrayList<>();
                List<KvCache> together = new ArrayList<>();
                for (int length : new int[] {LONG, 3, 60}) {
                    for (List<KvCache> list : List.of(alone, together)) {
                        list.add(model.newCache(length + 4));
                        model.nextLogits(tokens(length, SEED), list.getLast());
                    }
                }
                for (int step = 0; step < 4; step++) {
                    int[] next = tokens(3, SEED + step);
                    Tensor many = model.nextLogits(next, together);
                    for (int text = 0; text < 3; text++) {
                        Tensor one = model.nextLogits(new int[] {next[text]}, alone.get(text));
                        String where = type + " seed " + SEED + " step " + step + " text " + text;
                        assertArrayEquals(row(one, 0), row(many, text), where);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Family.class)
    void aKnownBeginningGivesTheBitsOfReadingItAgain(Family family) {
        Parameters parameters = WideHeads.random(WideHeads.config(family, 2, 2 * LONG), SEED);
        int[] beginning = tokens(70, SEED + 1);
        int[] rest = tokens(20, SEED + 2);
        try (Compute compute = Compute.create(2)) {
            for (KvType type : KvType.values()) {
                Transformer model = new Transformer(parameters, compute, type);
                KvCache fresh = model.newCache(90);
                model.read(beginning, fresh);
                KvCache copy = fresh.copy(70, 100);
                assertEquals(type, copy.type());
                float[] expected = model.nextLogits(rest, fresh).toArray();
                String where = type + " seed " + SEED;
                assertArrayEquals(expected, model.nextLogits(rest, copy).toArray(), where + " copied");
                copy.truncate(70);
                assertArrayEquals(expected, model.nextLogits(rest, copy).toArray(), where + " taken back");
                copy.truncate(0);
                model.read(beginning, copy);
                assertArrayEquals(expected, model.nextLogits(rest, copy).toArray(), where + " read again");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(KvType.class)
    void aSlidingWindowMovesWhatItStoresWithoutChangingIt(KvType type) {
        int length = 900;
        Parameters parameters = WideHeads.random(WideHeads.config(Family.MISTRAL, 1, 1000), SEED);
        try (Compute compute = Compute.create(1)) {
            Transformer model = new Transformer(parameters, compute, type);
            KvCache cache = model.newCache(length);
            KvCache roomy = model.newCache(length); // moves its rows at other times
            model.read(tokens(700, SEED), roomy);
            roomy.truncate(0);
            for (int token : tokens(length, SEED + 3)) {
                float[] expected = model.nextLogits(new int[] {token}, roomy).data();
                float[] found = model.nextLogits(new int[] {token}, cache).data();
                // In one layer the stored numbers are the same; only blocks of keys, so orders of sums, may differ.
                assertArrayEquals(expected, found, 5e-5f, type + " position " + cache.length() + ", seed " + SEED);
            }
            assertTrue(!cache.whole() && !roomy.whole(), "both have let rows go");
            cache.truncate(length - 100);
            roomy.truncate(length - 100);
            assertArrayEquals(
                    model.nextLogits(new int[] {5}, roomy).data(),
                    model.nextLogits(new int[] {5}, cache).data(),
                    5e-5f,
                    type + " taken back, seed " + SEED);
        }
    }

    @Test
    void theSmallerTheTypeTheFewerBytesAndTheLargerTheError() {
        ModelConfig config = WideHeads.config(Family.LLAMA, 2, 1000);
        Parameters parameters = WideHeads.random(config, SEED);
        int[] tokens = tokens(300, SEED + 4);
        try (Compute compute = Compute.create(2)) {
            double[] errors = new double[KvType.values().length];
            float[] exact =
                    new Transformer(parameters, compute).logits(tokens, 1, 300).toArray();
            for (KvType type : KvType.values()) {
                Transformer model = new Transformer(parameters, compute, type);
                KvCache cache = model.newCache(300);
                float[] found = model.allLogits(tokens, cache).toArray();
                for (int i = 0; i < found.length; i++) {
                    errors[type.ordinal()] = Math.max(errors[type.ordinal()], Math.abs(found[i] - exact[i]));
                }
                long numbers = 2L * 2 * 300 * 2 * 32; // keys and values, layers, tokens, heads, their size
                double bytesPerNumber = switch (type) {
                    case F32 -> 4;
                    case F16, BF16 -> 2;
                    case Q8_0 -> 34.0 / 32;
                };
                assertEquals(numbers * bytesPerNumber, cache.bytes(), type + " bytes");
            }
            float largest = 0;
            for (float logit : exact) {
                largest = Math.max(largest, Math.abs(logit));
            }
            String found = Arrays.toString(errors) + ", largest logit " + largest + ", seed " + SEED;
            // Half a step is 2^-12 of a number in F16, 2^-9 in BF16 and 1/254 of a block's largest in Q8_0. Keys and
            // values of two layers are off by that, twice in scores and sums: 8 half steps of what comes out.
            assertTrue(errors[0] <= 1e-6 * largest, "F32 " + found);
            assertTrue(errors[1] > errors[0] && errors[1] <= 8 * 0x1p-12 * largest, "F16 " + found);
            assertTrue(errors[2] > 2 * errors[1] && errors[2] <= 8 * 0x1p-9 * largest, "BF16 " + found);
            assertTrue(errors[3] > 2 * errors[1] && errors[3] <= 8 / 254.0 * largest, "Q8_0 " + found);
        }
    }

    @Test
    void aLossThroughACacheIsTheLoss() {
        Parameters parameters = WideHeads.random(WideHeads.config(Family.QWEN3, 2, 1000), SEED);
        int[] tokens = tokens(600, SEED + 5);
        int[] targets = tokens(600, SEED + 6);
        try (Compute compute = Compute.create(2)) {
            Transformer model = new Transformer(parameters, compute);
            double expected = model.loss(tokens, targets, 1, 600);
            assertEquals(expected, model.loss(tokens, targets, model.newCache(600)), 1e-6 * expected, "seed " + SEED);
        }
    }

    @Test
    void headsThatAreNoWholeBlocksAreRefusedForQ8() {
        ModelConfig config = new ModelConfig(
                Family.LLAMA,
                8,
                8,
                1,
                16,
                1,
                1,
                16,
                8,
                ModelConfig.NormKind.RMS_NORM,
                1e-5f,
                ModelConfig.Activation.SILU_GATED,
                new ModelConfig.Positions.Rotary(1e4, 16),
                false,
                false,
                false,
                false,
                false,
                true,
                java.util.OptionalInt.empty(),
                0f,
                java.util.OptionalInt.empty(),
                java.util.OptionalInt.empty());
        try (Compute compute = Compute.create(1)) {
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class,
                    () -> new Transformer(Parameters.zeros(config), compute, KvType.Q8_0));
            assertEquals(
                    "KV cache: expected heads of a multiple of 32 numbers for q8_0, found 16 in this model; choose f16, "
                            + "bf16 or f32",
                    e.getMessage());
        }
    }

    @Test
    void typesAreKnownByTheirNames() {
        for (KvType type : KvType.values()) {
            assertEquals(type, KvType.of(type.code()));
        }
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> KvType.of("q4_0"));
        assertEquals("KV cache: expected a type among f32, f16, bf16, q8_0, found q4_0", e.getMessage());
    }
}
