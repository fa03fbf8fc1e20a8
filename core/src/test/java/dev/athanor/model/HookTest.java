package dev.athanor.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.checkpoint.Fixtures;
import dev.athanor.kernel.Compute;
import dev.athanor.model.hook.Hook;
import dev.athanor.model.hook.HookPoint;
import dev.athanor.model.hook.HookValue;
import dev.athanor.model.hook.Probe;
import dev.athanor.tensor.Tensor;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every published hook exists in every family, has the shape it says, and what is written into it moves the logits. */
class HookTest {
    private static final int BATCH = 2;
    private static final int LENGTH = 7;
    private static final float EPSILON = 0.01f;

    static List<String> cases() {
        return Fixtures.CASES;
    }

    private static final class Recorder implements Probe {
        private final Map<Hook, Tensor> seen = new LinkedHashMap<>();

        @Override
        public boolean wants(Hook hook) {
            return true;
        }

        @Override
        public void visit(Hook hook, HookValue value) {
            assertEquals(null, seen.put(hook, value.copy()), hook + " once a pass");
        }

        Tensor at(HookPoint point, int layer) {
            Tensor tensor = seen.get(new Hook(point, layer));
            if (tensor == null) {
                throw new AssertionError(point + " of layer " + layer + " was not visited");
            }
            return tensor;
        }
    }

    /** Adds a little to one number of one hook and wants nothing else. */
    private record Nudge(Hook hook, int[] index, float by) implements Probe {
        @Override
        public boolean wants(Hook other) {
            return hook.equals(other);
        }

        @Override
        public void visit(Hook other, HookValue value) {
            value.set(value.get(index) + by, index);
        }
    }

    private static final Probe NOBODY = new Probe() {
        @Override
        public boolean wants(Hook hook) {
            return false;
        }

        @Override
        public void visit(Hook hook, HookValue value) {
            throw new AssertionError("not wanted: " + hook);
        }
    };

