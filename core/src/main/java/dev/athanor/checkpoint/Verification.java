package dev.athanor.checkpoint;

import dev.athanor.model.Parameter;
import dev.athanor.model.Transformer;
import dev.athanor.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How far a model's numbers are from those another program computed.
 *
 * @param logitsMaxAbs largest difference between logits
 * @param lossAbs difference between mean losses
 * @param gradientMaxRel largest difference between gradients, over the largest absolute value of its tensor; 0 without
 *     gradients
 * @param worstTensor where that is
 */
public record Verification(double logitsMaxAbs, double lossAbs, double gradientMaxRel, String worstTensor) {
    private static final String PREFIX = "grad.";

    /**
     * Recomputes what {@code expected} holds: {@code input_ids} [B, T], {@code logits} [B, T, V], {@code loss} (mean
     * over the B (T-1) next tokens) and {@code grad.NAME} for any tensors.
     */
    public static Verification run(Transformer model, Path expected) {
        try (Safetensors file = Safetensors.open(expected)) {
            TensorEntry ids = file.entry("input_ids");
            if (ids.shape().rank() != 2) {
                throw new ModelFormatException(
                        expected + ": expected input_ids of shape [batch, length], found " + ids.shape());
            }
            int batch = ids.shape().dim(0);
            int length = ids.shape().dim(1);
            if (batch < 1 || length < 2) {
                throw new ModelFormatException(
                        expected + ": expected input_ids of at least one sequence of two tokens, found " + ids.shape());
            }
            requireKnownGradients(model, file, expected);
            int[] tokens = Arrays.stream(file.readLongs("input_ids"))
                    .mapToInt(Math::toIntExact)
                    .toArray();
            int[] targets = new int[tokens.length];
            for (int i = 0; i < tokens.length; i++) {
                targets[i] = i % length == length - 1 ? -1 : tokens[i + 1];
            }
            int counted = batch * (length - 1);
            double logits = difference(
                    file.readFloats("logits"),
                    model.logits(tokens, batch, length).data(),
                    "logits",
                    expected);
            List<Tensor> gradients = model.parameters().list().stream()
                    .map(p -> Tensor.zeros(p.spec().shape().toArray()))
                    .toList();
            double loss =
                    model.lossAndGradients(tokens, targets, batch, length, 1f / counted, gradients, true, 0) / counted;
            double worst = 0;
            String name = "";
            for (int i = 0; i < gradients.size(); i++) {
                Parameter p = model.parameters().list().get(i);
                if (!file.entries().containsKey(PREFIX + p.name())) {
                    continue;
                }
                float[] wanted = file.readFloats(PREFIX + p.name());
                double largest = 0;
                for (float value : wanted) {
                    largest = Math.max(largest, Math.abs(value));
                }
                double relative = difference(wanted, gradients.get(i).data(), p.name(), expected)
                        / Math.max(largest, Float.MIN_NORMAL);
                if (Double.isNaN(relative)) { // no later tensor may hide it
                    worst = relative;
                    name = p.name();
                    break;
                }
                if (relative >= worst) {
                    worst = relative;
                    name = p.name();
                }
            }
            return new Verification(logits, Math.abs(loss - file.readFloats("loss")[0]), worst, name);
        }
    }

    /** A gradient under a name the model lacks would otherwise pass unseen. */
    private static void requireKnownGradients(Transformer model, Safetensors file, Path expected) {
        Set<String> known =
                model.parameters().list().stream().map(Parameter::name).collect(Collectors.toSet());
        for (String name : file.entries().keySet()) {
            if (name.startsWith(PREFIX) && !known.contains(name.substring(PREFIX.length()))) {
                throw new ModelFormatException(expected + ": expected gradients of tensors of the model, found " + name
                        + "; the model has no tensor of that name");
            }
        }
    }

    private static double difference(float[] wanted, float[] found, String name, Path expected) {
        if (wanted.length != found.length) {
            throw new ModelFormatException(expected + ": expected " + found.length + " numbers for " + name
                    + " as in the model, found " + wanted.length);
        }
        double largest = 0;
        for (int i = 0; i < wanted.length; i++) {
            double difference = Math.abs((double) wanted[i] - found[i]);
            if (Double.isNaN(difference)) {
                return Double.NaN;
            }
            largest = Math.max(largest, difference);
        }
        return largest;
    }
}
