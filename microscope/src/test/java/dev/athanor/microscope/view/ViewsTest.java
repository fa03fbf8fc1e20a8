package dev.athanor.microscope.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.kernel.Compute;
import dev.athanor.microscope.DirectAttribution;
import dev.athanor.microscope.DirectAttribution.Vote;
import dev.athanor.microscope.Edit;
import dev.athanor.microscope.Microscope;
import dev.athanor.microscope.Recording;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.TensorSpec.Role;
import dev.athanor.model.Transformer;
import dev.athanor.model.hook.Hook;
import dev.athanor.model.hook.HookPoint;
import dev.athanor.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the views show of one decision adds up to it, in every family. */
class ViewsTest {
    private static final Path PARITY = Path.of("..", "core", "src", "test", "resources", "parity");
    private static final int[] TOKENS = {3, 10, 17, 24, 31, 5, 12};

    /**
     * Sums of a few hundred products of size one or below, in F32 on one side: 1e-5 is what reference identities on
     * models of this size keep.
     */
    private static final double LIMIT = 1e-5;

    private interface Check {
        void of(Thought thought, ModelConfig config);
    }

    private static void with(String name, List<Edit> edits, Check check) {
        try (Compute compute = Compute.create(2)) {
            Transformer model = new Transformer(Checkpoint.load(PARITY.resolve(name)), compute);
            check.of(new Thought(new Microscope(model), TOKENS, edits), model.config());
        }
    }

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
    void theVotesOfTheAssemblyAreTheDifferenceOfTheLogits(String name) {
        with(name, List.of(), (thought, config) -> {
            for (int position : new int[] {0, 3, TOKENS.length - 1}) {
                Choice choice = Choice.first(thought, position);
                float[] logits = thought.logits(position);
                assertTrue(logits[choice.token()] >= logits[choice.against()]);
                Assembly difference = Assembly.of(thought, choice);
                assertEquals(logits[choice.token()] - logits[choice.against()], difference.sum(), LIMIT, name);
                Assembly alone = Assembly.of(thought, new Choice(position, choice.token(), Choice.NOTHING));
                assertEquals(logits[choice.token()], alone.sum(), LIMIT, name);
                assertEquals(logits[choice.token()], alone.logit().value(), 0, name);
            }
        });
    }

    /** Against votes computed from the heads' own results rather than from the potions. */
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
    void whatWasPouredIntoAFlaskAddsUpToItsVote(String name) {
        with(name, List.of(), (thought, config) -> {
            int position = TOKENS.length - 1;
            Choice choice = new Choice(position, 7, Choice.NOTHING);
            Recording run = thought.microscope().record(TOKENS, DirectAttribution.HOOKS);
            List<Vote> votes = DirectAttribution.of(run, config, thought.end(), position, 7);
            for (int layer = 0; layer < config.layers(); layer++) {
                for (Flask flask : Flask.ofLayer(thought, choice, layer)) {
                    double shares = flask.pours().stream()
                            .mapToDouble(p -> p.share().value())
                            .sum();
                    assertEquals(1, shares, 1e-6, name + ": shares of a flask");
                    Hook hook = new Hook(HookPoint.RESULT, layer);
                    double expected = votes.stream()
                            .filter(v -> v.hook().equals(hook) && v.head() == flask.head())
                            .mapToDouble(Vote::logit)
                            .sum();
                    assertEquals(expected, flask.vote().value(), LIMIT, name + ": " + hook + " head " + flask.head());
                }
            }
        });
    }

