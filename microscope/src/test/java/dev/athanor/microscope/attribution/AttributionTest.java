package dev.athanor.microscope.attribution;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.microscope.Models;
import dev.athanor.microscope.view.Choice;
import dev.athanor.microscope.view.Figure;
import dev.athanor.microscope.view.Thought;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AttributionTest {
    private static final int[] TOKENS = {3, 10, 17, 24, 31, 5, 12};

    static List<String> models() {
        return Models.ALL;
    }

    private static double sum(Attribution attribution) {
        return attribution.words().stream().mapToDouble(Figure::value).sum();
    }

    /** I22: with more steps the attributions come nearer to what the decision gained. */
    @ParameterizedTest
    @MethodSource("models")
    void integratedGradientsBecomeComplete(String name) {
        Models.with(name, microscope -> {
            Thought thought = new Thought(microscope, TOKENS, List.of());
            Choice choice = Choice.first(thought, 6);
            double coarse = gap(thought, choice, 4);
            double fine = gap(thought, choice, 512);
            // An average of random rows is nearly nothing, and norms bend sharply there: many steps are needed.
            assertTrue(fine < 0.05, name + ": gap of 512 steps " + fine);
            assertTrue(fine < coarse || coarse < 1e-3, name + ": gaps " + coarse + ", " + fine);
        });
    }

    private static double gap(Thought thought, Choice choice, int steps) {
        return Math.abs(Attribution.of(thought, choice, Method.INTEGRATED_GRADIENTS, steps)
                .gap()
                .orElseThrow());
    }

    @ParameterizedTest
    @MethodSource("models")
    void sharesAddUpToOneAndLaterWordsHaveNoPart(String name) {
        Models.with(name, microscope -> {
            Thought thought = new Thought(microscope, TOKENS, List.of());
            Choice choice = Choice.first(thought, 4);
            for (Method method : Method.values()) {
                Attribution attribution = Attribution.of(thought, choice, method);
                assertEquals(5, attribution.words().size(), method.label());
                if (!method.signed()) {
                    assertEquals(1, sum(attribution), 1e-5, name + " " + method.label());
                }
            }
        });
    }

    @Test
    void anUnknownMethodIsRefusedByName() {
        String sentence = String.valueOf(assertThrows(IllegalArgumentException.class, () -> Method.named("tea leaves"))
                .getMessage());
        assertTrue(sentence.contains("attention-last") && sentence.endsWith("found tea leaves"), sentence);
    }
}
