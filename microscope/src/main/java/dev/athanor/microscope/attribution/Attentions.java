package dev.athanor.microscope.attribution;

import dev.athanor.microscope.view.Choice;
import dev.athanor.microscope.view.Flask;
import dev.athanor.microscope.view.Thought;
import dev.athanor.model.hook.HookPoint;
import dev.athanor.tensor.Tensor;

/** Attention shares taken for importance, in three ways. */
final class Attentions {
    private Attentions() {}

    static double[] last(Thought thought, Choice choice) {
        double[][] shares = mean(thought, thought.config().layers() - 1);
        return shares[choice.position()];
    }

    static double[] rollout(Thought thought, Choice choice) {
        int length = thought.length();
        double[] weights = new double[length];
        weights[choice.position()] = 1;
        for (int layer = thought.config().layers() - 1; layer >= 0; layer--) {
            double[][] shares = mean(thought, layer);
            double[] before = new double[length];
            for (int query = 0; query < length; query++) {
                before[query] += 0.5 * weights[query];
                for (int key = 0; key < length; key++) {
                    before[key] += 0.5 * weights[query] * shares[query][key];
                }
            }
            weights = before;
        }
        return weights;
    }

    static double[] deciding(Thought thought, Choice choice) {
        double[] weights = new double[thought.length()];
        double votes = 0;
        for (int layer = 0; layer < thought.config().layers(); layer++) {
            for (Flask flask : Flask.ofLayer(thought, choice, layer)) {
                double vote = Math.abs(flask.vote().value());
                votes += vote;
                for (Flask.Pour pour : flask.pours()) {
                    weights[pour.source()] += vote * pour.share().value();
                }
            }
        }
        for (int i = 0; i < weights.length; i++) {
            weights[i] /= Math.max(votes, 1e-12);
        }
        return weights;
    }

    /** Shares of a layer [T][T], averaged over its heads. */
    private static double[][] mean(Thought thought, int layer) {
        Tensor pattern = thought.at(HookPoint.PATTERN, layer);
        int length = thought.length();
        int heads = thought.config().heads();
        double[][] mean = new double[length][length];
        for (int i = 0; i < pattern.size(); i++) {
            mean[i / length % length][i % length] += (double) pattern.data()[i] / heads;
        }
        return mean;
    }
}
