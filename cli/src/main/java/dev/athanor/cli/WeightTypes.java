package dev.athanor.cli;

import dev.athanor.tensor.DType;
import java.util.LinkedHashMap;
import java.util.Map;

/** Types weights can be written in, by the names people type. */
final class WeightTypes {
    private static final Map<String, DType> NAMES = new LinkedHashMap<>();

    static {
        for (DType type :
                new DType[] {DType.Q8_0, DType.Q6_K, DType.Q4_K, DType.Q4_0, DType.F16, DType.BF16, DType.F32}) {
            NAMES.put(type.name().toLowerCase(java.util.Locale.ROOT), type);
        }
    }

    private WeightTypes() {}

    /** @throws picocli.CommandLine.ParameterException for any other name */
    static DType of(String name, Common common) {
        return of("--type", name, common);
    }

    /** As the other, given with another option. */
    static DType of(String option, String name, Common common) {
        DType type = NAMES.get(name.toLowerCase(java.util.Locale.ROOT));
        if (type == null) {
            throw common.usage(option + ": expected one of " + String.join(", ", NAMES.keySet()) + ", found " + name);
        }
        return type;
    }
}
