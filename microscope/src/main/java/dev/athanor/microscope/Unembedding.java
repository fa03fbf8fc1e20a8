package dev.athanor.microscope;

import dev.athanor.kernel.StoredRows;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.Parameters;
import dev.athanor.model.TensorSpec.Role;
import dev.athanor.tensor.Stored;
import dev.athanor.tensor.Tensor;
import dev.athanor.tensor.Weight;
import java.util.Optional;

/** The end of a model, the assembly: its last norm and the rows of the head that vote for tokens. */
public final class Unembedding {
    private final ModelConfig config;
    private final Weight head; // [V, d]
    private final float[] weight;
    private final Optional<float[]> bias;

    public Unembedding(Parameters parameters) {
        this.config = parameters.config();
        this.head = weight(parameters, config.tiedHead() ? Role.TOKEN_EMBEDDING : Role.HEAD_WEIGHT);
        this.weight = numbers(weight(parameters, Role.FINAL_NORM_WEIGHT));
        this.bias = parameters.indexOf(Role.FINAL_NORM_BIAS, -1) < 0
                ? Optional.empty()
                : Optional.of(numbers(weight(parameters, Role.FINAL_NORM_BIAS)));
    }

    private static Weight weight(Parameters parameters, Role role) {
        return parameters.list().get(parameters.indexOf(role, -1)).weight();
    }

    private static float[] numbers(Weight weight) {
        return switch (weight) {
            case Tensor t -> t.toArray();
            case Stored s -> StoredRows.toTensor(s).toArray();
        };
    }

    /** The row that votes for {@code token}. */
    private float[] row(int token) {
        float[] row = new float[config.width()];
        switch (head) {
            case Tensor t -> System.arraycopy(t.data(), t.offset() + token * row.length, row, 0, row.length);
            case Stored s -> StoredRows.read(s, token, row, 0);
        }
        return row;
    }

    /** What the last norm divides {@code state} [d] by: its own deviation or root mean square. */
    public double scale(float[] state) {
        double mean = mean(state);
        double square = 0;
        for (float x : state) {
            square += (x - mean) * (x - mean);
        }
        return Math.sqrt(square / state.length + config.normEpsilon());
    }

    private double mean(float[] state) {
        if (bias.isEmpty()) {
            return 0;
        }
        double sum = 0;
        for (float x : state) {
            sum += x;
        }
        return sum / state.length;
    }

    /**
     * What {@code part} [d] of the last state adds to the logit of {@code token}, when the norm divides by
     * {@code scale}. Linear in the part: the parts of a state add up to its logit less {@link #constant}.
     */
    public double vote(float[] part, double scale, int token) {
        float[] row = row(token);
        double mean = mean(part);
        double sum = 0;
        for (int i = 0; i < part.length; i++) {
            sum += (part[i] - mean) / scale * weight[i] * row[i];
        }
        return sum;
    }

    /** What {@code part} [d] votes for every token, when the norm divides by one. */
    public double[] votes(float[] part) {
        double[] votes = new double[config.vocabularySize()];
        for (int token = 0; token < votes.length; token++) {
            votes[token] = vote(part, 1, token);
        }
        return votes;
    }

    /**
     * The vote as a direction: the vote of a part is its dot product with this.
     *
     * @return [d]
     */
    public double[] direction(double scale, int token) {
        float[] row = row(token);
        double[] direction = new double[row.length];
        double mean = 0;
        for (int i = 0; i < row.length; i++) {
            direction[i] = weight[i] * (double) row[i] / scale;
            mean += direction[i] / row.length;
        }
        if (bias.isPresent()) { // LayerNorm takes the mean off every part: the direction has none of it
            for (int i = 0; i < row.length; i++) {
                direction[i] -= mean;
            }
        }
        return direction;
    }

    /** What the norm's bias adds to the logit of {@code token}, whatever the state. */
    public double constant(int token) {
        if (bias.isEmpty()) {
            return 0;
        }
        float[] row = row(token);
        double sum = 0;
        for (int i = 0; i < row.length; i++) {
            sum += (double) bias.get()[i] * row[i];
        }
        return sum;
    }

    /** Logit lens: all logits as if {@code state} [d] were the last one, with its own scale. */
    public double[] lens(float[] state) {
        double scale = scale(state);
        double[] logits = new double[config.vocabularySize()];
        for (int token = 0; token < logits.length; token++) {
            logits[token] = vote(state, scale, token) + constant(token);
        }
        return logits;
    }
}