    private static int[] tokens(ModelConfig config) {
        int[] tokens = new int[BATCH * LENGTH];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = (i * 7 + 3) % config.vocabularySize();
        }
        return tokens;
    }

    private static double largest(Tensor a, Tensor b) {
        double largest = 0;
        for (int i = 0; i < a.size(); i++) {
            largest = Math.max(largest, Math.abs(a.data()[a.offset() + i] - b.data()[b.offset() + i]));
        }
        return largest;
    }

    private interface Check {
        void of(Transformer model, ModelConfig config, int[] tokens);
    }

    private static void with(String name, Check check) {
        try (Compute compute = Compute.create(2)) {
            Transformer model = new Transformer(Checkpoint.load(Fixtures.directory(name)), compute);
            check.of(model, model.config(), tokens(model.config()));
        }
    }

    /** Places a family does not have. */
    private static Set<HookPoint> absent(ModelConfig c) {
        Set<HookPoint> absent = EnumSet.noneOf(HookPoint.class);
        if (c.rotary().isPresent()) {
            absent.add(HookPoint.POS_EMBED);
        } else {
            absent.add(HookPoint.ROT_Q);
            absent.add(HookPoint.ROT_K);
        }
        if (c.parallelResidual()) {
            absent.add(HookPoint.RESID_MID);
        }
        if (!c.activation().gated()) {
            absent.add(HookPoint.MLP_PRE_LINEAR);
        }
        return absent;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyHookIsVisitedOnceWithItsShape(String name) {
        with(name, (model, c, tokens) -> {
            Recorder recorder = new Recorder();
            model.logits(tokens, BATCH, LENGTH, recorder);
            Map<String, Integer> letters = Map.of(
                    "b", BATCH,
                    "p", LENGTH,
                    "d", c.width(),
                    "h", c.heads(),
                    "kv", c.kvHeads(),
                    "e", c.headSize(),
                    "m", c.feedForwardWidth(),
                    "V", c.vocabularySize(),
                    "1", 1);
            Set<HookPoint> absent = absent(c);
            int count = 0;
            for (HookPoint point : HookPoint.values()) {
                for (int layer = 0; layer < (point.perLayer() ? c.layers() : 1); layer++) {
                    Hook hook = new Hook(point, point.perLayer() ? layer : Hook.NO_LAYER);
                    assertEquals(hook, Hook.parse(hook.name(), c.layers()));
                    assertEquals(absent.contains(point), !recorder.seen.containsKey(hook), name + " " + hook);
                    if (absent.contains(point)) {
                        continue;
                    }
                    count++;
                    int[] expected = point.dimensions().stream()
                            .mapToInt(d -> letters.getOrDefault(d, -1))
                            .toArray();
                    assertArrayEquals(
                            expected,
                            recorder.at(point, hook.layer()).shape().toArray(),
                            name + " " + hook + " " + point.dimensions());
                }
            }
            assertEquals(count, recorder.seen.size(), name);
        });
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aListenerThatWantsNothingChangesNoBit(String name) {
        with(
                name,
                (model, c, tokens) -> assertArrayEquals(
                        model.logits(tokens, BATCH, LENGTH).toArray(),
                        model.logits(tokens, BATCH, LENGTH, NOBODY).toArray()));
    }

    /** The open forms add in another order: a few units in the last place of logits of about 1. */
    @ParameterizedTest
    @MethodSource("cases")
    void listeningEverywhereChangesNothingThatMatters(String name) {
        with(name, (model, c, tokens) -> {
            Tensor plain = model.logits(tokens, BATCH, LENGTH);
            double difference = largest(plain, model.logits(tokens, BATCH, LENGTH, new Recorder()));
            assertTrue(difference < 2e-5, name + ": logits differ by " + difference);
        });
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyHookMovesTheLogits(String name) {
        with(name, (model, c, tokens) -> {
            Recorder recorder = new Recorder();
            model.logits(tokens, BATCH, LENGTH, recorder);
            recorder.seen.forEach((hook, value) -> {
                int[] index = new int[value.shape().rank()];
                float[] before = model.logits(tokens, BATCH, LENGTH, new Nudge(hook, index, 0))
                        .toArray();
                float[] after = model.logits(tokens, BATCH, LENGTH, new Nudge(hook, index, EPSILON))
                        .toArray();
                if (hook.point() == HookPoint.ATTN_SCORES) {
                    // The first word sees itself alone: no score of its own can change that. The second has a choice.
                    index[2] = 1;
                    after = model.logits(tokens, BATCH, LENGTH, new Nudge(hook, index, EPSILON))
                            .toArray();
                }
                if (Set.of(HookPoint.Q, HookPoint.K, HookPoint.ROT_Q, HookPoint.ROT_K)
                        .contains(hook.point())) {
                    index[1] = hook.point() == HookPoint.K || hook.point() == HookPoint.ROT_K ? 0 : 1;
                    after = model.logits(tokens, BATCH, LENGTH, new Nudge(hook, index, EPSILON))
                            .toArray();
                }
                assertNotEquals(
                        java.util.Arrays.hashCode(before),
                        java.util.Arrays.hashCode(after),
                        name + ": " + hook + " + " + EPSILON + " at " + java.util.Arrays.toString(index));
            });
        });
    }

    /** Identities I1, I2, I3, I5 and I7: the parts that are shown add up to the whole. */
    @ParameterizedTest
    @MethodSource("cases")
    void thePartsAddUp(String name) {
        with(name, (model, c, tokens) -> {
            Recorder r = new Recorder();
            Tensor logits = model.logits(tokens, BATCH, LENGTH, r);
            assertEquals(0, largest(logits, r.at(HookPoint.UNEMBED_OUT, Hook.NO_LAYER)), "I7");
            Tensor sum = r.at(HookPoint.EMBED, Hook.NO_LAYER);
            if (c.rotary().isEmpty()) {
                add(sum, r.at(HookPoint.POS_EMBED, Hook.NO_LAYER));
            }
            for (int layer = 0; layer < c.layers(); layer++) {
                add(sum, r.at(HookPoint.ATTN_OUT, layer));
                add(sum, r.at(HookPoint.MLP_OUT, layer));
                rowsOfSharesAddUpToOne(r.at(HookPoint.PATTERN, layer), c);
            }
            double residual = largest(sum, r.at(HookPoint.RESID_POST, c.layers() - 1));
            assertTrue(residual < 2e-5, name + ": I5 " + residual);
        });
    }

    private static void rowsOfSharesAddUpToOne(Tensor pattern, ModelConfig c) {
        for (int row = 0; row < BATCH * c.heads() * LENGTH; row++) {
            double sum = 0;
            int query = row % LENGTH;
            for (int key = 0; key < LENGTH; key++) {
                float share = pattern.data()[row * LENGTH + key];
                sum += share;
                if (key > query) {
                    assertEquals(0f, share, "share of a word that is still to come");
                }
            }
            assertEquals(1, sum, 1e-6, "I1, row " + row);
        }
    }

    private static void add(Tensor to, Tensor more) {
        for (int i = 0; i < to.size(); i++) {
            to.data()[to.offset() + i] += more.data()[more.offset() + i];
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aHookThatDoesNotExistIsASentence(String name) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> Hook.parse("blocks.9.hook_resid_pre", 3));
        assertTrue(String.valueOf(e.getMessage()).contains("found blocks.9.hook_resid_pre"), e.toString());
        with(
                name,
                (model, c, tokens) -> assertThrows(
                        IllegalArgumentException.class,
                        () -> model.logits(
                                tokens, BATCH, LENGTH, new Nudge(Hook.of(HookPoint.EMBED), new int[] {0, 99, 0}, 1))));
    }
}
