package dev.athanor.microscope.origin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.microscope.Microscope;
import dev.athanor.microscope.Models;
import dev.athanor.microscope.attribution.Attribution;
import dev.athanor.microscope.attribution.Method;
import dev.athanor.microscope.experiment.HeadEffects;
import dev.athanor.microscope.experiment.Reference;
import dev.athanor.microscope.score.HeadScores;
import dev.athanor.microscope.view.Assembly;
import dev.athanor.microscope.view.Chemistry;
import dev.athanor.microscope.view.Choice;
import dev.athanor.microscope.view.Figure;
import dev.athanor.microscope.view.Flask;
import dev.athanor.microscope.view.LensGrid;
import dev.athanor.microscope.view.Match;
import dev.athanor.microscope.view.NearestWords;
import dev.athanor.microscope.view.NextWords;
import dev.athanor.microscope.view.Norms;
import dev.athanor.microscope.view.Thought;
import dev.athanor.model.hook.Hook;
import dev.athanor.tensor.Tensor;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every number of every view is given again, to the bit, when its name and index are asked for. */
class OriginsTest {
    private static final int[] TOKENS = {3, 10, 17, 24, 31, 5, 12};
    private static final int LAST = TOKENS.length - 1;

    private static Reference reference(Microscope microscope) {
        return new Reference(microscope, List.of(new int[] {1, 2, 3, 4, 5, 6, 7, 8}, new int[] {9, 4, 11, 2, 30, 6}));
    }

    private static List<Object> views(Thought thought, Reference reference) {
        Choice choice = Choice.first(thought, LAST);
        List<Object> views = new ArrayList<>(List.of(
                NextWords.of(thought, LAST, 4),
                Assembly.of(thought, choice).added(-1),
                Assembly.of(thought, choice).added(1),
                Assembly.of(thought, choice).vat(1),
                Assembly.of(thought, choice),
                Assembly.of(thought, new Choice(2, 7, Choice.NOTHING)),
                LensGrid.of(thought),
                Norms.of(thought),
                HeadScores.of(thought.microscope(), HeadScores.SEED),
                NearestWords.of(thought, 1, 4, 3)));
        Match match = Match.of(thought, 1, 0, LAST, 2);
        views.add(new Match(
                1, 0, LAST, 2, match.score(), match.products(), match.pairs().subList(0, 5), match.sum()));
        for (int layer = 0; layer < thought.config().layers(); layer++) {
            views.addAll(Flask.ofLayer(thought, choice, layer));
            views.add(Chemistry.of(thought, choice, layer, 3));
        }
        for (Method method : Method.values()) {
            views.add(Attribution.of(thought, choice, method));
        }
        views.addAll(HeadEffects.of(thought, choice, reference).heads());
        return views;
    }

    private static void figures(Object value, List<Figure> into) throws ReflectiveOperationException {
        switch (value) {
            case Figure figure -> into.add(figure);
            case Collection<?> all -> {
                for (Object each : all) {
                    figures(each, into);
                }
            }
            case Record record -> {
                for (RecordComponent component : record.getClass().getRecordComponents()) {
                    Object inner = component.getAccessor().invoke(record);
                    if (inner != null) {
                        figures(inner, into);
                    }
                }
            }
            default -> {}
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "gpt-neox-parallel", "llama-gqa", "mistral-window", "qwen3"})
    void everyNumberOfEveryViewIsGivenAgain(String name) {
        Models.with(name, microscope -> {
            Reference reference = reference(microscope);
            Thought thought = new Thought(microscope, TOKENS, List.of());
            List<Figure> figures = new ArrayList<>();
            try {
                figures(views(thought, reference), figures);
            } catch (ReflectiveOperationException e) {
                throw new AssertionError(e);
            }
            Origins origins = new Origins(thought, reference);
            assertTrue(figures.size() > 300, "figures: " + figures.size());
            for (Figure figure : figures) {
                Origin origin = origins.of(figure.name(), figure.index());
                assertEquals(figure, origin.figure(), name);
                assertFalse(origin.story().isBlank() || origin.mathematics().isBlank(), figure.name());
            }
        });
    }

    /** Every hook's number has a phrase, and inputs that can be asked for themselves. */
    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "gpt-neox-parallel", "llama-gqa", "qwen3"})
    void everyHookSaysWhatItIsMadeOf(String name) {
        Models.with(name, microscope -> {
            Thought thought = new Thought(microscope, TOKENS, List.of());
            Origins origins = new Origins(thought, reference(microscope));
            for (Hook hook : microscope.record(TOKENS, h -> true).hooks()) {
                Tensor values = thought.recording(hook).at(hook);
                List<Integer> index = new ArrayList<>();
                for (int dim : values.shape().toArray()) {
                    index.add(dim > 2 ? 2 : dim - 1);
                }
                Origin origin = origins.of(hook.name(), index);
                assertTrue(origin.inputCount() >= origin.inputs().size(), hook.name());
                for (Figure input :
                        origin.inputs().subList(0, Math.min(3, origin.inputs().size()))) {
                    assertEquals(input, origins.of(input.name(), input.index()).figure(), hook.name());
                }
            }
        });
    }

    @Test
    void whatIsNotThereIsRefusedInOneSentence() {
        Models.with("gpt2", microscope -> {
            Thought thought = new Thought(microscope, TOKENS, List.of());
            Origins origins = new Origins(thought, reference(microscope));
            refused(origins, "vote.nothing", List.of(1), "hook: expected one of");
            refused(origins, "vote.head", List.of(0, 1), "expected an index of 5 numbers");
            refused(origins, "vote.head", List.of(0, 99, 6, 1, 2), "head: expected one from 0 to");
            refused(origins, "blocks.0.hook_resid_pre", List.of(0, 99, 0), "expected an index within");
            refused(origins, "next.probability", List.of(6, -1), "token: expected one from 0 to");
            refused(origins, "match.pair.a*b", List.of(0, 0, 1, 1), "expected the names of two parts");
        });
    }

    private static void refused(Origins origins, String name, List<Integer> index, String sentence) {
        String found = String.valueOf(assertThrows(IllegalArgumentException.class, () -> origins.of(name, index))
                .getMessage());
        assertTrue(found.contains(sentence), found);
    }
}
