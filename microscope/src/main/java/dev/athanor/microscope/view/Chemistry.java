package dev.athanor.microscope.view;

import dev.athanor.model.TensorSpec.Role;
import dev.athanor.model.hook.Hook;
import dev.athanor.model.hook.HookPoint;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What a layer's feed-forward step did for one word: its strongest neurons for and against the choice.
 *
 * @param up neurons with the largest votes for it, largest first; none that votes against
 * @param down neurons with the largest votes against it
 * @param neurons the sum of all neurons' votes, without the bias
 */
public record Chemistry(int layer, int position, List<Neuron> up, List<Neuron> down, Figure neurons) {
    /**
     * @param strength how strongly it fired
     * @param vote strength times what one unit of it votes
     */
    public record Neuron(int index, Figure strength, Figure vote) {}

    public Chemistry {
        up = List.copyOf(up);
        down = List.copyOf(down);
    }

    /** The name of neurons' votes, index [layer, position, neuron, token, against]. */
    public static final String NEURON = "vote.neuron";

    /** The name of the sum of a layer's neurons, index [layer, position, token, against]. */
    public static final String NEURONS = "vote.neurons";

    public static Chemistry of(Thought thought, Choice choice, int layer, int top) {
        int width = thought.config().feedForwardWidth();
        double[] along = new Matrix(thought.microscope().model().parameters(), Role.DOWN_WEIGHT, layer)
                .along(choice.direction(thought), 0, width);
        float[] strength = Thought.row(thought.at(HookPoint.MLP_POST, layer), choice.position(), width);
        List<Neuron> all = new ArrayList<>();
        double sum = 0;
        for (int neuron = 0; neuron < width; neuron++) {
            double vote = strength[neuron] * along[neuron];
            sum += vote;
            all.add(new Neuron(
                    neuron,
                    Figure.of(
                            strength[neuron], new Hook(HookPoint.MLP_POST, layer).name(), 0, choice.position(), neuron),
                    Figure.of(vote, NEURON, layer, choice.position(), neuron, choice.token(), choice.against())));
        }
        all.sort(Comparator.comparingDouble((Neuron n) -> n.vote().value()).reversed());
        List<Neuron> up =
                all.stream().filter(n -> n.vote().value() > 0).limit(top).toList();
        List<Neuron> down = all.reversed().stream()
                .filter(n -> n.vote().value() < 0)
                .limit(top)
                .toList();
        Figure neurons = Figure.of(sum, NEURONS, layer, choice.position(), choice.token(), choice.against());
        return new Chemistry(layer, choice.position(), up, down, neurons);
    }
}
