package dev.athanor.microscope.view;

import dev.athanor.model.ModelConfig;
import dev.athanor.model.Parameters;
import dev.athanor.model.TensorSpec.Role;
import dev.athanor.model.hook.Hook;
import dev.athanor.model.hook.HookPoint;
import dev.athanor.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What earlier parts put into a word's state. */
final class Sources {
    private Sources() {}

    /** @param name {@code embed}, {@code pos}, {@code L0H3}, {@code L0bias}, {@code L0mlp}, {@code norm} */
    record Part(String name, double[] numbers) {}

    /** The parts [d] of the state that enters {@code layer}; they add up to it. */
    static List<Part> of(Thought thought, int layer, int position) {
        ModelConfig c = thought.config();
        int d = c.width();
        List<Part> parts = new ArrayList<>();
        parts.add(new Part("embed", row(thought, Hook.of(HookPoint.EMBED), position, d)));
        if (c.rotary().isEmpty()) {
            parts.add(new Part("pos", row(thought, Hook.of(HookPoint.POS_EMBED), position, d)));
        }
        for (int earlier = 0; earlier < layer; earlier++) {
            Hook result = new Hook(HookPoint.RESULT, earlier);
            Tensor results = thought.recording(result).at(result);
            double[] rest = row(thought, new Hook(HookPoint.ATTN_OUT, earlier), position, d);
            for (int head = 0; head < c.heads(); head++) {
                double[] part = doubles(Thought.row(results, position * c.heads() + head, d));
                for (int i = 0; i < d; i++) {
                    rest[i] -= part[i];
                }
                parts.add(new Part("L" + earlier + "H" + head, part));
            }
            parts.add(new Part("L" + earlier + "bias", rest));
            parts.add(new Part("L" + earlier + "mlp", row(thought, new Hook(HookPoint.MLP_OUT, earlier), position, d)));
        }
        return parts;
    }

    /** The parts as attention of {@code layer} reads them: through its norm, with the scale that the state had. */
    static List<Part> normalised(Thought thought, int layer, int position) {
        ModelConfig c = thought.config();
        Parameters parameters = thought.microscope().model().parameters();
        float[] weight =
                Matrix.vector(parameters, Role.ATTENTION_NORM_WEIGHT, layer).orElseThrow();
        Optional<float[]> bias = Matrix.vector(parameters, Role.ATTENTION_NORM_BIAS, layer);
        Hook scales = new Hook(HookPoint.LN1_SCALE, layer);
        double scale = thought.recording(scales).number(scales, 0, position, 0);
        List<Part> parts = of(thought, layer, position);
        for (Part part : parts) {
            double mean = 0;
            if (bias.isPresent()) {
                for (double x : part.numbers()) {
                    mean += x / c.width();
                }
            }
            for (int i = 0; i < c.width(); i++) {
                part.numbers()[i] = (part.numbers()[i] - mean) / scale * weight[i];
            }
        }
        bias.ifPresent(b -> parts.add(new Part("norm", doubles(b))));
        return parts;
    }

    private static double[] row(Thought thought, Hook hook, int position, int d) {
        return doubles(Thought.row(thought.recording(hook).at(hook), position, d));
    }

    private static double[] doubles(float[] row) {
        double[] out = new double[row.length];
        for (int i = 0; i < row.length; i++) {
            out[i] = row[i];
        }
        return out;
    }
}
