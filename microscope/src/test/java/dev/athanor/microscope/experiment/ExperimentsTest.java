package dev.athanor.microscope.experiment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.microscope.Microscope;
import dev.athanor.microscope.Models;
import dev.athanor.microscope.experiment.Intervention.Ablate;
import dev.athanor.microscope.experiment.Intervention.Chemistry;
import dev.athanor.microscope.experiment.Intervention.Head;
import dev.athanor.microscope.experiment.Intervention.How;
import dev.athanor.microscope.experiment.Intervention.Layer;
import dev.athanor.microscope.experiment.Intervention.Mask;
import dev.athanor.microscope.experiment.Intervention.Patch;
import dev.athanor.microscope.experiment.Intervention.Positions;
import dev.athanor.microscope.experiment.Intervention.Pour;
import dev.athanor.microscope.experiment.Intervention.Spot;
import dev.athanor.microscope.experiment.Intervention.Steer;
import dev.athanor.microscope.experiment.Intervention.Swap;
import dev.athanor.microscope.experiment.Intervention.Tag;
import dev.athanor.microscope.view.Choice;
import dev.athanor.microscope.view.Figure;
import dev.athanor.microscope.view.Thought;
import dev.athanor.model.hook.Hook;
import dev.athanor.model.hook.HookPoint;
import dev.athanor.model.hook.Switches;
import dev.athanor.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Experiments do what they say and nothing else, in every family. */
class ExperimentsTest {
    private static final int[] TOKENS = {3, 10, 17, 24, 31, 5, 12};
    private static final int[] OTHERS = {3, 10, 9, 24, 31, 5, 12}; // differs in word 2
    private static final int DIFFERENT = 2;
    private static final int LAST = TOKENS.length - 1;

    static List<String> models() {
        return Models.ALL;
    }

    private static void with(String name, BiConsumer<Microscope, Reference> check) {
        Models.with(name, microscope -> check.accept(microscope, reference(microscope)));
    }

    private static Reference reference(Microscope microscope) {
        int v = microscope.model().config().vocabularySize();
        List<int[]> texts = new ArrayList<>();
        for (int seed = 1; seed <= 4; seed++) {
            int step = 5 + 2 * seed;
            texts.add(IntStream.range(0, 12).map(i -> (i * step + step) % v).toArray());
        }
        return new Reference(microscope, texts);
    }

    private static Thought plain(Microscope microscope, int[] tokens) {
        return new Thought(microscope, tokens, List.of());
    }

