package dev.athanor.microscope.identity;

import dev.athanor.microscope.view.Matrix;
import dev.athanor.microscope.view.Thought;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.Parameters;
import dev.athanor.model.TensorSpec.Role;
import dev.athanor.model.hook.Hook;
import dev.athanor.model.hook.HookPoint;
import dev.athanor.tensor.Tensor;
import java.util.Optional;

/**
 * How far the parts of a run are from adding up, everywhere in it, over the size of what they add up to (at least 1).
 *
 * @param shares I1
 * @param scores I2
 * @param heads I3
 * @param neurons I4, at the last word
 * @param stream I5
 */
record PartSums(double shares, double scores, double heads, double neurons, double stream) {
    static PartSums of(Thought thought) {
        double shares = 0;
        double scores = 0;
        double heads = 0;
        double neurons = 0;
        for (int layer = 0; layer < thought.config().layers(); layer++) {
            shares = Math.max(shares, shares(thought, layer));
            scores = Math.max(scores, scores(thought, layer));
            heads = Math.max(heads, heads(thought, layer));
            neurons = Math.max(neurons, neurons(thought, layer));
        }
        return new PartSums(shares, scores, heads, neurons, stream(thought));
    }

    private static double shares(Thought thought, int layer) {
        Tensor pattern = thought.at(HookPoint.PATTERN, layer);
        int length = thought.length();
        double worst = 0;
        for (int row = 0; row < thought.config().heads() * length; row++) {
            double sum = 0;
            for (int key = 0; key < length; key++) {
                float share = pattern.data()[row * length + key];
                sum += share;
                if (thought.switches().causal() && key > row % length) {
                    worst = Math.max(worst, Math.abs(share));
                }
            }
            worst = Math.max(worst, Math.abs(sum - 1));
        }
        return worst;
    }

    private static double scores(Thought thought, int layer) {
        ModelConfig c = thought.config();
        boolean rotary = c.rotary().isPresent();
        Tensor q = thought.at(rotary ? HookPoint.ROT_Q : HookPoint.Q, layer);
        Tensor k = thought.at(rotary ? HookPoint.ROT_K : HookPoint.K, layer);
        Tensor scores = thought.at(HookPoint.ATTN_SCORES, layer);
        int length = thought.length();
        double root = Math.sqrt(c.headSize());
        double worst = 0;
        for (int row = 0; row < c.heads() * length; row++) {
            int head = row / length;
            float[] query = Thought.row(q, row % length * c.heads() + head, c.headSize());
            for (int key = 0; key < length; key++) {
                float score = scores.data()[row * length + key];
                if (Float.isInfinite(score)) {
                    continue;
                }
                float[] other = Thought.row(k, key * c.kvHeads() + head / (c.heads() / c.kvHeads()), c.headSize());
                double sum = 0;
                for (int e = 0; e < query.length; e++) {
                    sum += (double) query[e] * other[e] / root;
                }
                worst = Math.max(worst, Math.abs(sum - score) / Math.max(1, Math.abs(score)));
            }
        }
        return worst;
    }

    private static double heads(Thought thought, int layer) {
        ModelConfig c = thought.config();
        int d = c.width();
        Tensor results = thought.at(HookPoint.RESULT, layer);
        Tensor out = thought.at(HookPoint.ATTN_OUT, layer);
        Optional<float[]> bias = vector(thought, Role.ATTENTION_OUTPUT_BIAS, layer);
        double worst = 0;
        for (int i = 0; i < out.size(); i++) {
            double sum = bias.isPresent() ? bias.get()[i % d] : 0;
            for (int head = 0; head < c.heads(); head++) {
                sum += results.data()[(i / d * c.heads() + head) * d + i % d];
            }
            worst = Math.max(worst, Math.abs(sum - out.data()[i]) / Math.max(1, Math.abs(sum)));
        }
        return worst;
    }

    private static Optional<float[]> vector(Thought thought, Role role, int layer) {
        return Matrix.vector(thought.microscope().model().parameters(), role, layer);
    }

    private static double neurons(Thought thought, int layer) {
        ModelConfig c = thought.config();
        int last = thought.length() - 1;
        Parameters parameters = thought.microscope().model().parameters();
        float[] post = Thought.row(thought.at(HookPoint.MLP_POST, layer), last, c.feedForwardWidth());
        float[] out = Thought.row(thought.at(HookPoint.MLP_OUT, layer), last, c.width());
        double[] sum = new Matrix(parameters, Role.DOWN_WEIGHT, layer).times(post, c.width());
        Optional<float[]> bias = vector(thought, Role.DOWN_BIAS, layer);
        double worst = 0;
        for (int i = 0; i < out.length; i++) {
            double expected = sum[i] + (bias.isPresent() ? bias.get()[i] : 0);
            worst = Math.max(worst, Math.abs(expected - out[i]) / Math.max(1, Math.abs(expected)));
        }
        return worst;
    }

    private static double stream(Thought thought) {
        ModelConfig c = thought.config();
        Tensor last = thought.at(HookPoint.RESID_POST, c.layers() - 1);
        double[] sum = new double[last.size()];
        add(sum, thought, Hook.of(HookPoint.EMBED));
        if (c.rotary().isEmpty()) {
            add(sum, thought, Hook.of(HookPoint.POS_EMBED));
        }
        for (int layer = 0; layer < c.layers(); layer++) {
            add(sum, thought, new Hook(HookPoint.ATTN_OUT, layer));
            add(sum, thought, new Hook(HookPoint.MLP_OUT, layer));
        }
        double worst = 0;
        for (int i = 0; i < sum.length; i++) {
            worst = Math.max(worst, Math.abs(sum[i] - last.data()[i]) / Math.max(1, Math.abs(sum[i])));
        }
        return worst;
    }

    private static void add(double[] sum, Thought thought, Hook hook) {
        Tensor part = thought.recording(hook).at(hook);
        for (int i = 0; i < sum.length; i++) {
            sum[i] += part.data()[i];
        }
    }
}
