package dev.athanor.microscope.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.microscope.DirectAttribution;
import dev.athanor.microscope.DirectAttribution.Vote;
import dev.athanor.microscope.Edit;
import dev.athanor.microscope.Microscope;
import dev.athanor.microscope.Models;
import dev.athanor.microscope.Recording;
import dev.athanor.microscope.Unembedding;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.hook.Hook;
import dev.athanor.model.hook.HookPoint;
import dev.athanor.model.hook.HookValue;
import dev.athanor.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * I23: with the shares, the norms' scales and the feed-forward gates held at what they were, a model is linear in what
 * it reads, and what a part says directly is exactly what its absence changes.
 */
class FrozenTest {
    private static final int[] TOKENS = {3, 10, 17, 24, 31, 5, 12};
    private static final int LAST = TOKENS.length - 1;
    private static final int TOKEN = 7;
    private static final long SEED = 23;

    /** Edits that hold everything that is not linear. */
    private static List<Edit> frozen(Microscope microscope, Recording base) {
        ModelConfig c = microscope.model().config();
        List<Edit> edits = new ArrayList<>();
        edits.add(Edit.patch(Hook.of(HookPoint.FINAL_SCALE), base.at(HookPoint.FINAL_SCALE)));
        for (int layer = 0; layer < c.layers(); layer++) {
            for (HookPoint point : List.of(HookPoint.LN1_SCALE, HookPoint.PATTERN, HookPoint.LN2_SCALE)) {
                edits.add(Edit.patch(new Hook(point, layer), base.at(point, layer)));
            }
            gate(c, base, layer, edits);
        }
        return edits;
    }

    /** What passes a gate keeps the factor it had: of gated steps silu(gate), of others activation over input. */
    private static void gate(ModelConfig c, Recording base, int layer, List<Edit> edits) {
        HookPoint through = c.activation().gated() ? HookPoint.MLP_PRE_LINEAR : HookPoint.MLP_PRE;
        Tensor before = base.at(through, layer);
        Tensor after = base.at(HookPoint.MLP_POST, layer);
        AtomicReference<Tensor> now = new AtomicReference<>(before);
        edits.add(new Edit(new Hook(through, layer), value -> now.set(value.copy())));
        edits.add(new Edit(new Hook(HookPoint.MLP_POST, layer), value -> {
            Tensor held = Tensor.zeros(after.shape().toArray());
            for (int i = 0; i < held.size(); i++) {
                double factor = after.data()[i] / (double) before.data()[i];
                held.data()[i] = (float) (now.get().data()[i] * factor);
            }
            value.fill(held);
        }));
    }

    private static float logit(Microscope microscope, List<Edit> edits) {
        Tensor logits = microscope.record(TOKENS, h -> false, edits).logits();
        return logits.data()[LAST * microscope.model().config().vocabularySize() + TOKEN];
    }

    private static void add(HookValue value, float[] direction, float times) {
        for (int i = 0; i < direction.length; i++) {
            value.set(value.get(0, 2, i) + times * direction[i], 0, 2, i);
        }
    }

    private static List<Edit> with(List<Edit> edits, Edit... more) {
        List<Edit> all = new ArrayList<>(List.of(more));
        all.addAll(edits);
        return all;
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "gpt-neox-parallel", "gpt-neox-sequential", "llama-gqa", "qwen2", "qwen3"})
    void i23AFrozenModelIsLinear(String name) {
        Models.with(name, microscope -> {
            Recording base = microscope.record(TOKENS, h -> true);
            List<Edit> frozen = frozen(microscope, base);
            int v = microscope.model().config().vocabularySize();
            float plain = base.logits().data()[LAST * v + TOKEN];
            float held = logit(microscope, frozen);
            double size = Math.max(1, Math.abs(plain));
            assertEquals(plain, held, 1e-4 * size, name + ": frozen at its own numbers a run is itself");
            float[] direction = new float[microscope.model().config().width()];
            SplittableRandom random = new SplittableRandom(SEED);
            for (int i = 0; i < direction.length; i++) {
                direction[i] = (float) (random.nextDouble() - 0.5);
            }
            Hook first = new Hook(HookPoint.RESID_PRE, 0);
            double one = logit(microscope, with(frozen, new Edit(first, x -> add(x, direction, 1)))) - held;
            double two = logit(microscope, with(frozen, new Edit(first, x -> add(x, direction, 2)))) - held;
            double back = logit(microscope, with(frozen, new Edit(first, x -> add(x, direction, -1)))) - held;
            // F32 sums of a few layers; the factors of gates near zero amplify what rounding leaves.
            double limit = 1e-3 * Math.max(0.1, Math.abs(one));
            assertEquals(2 * one, two, 2 * limit, name + ", seed " + SEED);
            assertEquals(-one, back, 2 * limit, name + ", seed " + SEED);
            assertTrue(Math.abs(one) > 1e-3, name + ": the direction must do something, found " + one);
        });
    }

    /** In the last layer nothing comes after attention but a frozen feed-forward step: its edge is silenced too. */
    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "gpt-neox-parallel", "llama-gqa", "qwen3"})
    void i23ADirectEffectIsWhatIsMissingWhenOnlyTheEdgeToTheEndIsCut(String name) {
        Models.with(name, microscope -> {
            ModelConfig c = microscope.model().config();
            Recording base = microscope.record(TOKENS, h -> true);
            int layer = c.layers() - 1;
            Tensor results = base.at(HookPoint.RESULT, layer);
            float[] part = new float[c.width()];
            System.arraycopy(results.data(), (LAST * c.heads() + 1) * c.width(), part, 0, c.width());
            Edit cut = new Edit(new Hook(HookPoint.RESID_POST, layer), value -> {
                for (int i = 0; i < part.length; i++) {
                    value.set(value.get(0, LAST, i) - part[i], 0, LAST, i);
                }
            });
            Edit scale = Edit.patch(Hook.of(HookPoint.FINAL_SCALE), base.at(HookPoint.FINAL_SCALE));
            float held = logit(microscope, List.of(scale));
            double missing = logit(microscope, List.of(cut, scale)) - held;
            double vote =
                    DirectAttribution.of(
                                    base, c, new Unembedding(microscope.model().parameters()), LAST, TOKEN)
                            .stream()
                            .filter(b -> b.hook().equals(new Hook(HookPoint.RESULT, layer)) && b.head() == 1)
                            .mapToDouble(Vote::logit)
                            .sum();
            assertEquals(-vote, missing, 1e-5 * Math.max(1, Math.abs(held)), name);
        });
    }
}
