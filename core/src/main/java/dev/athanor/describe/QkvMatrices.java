package dev.athanor.describe;

import dev.athanor.model.ModelConfig;
import dev.athanor.model.TensorSpec;
import dev.athanor.model.TensorSpec.Role;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The matrices that make queries, keys and values, counted whole and head by head. Every layer has one of each, however
 * many of them share a stored tensor.
 *
 * @param layers blocks, each with one Q, one K and one V
 * @param width numbers that go into each, the columns of Q, K and V
 * @param queryRows rows of Q: {@code heads * headSize}
 * @param kvRows rows of K and of V: {@code kvHeads * headSize}
 * @param queryHeads heads of Q in one layer
 * @param kvHeads heads of K, and of V, in one layer
 * @param headSize columns of one head's matrix [width, headSize]
 * @param storedAs one sentence with the tensors of a layer and their dimensions in the file
 */
public record QkvMatrices(
        int layers, int width, int queryRows, int kvRows, int queryHeads, int kvHeads, int headSize, String storedAs) {
    /** Q, K and V. */
    public static final int PER_LAYER = 3;

    private static final Set<Role> STORED =
            Set.of(Role.QKV_WEIGHT, Role.QUERY_WEIGHT, Role.KEY_WEIGHT, Role.VALUE_WEIGHT);

    static QkvMatrices of(ModelConfig c, List<TensorSpec> specs, Function<TensorSpec, String> names) {
        return new QkvMatrices(
                c.layers(),
                c.width(),
                c.queryWidth(),
                c.kvWidth(),
                c.heads(),
                c.kvHeads(),
                c.headSize(),
                storedAs(c, specs, names));
    }

    /** Whole matrices in the model. */
    public int total() {
        return PER_LAYER * layers;
    }

    /** Matrices [width, headSize] of single query heads in the model. */
    public long queryHeadMatrices() {
        return (long) layers * queryHeads;
    }

    /** Matrices [width, headSize] of single key heads in the model, and as many of value heads. */
    public long kvHeadMatrices() {
        return (long) layers * kvHeads;
    }

    private static String storedAs(ModelConfig c, List<TensorSpec> specs, Function<TensorSpec, String> names) {
        String tensors = specs.stream()
                .filter(spec -> spec.layer() == 0 && STORED.contains(spec.role()))
                .map(spec -> shortName(names.apply(spec)) + " " + spec.shape())
                .collect(Collectors.joining(", "));
        return switch (c.layout().qkv()) {
            case SEPARATE -> "three matrices " + tensors;
            case BLOCKS ->
                "one matrix " + tensors + " holding Q, K and V "
                        + (c.layout().inputMajor() ? "side by side" : "one below the other");
            case INTERLEAVED -> "one matrix " + tensors + " holding Q, K and V interleaved head by head";
        };
    }

    /** {@code transformer.h.0.attn.c_attn.weight} is called c_attn. */
    private static String shortName(String name) {
        String[] parts = name.split("\\.", -1);
        return parts[parts.length - 2];
    }
}
