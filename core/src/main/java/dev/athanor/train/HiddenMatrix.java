package dev.athanor.train;

import dev.athanor.model.ModelConfig;
import dev.athanor.model.TensorSpec;
import dev.athanor.tensor.Shape;
import dev.athanor.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One matrix inside a block as Muon sees it. A tensor that stores query, key and value together holds three of them:
 * orthogonalised as one, the strongest would decide the step of the others.
 *
 * @param rows of the matrix as stored
 * @param columns of the matrix as stored
 * @param outOverIn outputs over inputs of the projection, whichever way it is stored
 * @param place where the rows lie
 */
record HiddenMatrix(int rows, int columns, double outOverIn, Place place) {
    /**
     * Row r of the matrix is the stored row {@code firstRow + r / group * stride + r % group}, from {@code firstColumn}
     * on.
     *
     * @param group consecutive rows that belong to it
     * @param stride from the start of one group to the next
     * @param width columns of the whole stored tensor
     */
    record Place(int firstRow, int group, int stride, int firstColumn, int width) {}

    /**
     * The matrices in a tensor: one, or three where query, key and value are fused; none for what Muon does not train.
     */
    static List<HiddenMatrix> of(ModelConfig config, TensorSpec spec) {
        return switch (spec.role()) {
            case QUERY_WEIGHT, KEY_WEIGHT, VALUE_WEIGHT, ATTENTION_OUTPUT_WEIGHT, GATE_WEIGHT, UP_WEIGHT, DOWN_WEIGHT ->
                List.of(whole(config, spec));
            case QKV_WEIGHT ->
                IntStream.range(0, 3)
                        .mapToObj(part -> fused(config, spec, part))
                        .toList();
            default -> List.of();
        };
    }

    private static HiddenMatrix whole(ModelConfig config, TensorSpec spec) {
        int rows = spec.shape().dim(0);
        int columns = spec.shape().dim(1);
        boolean inputMajor = config.layout().inputMajor();
        double outOverIn = inputMajor ? (double) columns / rows : (double) rows / columns;
        return new HiddenMatrix(rows, columns, outOverIn, new Place(0, rows, rows, 0, columns));
    }

    /** {@code part} 0 is query, 1 key, 2 value. Families that fuse them have as many key heads as query heads. */
    private static HiddenMatrix fused(ModelConfig config, TensorSpec spec, int part) {
        int out = config.queryWidth();
        int in = config.width();
        double outOverIn = (double) out / in;
        if (config.layout().interleavedQkv()) {
            int head = config.headSize();
            return new HiddenMatrix(out, in, outOverIn, new Place(part * head, head, 3 * head, 0, in));
        }
        return config.layout().inputMajor()
                ? new HiddenMatrix(
                        in,
                        out,
                        outOverIn,
                        new Place(0, in, in, part * out, spec.shape().dim(1)))
                : new HiddenMatrix(out, in, outOverIn, new Place(part * out, out, out, 0, in));
    }

    int size() {
        return rows * columns;
    }

    /** Start of row {@code r} in the stored tensor. */
    int start(int r) {
        return (place.firstRow + r / place.group * place.stride + r % place.group) * place.width + place.firstColumn;
    }

    /** The matrix [rows, columns] over the first numbers of {@code dense}. */
    Tensor view(float[] dense) {
        return Tensor.view(dense, 0, Shape.of(rows, columns));
    }
}
