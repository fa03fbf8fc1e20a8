package dev.athanor.microscope.view;

import dev.athanor.model.ModelConfig;
import dev.athanor.model.TensorSpec.Role;
import dev.athanor.model.hook.Hook;
import dev.athanor.model.hook.HookPoint;
import dev.athanor.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * What one head gathered for one word: the share taken from each word, and what was poured from it votes for.
 *
 * @param pours one per word up to this one, in the order of the text
 * @param vote of the whole flask: the sum of its pours
 */
public record Flask(int layer, int head, int position, List<Pour> pours, Figure vote) {
    /**
     * @param source the word it was poured from
     * @param share of the flask; all shares add up to one
     * @param vote share times what the whole potion would vote
     */
    public record Pour(int source, Figure share, Figure vote) {}

    public Flask {
        pours = List.copyOf(pours);
    }

    /** The name of pours' votes, index [layer, head, position, source, token, against]. */
    public static final String POUR = "vote.pour";

    /** The name of a head's vote, index [layer, head, position, token, against]. */
    public static final String HEAD = "vote.head";

    /** The flasks of all heads of a layer for the word of {@code choice}. */
    public static List<Flask> ofLayer(Thought thought, Choice choice, int layer) {
        ModelConfig config = thought.config();
        double[] direction = choice.direction(thought);
        double[] along = new Matrix(thought.microscope().model().parameters(), Role.ATTENTION_OUTPUT_WEIGHT, layer)
                .along(direction, 0, config.queryWidth());
        Tensor pattern = thought.at(HookPoint.PATTERN, layer);
        Tensor values = thought.at(HookPoint.V, layer);
        List<Flask> flasks = new ArrayList<>();
        for (int head = 0; head < config.heads(); head++) {
            flasks.add(one(thought, choice, layer, head, along, pattern, values));
        }
        return List.copyOf(flasks);
    }

    private static Flask one(
            Thought thought, Choice choice, int layer, int head, double[] along, Tensor pattern, Tensor values) {
        ModelConfig config = thought.config();
        int size = config.headSize();
        int length = thought.length();
        int shelf = head / (config.heads() / config.kvHeads());
        float[] shares = Thought.row(pattern, head * length + choice.position(), length);
        List<Pour> pours = new ArrayList<>();
        double sum = 0;
        for (int source = 0; source < length; source++) {
            float[] potion = Thought.row(values, source * config.kvHeads() + shelf, size);
            double whole = 0;
            for (int e = 0; e < size; e++) {
                whole += potion[e] * along[head * size + e];
            }
            double vote = shares[source] * whole;
            sum += vote;
            pours.add(new Pour(
                    source,
                    Figure.of(
                            shares[source],
                            new Hook(HookPoint.PATTERN, layer).name(),
                            0,
                            head,
                            choice.position(),
                            source),
                    Figure.of(vote, POUR, layer, head, choice.position(), source, choice.token(), choice.against())));
        }
        Figure vote = Figure.of(sum, HEAD, layer, head, choice.position(), choice.token(), choice.against());
        return new Flask(layer, head, choice.position(), pours, vote);
    }
}
