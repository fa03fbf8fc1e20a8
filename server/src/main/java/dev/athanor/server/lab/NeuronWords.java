package dev.athanor.server.lab;

import dev.athanor.microscope.Unembedding;
import dev.athanor.microscope.view.Matrix;
import dev.athanor.microscope.view.Thought;
import dev.athanor.model.TensorSpec.Role;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Which next words a neuron pushes up and down by itself, over the whole dictionary, the last norm's scale frozen. */
final class NeuronWords {
    private static final int TOP = 4;

    /** Tokens, strongest first. */
    record Sides(List<Integer> up, List<Integer> down) {}

    private final Thought thought;
    private final Matrix out;

    NeuronWords(Thought thought, int layer) {
        this.thought = thought;
        this.out = new Matrix(thought.microscope().model().parameters(), Role.DOWN_WEIGHT, layer);
    }

    /** @param strength how strongly it fired; a negative one pushes the other way */
    Sides of(int neuron, double strength) {
        double[] part = out.input(neuron, thought.config().width());
        float[] direction = new float[part.length];
        for (int i = 0; i < part.length; i++) {
            direction[i] = (float) (strength < 0 ? -part[i] : part[i]);
        }
        Unembedding end = thought.end();
        int v = thought.config().vocabularySize();
        double[] votes = end.votes(direction);
        List<Integer> order = IntStream.range(0, v)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer token) -> -votes[token]))
                .toList();
        return new Sides(order.subList(0, Math.min(TOP, v)), order.reversed().subList(0, Math.min(TOP, v)));
    }
}
