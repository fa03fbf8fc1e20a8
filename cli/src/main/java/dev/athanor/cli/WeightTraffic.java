package dev.athanor.cli;

import dev.athanor.model.Parameter;
import dev.athanor.model.Parameters;
import dev.athanor.model.TensorSpec.Role;
import dev.athanor.tensor.DType;
import dev.athanor.tensor.Stored;
import dev.athanor.tensor.Tensor;
import java.util.EnumMap;
import java.util.Map;

/**
 * What one token reads of a model's weights: every matrix once, of the embeddings only a row.
 *
 * @param main type of most of these bytes
 * @param bytes read for one token, embeddings, keys and values not counted
 */
record WeightTraffic(DType main, long bytes) {
    static WeightTraffic of(Parameters parameters) {
        Map<DType, Long> byType = new EnumMap<>(DType.class);
        long bytes = 0;
        for (Parameter p : parameters.list()) {
            if (!isLookUp(p.spec().role(), parameters.config().tiedHead())) {
                DType type = type(p);
                long size = type.bytes(p.spec().shape().elements());
                byType.merge(type, size, Long::sum);
                bytes += size;
            }
        }
        DType main = byType.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .orElseThrow()
                .getKey();
        return new WeightTraffic(main, bytes);
    }

    private static boolean isLookUp(Role role, boolean tiedHead) {
        return role == Role.POSITION_EMBEDDING || (role == Role.TOKEN_EMBEDDING && !tiedHead);
    }

    private static DType type(Parameter p) {
        return switch (p.weight()) {
            case Tensor tensor -> DType.F32;
            case Stored stored -> stored.type();
        };
    }
}
