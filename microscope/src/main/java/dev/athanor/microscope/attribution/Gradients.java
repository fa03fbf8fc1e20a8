package dev.athanor.microscope.attribution;

import dev.athanor.microscope.view.Choice;
import dev.athanor.microscope.view.Thought;
import dev.athanor.model.Sensitivity;
import dev.athanor.model.Transformer;
import dev.athanor.model.hook.HookPoint;
import dev.athanor.tensor.Shape;
import dev.athanor.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Attribution by gradients of the decision with respect to the words' embeddings. */
final class Gradients {
    private final Transformer model;
    private final int position;
    private final Map<Integer, Double> weights = new HashMap<>();
    private final Tensor words; // [T, d]
    private final Tensor average; // [T, d], every row the mean embedding

    Gradients(Thought thought, Choice choice) {
        this.model = thought.microscope().model();
        this.position = choice.position();
        weights.put(choice.token(), 1.0);
        if (choice.against() != Choice.NOTHING) {
            weights.put(choice.against(), -1.0);
        }
        int d = thought.config().width();
        int length = choice.position() + 1; // later words change nothing
        Tensor all = thought.stream().at(HookPoint.EMBED);
        this.words = Tensor.view(Arrays.copyOf(all.data(), length * d), 0, Shape.of(length, d));
        this.average = Tensor.zeros(length, d);
        float[] mean = MeanEmbedding.of(model.parameters());
        for (int i = 0; i < average.size(); i++) {
            average.data()[i] = mean[i % d];
        }
    }

    private Sensitivity at(Tensor embeddings) {
        return model.sensitivity(embeddings, position, weights);
    }

    double[] timesInput() {
        return products(at(words).gradient(), words, origin());
    }

    private Tensor origin() {
        return Tensor.zeros(words.shape().toArray());
    }

    /** The midpoint rule with {@code steps} points on the straight line from the average embedding. */
    double[] integrated(int steps) {
        double[] sum = new double[words.dim(0)];
        Tensor between = Tensor.zeros(words.shape().toArray());
        for (int step = 0; step < steps; step++) {
            float share = (step + 0.5f) / steps;
            for (int i = 0; i < between.size(); i++) {
                between.data()[i] = average.data()[i] + share * (words.data()[i] - average.data()[i]);
            }
            double[] part = products(at(between).gradient(), words, average);
            for (int word = 0; word < sum.length; word++) {
                sum[word] += part[word] / steps;
            }
        }
        return sum;
    }

    /** What the attributions add up to, less what the decision gained between the ends of the line. */
    double gap(double[] integrated) {
        return Arrays.stream(integrated).sum()
                - (at(words).value() - at(average).value());
    }

    /** Gradient times (to − from), a sum per word. */
    private static double[] products(Tensor gradient, Tensor to, Tensor from) {
        int d = gradient.dim(1);
        double[] sums = new double[gradient.dim(0)];
        for (int i = 0; i < gradient.size(); i++) {
            sums[i / d] += (double) gradient.data()[i] * (to.data()[i] - from.data()[i]);
        }
        return sums;
    }
}
