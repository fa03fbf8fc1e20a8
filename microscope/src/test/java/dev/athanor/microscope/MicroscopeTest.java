package dev.athanor.microscope;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.kernel.Compute;
import dev.athanor.model.Transformer;
import dev.athanor.model.hook.Hook;
import dev.athanor.model.hook.HookPoint;
import dev.athanor.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the microscope shows adds up, and what it changes has the effect that it must have. */
class MicroscopeTest {
    private static final Path PARITY = Path.of("..", "core", "src", "test", "resources", "parity");
    private static final int[] TOKENS = {3, 10, 17, 24, 31, 5, 12};
    private static final int[] OTHERS = {9, 8, 7, 6, 5, 4, 3};

    private interface Check {
        void of(Microscope microscope, Transformer model);
    }

    private static void with(String name, Check check) {
        try (Compute compute = Compute.create(2)) {
            Transformer model = new Transformer(Checkpoint.load(PARITY.resolve(name)), compute);
            check.of(new Microscope(model), model);
        }
    }

    /** I6: the votes of all parts and the constant are the logit; I7: the lens at the end is the logits. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "gpt2",
                "gpt-neox-parallel",
                "gpt-neox-sequential",
                "llama-gqa",
                "llama-tied",
                "mistral-window",
                "qwen2",
                "qwen3"
            })
    void votesAddUpToTheLogit(String name) {
        with(name, (microscope, model) -> {
            Recording run = microscope.record(TOKENS, DirectAttribution.HOOKS);
            Unembedding end = new Unembedding(model.parameters());
            int v = model.config().vocabularySize();
            Tensor logits = run.logits();
            for (int position : new int[] {0, TOKENS.length - 1}) {
                for (int token : new int[] {0, 7, v - 1}) {
                    double sum = end.constant(token);
                    for (DirectAttribution.Vote vote :
                            DirectAttribution.of(run, model.config(), end, position, token)) {
                        sum += vote.logit();
                    }
                    assertEquals(logits.data()[position * v + token], sum, 1e-5, name + ", I6");
                }
                Tensor last = run.at(HookPoint.RESID_POST, model.config().layers() - 1);
                int d = model.config().width();
                float[] state = Arrays.copyOfRange(last.data(), position * d, (position + 1) * d);
                double[] lens = end.lens(state);
                for (int token = 0; token < v; token++) {
                    assertEquals(logits.data()[position * v + token], lens[token], 1e-5, name + ", I7");
                }
            }
        });
    }

    /** I17 and I18: a run patched into another becomes it; a run patched with itself stays. */
    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "gpt-neox-parallel", "llama-gqa", "qwen3"})
    void patchingTheWholeStreamIsTheOtherRun(String name) {
        with(name, (microscope, model) -> {
            Hook first = new Hook(HookPoint.RESID_PRE, 0);
            Recording clean = microscope.record(TOKENS, first::equals);
            Recording patched = microscope.record(OTHERS, first::equals, List.of(Edit.patch(first, clean.at(first))));
            assertArrayEquals(clean.logits().toArray(), patched.logits().toArray(), name + ", I17");
            Recording itself = microscope.record(TOKENS, first::equals, List.of(Edit.patch(first, clean.at(first))));
            assertArrayEquals(clean.logits().toArray(), itself.logits().toArray(), name + ", I18");
        });
    }

    /** I11: a later token changes nothing before it; I21: without queries everything is looked at alike. */
    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "llama-gqa", "qwen2"})
    void causesComeBeforeEffects(String name) {
        with(name, (microscope, model) -> {
            int[] changed = TOKENS.clone();
            changed[4]++;
            float[] before = microscope.record(TOKENS, h -> false).logits().toArray();
            float[] after = microscope.record(changed, h -> false).logits().toArray();
            int v = model.config().vocabularySize();
            assertArrayEquals(Arrays.copyOf(before, 4 * v), Arrays.copyOf(after, 4 * v), name + ", I11");
            Hook query = new Hook(HookPoint.Q, 0);
            Hook pattern = new Hook(HookPoint.PATTERN, 0);
            Recording blind = microscope.record(
                    TOKENS,
                    pattern::equals,
                    List.of(new Edit(query, q -> q.fill(Tensor.zeros(q.shape().toArray())))));
            float alike = blind.number(pattern, 0, 0, 3, 1);
            assertEquals(0.25f, alike, 1e-6f, name + ", I21");
        });
    }

    @Test
    void recordingsAreCopiesAndFiltersGoByName() {
        with("gpt2", (microscope, model) -> {
            Recording run = microscope.record(TOKENS, HookFilter.names("blocks.*.attn.hook_z", "hook_embed"));
            assertEquals(1 + model.config().layers(), run.hooks().size());
            Tensor z = run.at(HookPoint.Z, 0);
            float first = z.data()[0];
            z.data()[0] = 99;
            assertEquals(first, run.at(HookPoint.Z, 0).data()[0]);
            assertThrows(IllegalArgumentException.class, () -> run.at(HookPoint.PATTERN, 0));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> microscope.record(
                            TOKENS, h -> false, List.of(new Edit(new Hook(HookPoint.Z, 77), there -> {}))));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> microscope.record(
                            TOKENS, h -> false, List.of(Edit.patch(new Hook(HookPoint.Z, 0), Tensor.zeros(1, 2)))));
        });
        assertTrue(HookFilter.matches("blocks.*.hook_q", "blocks.3.attn.hook_q"));
        assertFalse(HookFilter.matches("blocks.*.hook_q", "blocks.3.attn.hook_k"));
        assertFalse(HookFilter.matches("a*a", "a"));
        assertTrue(HookFilter.matches("*", "anything"));
    }
}
