package dev.athanor.microscope.attribution;

import dev.athanor.kernel.StoredRows;
import dev.athanor.model.Parameters;
import dev.athanor.model.TensorSpec.Role;
import dev.athanor.tensor.Stored;
import dev.athanor.tensor.Tensor;
import dev.athanor.tensor.Weight;

/** The average word of the dictionary: what a word is compared with that is taken away. */
final class MeanEmbedding {
    private MeanEmbedding() {}

    /** @return [d] */
    static float[] of(Parameters parameters) {
        Weight table = parameters
                .list()
                .get(parameters.indexOf(Role.TOKEN_EMBEDDING, -1))
                .weight();
        int v = table.shape().dim(0);
        float[] row = new float[table.shape().dim(1)];
        double[] sum = new double[row.length];
        for (int token = 0; token < v; token++) {
            switch (table) {
                case Tensor t -> System.arraycopy(t.data(), t.offset() + token * row.length, row, 0, row.length);
                case Stored s -> StoredRows.read(s, token, row, 0);
            }
            for (int i = 0; i < row.length; i++) {
                sum[i] += row[i];
            }
        }
        float[] mean = new float[row.length];
        for (int i = 0; i < mean.length; i++) {
            mean[i] = (float) (sum[i] / v);
        }
        return mean;
    }
}
