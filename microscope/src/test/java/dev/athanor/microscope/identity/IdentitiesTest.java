package dev.athanor.microscope.identity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.kernel.Compute;
import dev.athanor.microscope.Edit;
import dev.athanor.microscope.Microscope;
import dev.athanor.microscope.Models;
import dev.athanor.microscope.experiment.Reference;
import dev.athanor.microscope.view.Match;
import dev.athanor.microscope.view.Norms;
import dev.athanor.microscope.view.Thought;
import dev.athanor.model.hook.Hook;
import dev.athanor.model.hook.HookPoint;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What must hold of every run holds of random models of every family, and is seen to fail where it does not. */
class IdentitiesTest {
    private static final int[] TOKENS = {3, 10, 17, 24, 31, 5, 12};

    static List<String> models() {
        return Models.ALL;
    }

    private static Reference reference(Microscope microscope) {
        return new Reference(microscope, List.of(new int[] {1, 2, 3, 4, 5, 6, 7, 8}, new int[] {9, 4, 11, 2, 30, 6}));
    }

    @ParameterizedTest
    @MethodSource("models")
    void i1ToI12HoldOfEveryFamily(String name) {
        Models.with(name, microscope -> {
            try (Compute compute = Compute.create(1)) {
                Thought thought = new Thought(microscope, TOKENS, List.of());
                List<Identity> identities = Identities.of(thought, reference(microscope), compute);
                assertEquals(12, identities.size());
                for (int i = 0; i < 12; i++) {
                    Identity identity = identities.get(i);
                    assertEquals("I" + (i + 1), identity.id());
                    assertTrue(identity.checked(), name + ": " + identity);
                    assertTrue(identity.holds(), name + ": " + identity);
                }
            }
        });
    }

    /** I9: where values have a bias, zero is another thing once the bias is moved. */
    @Test
    void aHeadAtZeroMeansSomethingElseInTheRewrittenModel() {
        Models.with("gpt2", microscope -> {
            try (Compute compute = Compute.create(1)) {
                Thought thought = new Thought(microscope, TOKENS, List.of());
                List<Identity> identities = Identities.of(thought, reference(microscope), compute);
                assertTrue(identities.get(8).holds() && identities.get(9).error() < 1e-5, identities.toString());
            }
        });
    }

    /** A number that is not what its parts add up to turns its identity red. */
    @Test
    void aBrokenRunIsSeen() {
        Models.with("llama-gqa", microscope -> {
            try (Compute compute = Compute.create(1)) {
                // Shares changed behind the softmax no longer fill the flask.
                Edit leak = new Edit(new Hook(HookPoint.PATTERN, 0), value -> value.set(0.5f, 0, 0, 6, 6));
                List<Identity> leaking =
                        Identities.of(new Thought(microscope, TOKENS, List.of(leak)), reference(microscope), compute);
                assertFalse(leaking.get(0).holds(), leaking.get(0).toString());
                // A state changed between two layers is not the sum of what was added.
                Edit smuggled =
                        new Edit(new Hook(HookPoint.RESID_PRE, 1), value -> value.set(value.get(0, 3, 0) + 1, 0, 3, 0));
                List<Identity> stream = Identities.of(
                        new Thought(microscope, TOKENS, List.of(smuggled)), reference(microscope), compute);
                assertFalse(stream.get(4).holds(), stream.get(4).toString());
            }
        });
    }

    /** I2 and the pairs of parts: both add up to the score, through norms of queries and rotations. */
    @ParameterizedTest
    @MethodSource("models")
    void aScoreIsItsProductsAndItsPairs(String name) {
        Models.with(name, microscope -> {
            Thought thought = new Thought(microscope, TOKENS, List.of());
            int layer = thought.config().layers() - 1;
            for (int head = 0; head < thought.config().heads(); head++) {
                Match match = Match.of(thought, layer, head, 6, 4);
                double limit = 1e-5 * Math.max(1, Math.abs(match.score().value()));
                double products =
                        match.products().stream().mapToDouble(f -> f.value()).sum();
                assertEquals(match.score().value(), products, limit, name + ", head " + head + ": products");
                assertEquals(match.score().value(), match.sum(), limit, name + ", head " + head + ": pairs");
                int parts = (thought.config().rotary().isPresent() ? 2 : 3)
                        + layer * (thought.config().heads() + 2)
                        + (thought.config().norm().name().startsWith("LAYER") ? 1 : 0);
                assertEquals(parts * parts, match.pairs().size(), name);
            }
            assertEquals(thought.config().layers() + 1, Norms.of(thought).rows().size());
        });
    }
}
