package dev.athanor.microscope.view;

import dev.athanor.model.ModelConfig;
import dev.athanor.model.ModelConfig.Positions;
import dev.athanor.model.Parameters;
import dev.athanor.model.TensorSpec.Role;
import java.util.Optional;

/**
 * The matrix by which one head makes its queries, or keys, from a normalised state, whichever way the family stores it,
 * and what happens to them before they are compared.
 *
 * @param rows [headSize][d]
 * @param bias [headSize]
 */
record HeadProjection(double[][] rows, double[] bias) {
    /** Which of the two. */
    enum Side {
        QUERY,
        KEY
    }

    static HeadProjection of(Parameters parameters, int layer, Side side, int head) {
        ModelConfig c = parameters.config();
        int size = c.headSize();
        if (!c.layout().fusedQkv()) {
            boolean query = side == Side.QUERY;
            return read(
                    parameters,
                    layer,
                    query ? Role.QUERY_WEIGHT : Role.KEY_WEIGHT,
                    query ? Role.QUERY_BIAS : Role.KEY_BIAS,
                    head * size);
        }
        int first = c.layout().interleavedQkv()
                ? (3 * head + side.ordinal()) * size
                : side.ordinal() * c.queryWidth() + head * size;
        return read(parameters, layer, Role.QKV_WEIGHT, Role.QKV_BIAS, first);
    }

    private static HeadProjection read(Parameters parameters, int layer, Role weight, Role bias, int first) {
        ModelConfig c = parameters.config();
        Matrix matrix = new Matrix(parameters, weight, layer);
        double[][] rows = new double[c.headSize()][];
        double[] biases = new double[c.headSize()];
        float[] all = Matrix.vector(parameters, bias, layer).orElse(new float[0]);
        for (int e = 0; e < rows.length; e++) {
            rows[e] = matrix.output(first + e, c.width());
            biases[e] = all.length == 0 ? 0 : all[first + e];
        }
        return new HeadProjection(rows, biases);
    }

    /** What a normalised state becomes, without the bias. */
    double[] times(double[] state) {
        double[] out = new double[rows.length];
        for (int e = 0; e < out.length; e++) {
            for (int i = 0; i < state.length; i++) {
                out[e] += rows[e][i] * state[i];
            }
        }
        return out;
    }

    /** Turns a query or key by its position, as the family does; linear in {@code x}. */
    static void rotate(ModelConfig c, double[] x, int position) {
        Optional<Positions.Rotary> rotary = c.rotary();
        if (rotary.isEmpty()) {
            return;
        }
        Positions.Rotary r = rotary.get();
        int pairs = r.dimensions() / 2;
        double magnitude = r.scaling().magnitude();
        for (int pair = 0; pair < pairs; pair++) {
            int a = c.layout().adjacentPairs() ? 2 * pair : pair;
            int b = c.layout().adjacentPairs() ? 2 * pair + 1 : pair + pairs;
            double angle = position * r.scaling().frequency(r.theta(), r.dimensions(), pair);
            double cos = Math.cos(angle) * magnitude;
            double sin = Math.sin(angle) * magnitude;
            double first = x[a] * cos - x[b] * sin;
            x[b] = x[b] * cos + x[a] * sin;
            x[a] = first;
        }
    }
}