    private static double largest(float[] a, float[] b) {
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs(a[i] - b[i]));
        }
        return largest;
    }

    /** To the bit: no sum depends on how many words are computed together. */
    @ParameterizedTest
    @MethodSource("models")
    void whatComesBeforeAnEditIsNotComputedAgainAndTheRestIsTheSame(String name) {
        with(name, (microscope, reference) -> {
            Thought base = plain(microscope, TOKENS);
            int v = base.config().vocabularySize();
            for (int layer = 0; layer < base.config().layers(); layer++) {
                for (int word = 0; word < TOKENS.length; word++) {
                    int first = Microscope.start(TOKENS.length, word);
                    Tensor logits = microscope.recompute(base.stream(), layer, first, List.of());
                    for (int position = first; position < TOKENS.length; position++) {
                        assertArrayEquals(
                                base.logits(position),
                                Thought.row(logits, position - first, v),
                                name + " layer " + layer + " from " + first);
                    }
                }
                Ablate out = new Ablate(new Head(layer, 0), How.MEAN, List.of());
                Thought full = Interventions.apply(base, List.of(out), reference);
                Choice choice = Choice.first(base, LAST);
                double expected = choice.logit(full.logits(LAST)) - choice.logit(base.logits(LAST));
                double found = HeadEffects.effect(base, choice, layer, 0, How.MEAN, reference);
                assertEquals(expected, found, 0, name + ": head " + layer + ".0 taken out, continued or whole");
            }
        });
    }

    /** I19: without a head the stream misses exactly what it added. */
    @ParameterizedTest
    @MethodSource("models")
    void aHeadThatIsKnockedOutIsMissingFromTheStream(String name) {
        with(name, (microscope, reference) -> {
            Hook result = new Hook(HookPoint.RESULT, 0);
            Hook attention = new Hook(HookPoint.ATTN_OUT, 0);
            Tensor results = microscope.record(TOKENS, result::equals).at(result);
            Thought base = plain(microscope, TOKENS);
            Thought without =
                    Interventions.apply(base, List.of(new Ablate(new Head(0, 1), How.ZERO, List.of())), reference);
            int d = base.config().width();
            int heads = base.config().heads();
            for (int position = 0; position < TOKENS.length; position++) {
                float[] was = Thought.row(base.at(HookPoint.ATTN_OUT, 0), position, d);
                float[] is = Thought.row(without.at(HookPoint.ATTN_OUT, 0), position, d);
                float[] part = Thought.row(results, position * heads + 1, d);
                for (int i = 0; i < d; i++) {
                    double limit = 1e-6 * Math.max(1, Math.abs(was[i])); // F32 sums of some heads in two orders
                    assertEquals(was[i] - part[i], is[i], limit, name + ": " + attention);
                }
            }
        });
    }

    /**
     * I20: what a part says and what its absence does are not the same; the direct effect is the vote it no longer has.
     */
    @Test
    void directAndTotalEffectDiffer() {
        with("gpt2", (microscope, reference) -> {
            Thought base = plain(microscope, TOKENS);
            Choice choice = Choice.first(base, LAST);
            double apart = 0;
            for (HeadEffects.Row row : HeadEffects.of(base, choice, reference).heads()) {
                Thought zero = Interventions.apply(
                        base, List.of(new Ablate(new Head(row.layer(), row.head()), How.ZERO, List.of())), reference);
                Effects effects = Effects.of(base, zero, choice, reference);
                assertEquals(-row.direct().value(), effects.direct().orElseThrow(), 1e-5, "direct effect");
                apart = Math.max(
                        apart, Math.abs(effects.total() - effects.direct().orElseThrow()));
            }
            assertTrue(apart > 0.01, "largest difference of direct and total effect: " + apart);
        });
    }

    @ParameterizedTest
    @MethodSource("models")
    void aWordThatWearsItsOwnTagsChangesNothing(String name) {
        with(name, (microscope, reference) -> {
            Thought base = plain(microscope, TOKENS);
            for (Tag tag : Tag.values()) {
                Thought same = Interventions.apply(base, List.of(new Swap(tag, 0, 1, 4, base, 4)), reference);
                assertArrayEquals(base.logits(LAST), same.logits(LAST), name + " " + tag);
                Thought other = Interventions.apply(base, List.of(new Swap(tag, 0, 1, 4, base, 1)), reference);
                assertTrue(largest(base.logits(LAST), other.logits(LAST)) > 0 || tag == Tag.QUERY, name + " " + tag);
            }
            Patch itself = new Patch(new Hook(HookPoint.RESID_PRE, 0), base, 3, 3, OptionalInt.empty());
            assertArrayEquals(
                    base.logits(LAST),
                    Interventions.apply(base, List.of(itself), reference).logits(LAST),
                    name + ", I18");
        });
    }

    @ParameterizedTest
    @MethodSource("models")
    void withoutTheMaskAWordSeesWhatComesAfterIt(String name) {
        with(name, (microscope, reference) -> {
            Thought base = plain(microscope, TOKENS);
            Thought open = Interventions.apply(base, List.of(new Mask(false)), reference);
            int length = TOKENS.length;
            float[] masked = Thought.row(base.at(HookPoint.PATTERN, 0), 0, length); // head 0, word 0
            float[] unmasked = Thought.row(open.at(HookPoint.PATTERN, 0), 0, length);
            double sum = 0;
            for (int key = 0; key < length; key++) {
                assertEquals(key == 0 ? 1 : 0, masked[key], 0, name);
                assertTrue(unmasked[key] > 0, name + ": share " + key);
                sum += unmasked[key];
            }
            assertEquals(1, sum, 1e-6, name);
            assertTrue(Effects.of(base, open, Choice.first(base, LAST), reference)
                    .direct()
                    .isEmpty());
        });
    }

    /** I13: without positions and without the mask, words in another order give the same answers in that order. */
    @ParameterizedTest
    @MethodSource("models")
    void withoutPositionsAndMaskTheOrderOfWordsIsUnknown(String name) {
        with(name, (microscope, reference) -> {
            int[] order = {4, 2, 6, 0, 5, 1, 3};
            int[] permuted = IntStream.of(order).map(i -> TOKENS[i]).toArray();
            List<Intervention> off = List.of(new Mask(false), new Positions(false));
            Thought straight = Interventions.apply(plain(microscope, TOKENS), off, reference);
            Thought mixed = Interventions.apply(plain(microscope, permuted), off, reference);
            for (int i = 0; i < order.length; i++) {
                double difference = largest(straight.logits(order[i]), mixed.logits(i));
                assertEquals(0, difference, 1e-5, name + ", I13: word " + i);
            }
            assertNotEquals(Switches.ON, straight.switches());
        });
    }

    @ParameterizedTest
    @MethodSource("models")
    void patchingTheOnlyWordThatDiffersBringsTheWholeDecisionBack(String name) {
        with(name, (microscope, reference) -> {
            Thought clean = plain(microscope, TOKENS);
            Thought corrupt = plain(microscope, OTHERS);
            Choice choice = Choice.first(clean, LAST);
            List<List<Figure>> heard = new ArrayList<>();
            PatchingGrid grid = PatchingGrid.of(clean, corrupt, HookPoint.RESID_PRE, choice, heard::add);
            assertEquals(grid.rows(), heard);
            for (int word = 0; word < TOKENS.length; word++) {
                // The decisions differ by 1e-2 and more, and logits are exact to 1e-6.
                double expected = word == DIFFERENT ? 1 : 0;
                assertEquals(expected, grid.rows().getFirst().get(word).value(), 1e-3, name + ", word " + word);
            }
            assertTrue(grid.computed() < 0.6, name + ": computed " + grid.computed() + " of full passes");
            List<List<Figure>> one = new ArrayList<>();
            PatchingGrid.of(clean, corrupt, HookPoint.Z, choice, row -> {
                one.add(row);
                return false;
            });
            assertEquals(1, one.size(), "stopped after a row");
        });
    }

    @Test
    void pouringSteeringAndTakingOutDoWhatTheySay() {
        with("llama-gqa", (microscope, reference) -> {
            Thought base = plain(microscope, TOKENS);
            List<Double> first = List.of(1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
            Thought poured = Interventions.apply(base, List.of(new Pour(0, 1, LAST, first)), reference);
            assertEquals(1f, Thought.row(poured.at(HookPoint.PATTERN, 0), 1 * TOKENS.length + LAST, TOKENS.length)[0]);
            Hook end = new Hook(HookPoint.RESID_POST, base.config().layers() - 1);
            Thought other = plain(microscope, OTHERS);
            Steer steer = new Steer(end, List.of(LAST), new Spot(other, LAST), Optional.of(new Spot(base, LAST)), 1.0);
            Thought steered = Interventions.apply(base, List.of(steer), reference);
            assertEquals(0, largest(other.logits(LAST), steered.logits(LAST)), 1e-5, "steered all the way");
            Thought silent = Interventions.apply(
                    base, List.of(new Ablate(new Chemistry(1), How.ZERO, List.of(LAST))), reference);
            float[] out = Thought.row(
                    silent.at(HookPoint.MLP_OUT, 1), LAST, base.config().width());
            assertArrayEquals(new float[out.length], out);
            Thought layer =
                    Interventions.apply(base, List.of(new Ablate(new Layer(0), How.MEAN, List.of())), reference);
            assertEquals(
                    0,
                    largest(
                            Thought.row(
                                    layer.at(HookPoint.MLP_OUT, 0),
                                    1,
                                    base.config().width()),
                            Thought.row(
                                    layer.at(HookPoint.MLP_OUT, 0),
                                    5,
                                    base.config().width())),
                    0,
                    "every word gets the same mean");
        });
    }

    @Test
    void whatCannotBeDoneIsRefusedInOneSentence() {
        with("gpt2", (microscope, reference) -> {
            Thought base = plain(microscope, TOKENS);
            refused(base, reference, new Ablate(new Head(0, 99), How.MEAN, List.of()), "head: expected one from 0 to");
            refused(base, reference, new Ablate(new Head(77, 0), How.MEAN, List.of()), "layer: expected one from 0 to");
            refused(base, reference, new Ablate(new Head(0, 0), How.MEAN, List.of(7)), "positions: expected a word");
            refused(base, reference, new Pour(0, 0, 3, List.of(1.0)), "expected 7 shares");
            refused(base, reference, new Swap(Tag.KEY, 0, 0, 3, base, 8), "from_position: expected a word from 0 to 6");
            Hook unknown = new Hook(HookPoint.RESID_PRE, 9);
            refused(base, reference, new Patch(unknown, base, 0, 0, OptionalInt.empty()), "hook: expected one of");
            Choice choice = Choice.first(base, LAST);
            Thought shorter = plain(microscope, new int[] {1, 2, 3});
            String sentence = String.valueOf(assertThrows(
                            IllegalArgumentException.class,
                            () -> PatchingGrid.of(shorter, base, HookPoint.Z, choice, row -> true))
                    .getMessage());
            assertTrue(sentence.contains("equally many tokens, found 3 and 7"), sentence);
        });
    }

    private static void refused(Thought base, Reference reference, Intervention intervention, String sentence) {
        String found = String.valueOf(assertThrows(
                        IllegalArgumentException.class,
                        () -> Interventions.apply(base, List.of(intervention), reference))
                .getMessage());
        assertTrue(found.contains(sentence), found);
    }
}