    /** I4, seen along one vote: what a layer's neurons add, and its bias, is what its feed-forward step votes. */
    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "gpt-neox-parallel", "gpt-neox-sequential", "llama-gqa", "qwen2", "qwen3"})
    void theNeuronsOfALayerAddUpToItsVote(String name) {
        with(name, List.of(), (thought, config) -> {
            int position = 4;
            Choice choice = Choice.first(thought, position);
            double[] direction = choice.direction(thought);
            for (int layer = 0; layer < config.layers(); layer++) {
                Chemistry all = Chemistry.of(thought, choice, layer, config.feedForwardWidth());
                Tensor out = thought.at(HookPoint.MLP_OUT, layer);
                double vote = 0;
                for (int i = 0; i < direction.length; i++) {
                    vote += direction[i] * out.data()[position * direction.length + i];
                }
                double listed = all.up().stream()
                                .mapToDouble(n -> n.vote().value())
                                .sum()
                        + all.down().stream().mapToDouble(n -> n.vote().value()).sum();
                assertEquals(all.neurons().value(), listed, 1e-9, name);
                if (!config.feedForwardBias()) {
                    assertEquals(vote, listed, LIMIT, name);
                } else {
                    int other = 1; // a bias is the same for every word
                    double bias = vote - listed;
                    double again = biasAt(thought, layer, other, direction);
                    assertEquals(again, bias, LIMIT, name + ": the bias of layer " + layer);
                }
            }
        });
    }

    private static double biasAt(Thought thought, int layer, int position, double[] direction) {
        ModelConfig config = thought.config();
        double[] along = new Matrix(thought.microscope().model().parameters(), Role.DOWN_WEIGHT, layer)
                .along(direction, 0, config.feedForwardWidth());
        float[] post = Thought.row(thought.at(HookPoint.MLP_POST, layer), position, config.feedForwardWidth());
        float[] out = Thought.row(thought.at(HookPoint.MLP_OUT, layer), position, config.width());
        double rest = 0;
        for (int i = 0; i < out.length; i++) {
            rest += out[i] * direction[i];
        }
        for (int i = 0; i < post.length; i++) {
            rest -= post[i] * along[i];
        }
        return rest;
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "gpt-neox-parallel", "llama-gqa", "mistral-window", "qwen3"})
    void theLensAfterTheLastLayerIsTheAnswer(String name) {
        with(name, List.of(), (thought, config) -> {
            LensGrid grid = LensGrid.of(thought);
            assertEquals(config.layers() + 1, grid.rows().size());
            for (int position = 0; position < TOKENS.length; position++) {
                LensGrid.Cell cell = grid.rows().get(config.layers()).get(position);
                Choice first = Choice.first(thought, position);
                assertEquals(first.token(), cell.token(), name);
                double p = Shares.of(thought.logits(position))[first.token()];
                assertEquals(p, cell.probability().value(), 1e-6, name);
                assertTrue(cell.entropy().value() <= Math.log(config.vocabularySize()) + 1e-9, name);
            }
        });
    }

    @Test
    void aLayerComputedAgainShowsTheEditsToo() {
        Edit erased = new Edit(new Hook(HookPoint.V, 0), there -> {
            int[] dims = there.shape().toArray();
            for (int p = 0; p < dims[1]; p++) {
                for (int h = 0; h < dims[2]; h++) {
                    for (int e = 0; e < dims[3]; e++) {
                        there.set(0, 0, p, h, e);
                    }
                }
            }
        });
        with("llama-gqa", List.of(erased), (thought, config) -> {
            Choice choice = Choice.first(thought, TOKENS.length - 1);
            for (Flask flask : Flask.ofLayer(thought, choice, 0)) {
                assertEquals(0, flask.vote().value(), 0, "a flask of erased potions");
            }
            assertEquals(
                    Assembly.of(thought, choice).logit().value(),
                    Assembly.of(thought, choice).sum(),
                    LIMIT);
        });
    }

    @Test
    void statesOfAnotherWidthAreRefusedInOneSentence() {
        with("gpt2", List.of(), (thought, config) -> {
            Tensor wrong = Tensor.zeros(1, config.width() + 1);
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class,
                    () -> thought.microscope().model().unembed(wrong));
            String sentence = String.valueOf(e.getMessage());
            assertTrue(sentence.contains("expected [n, " + config.width() + "]"), sentence);
        });
    }
}
