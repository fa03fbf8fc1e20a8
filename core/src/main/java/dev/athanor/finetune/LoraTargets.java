package dev.athanor.finetune;

import dev.athanor.model.Adapters;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.TensorSpec.Role;
import dev.athanor.model.TensorTable;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The short names of matrices that may have low-rank additions: q, k, v (or qkv in one), o, gate, up and down. */
public final class LoraTargets {
    private static final Map<String, Role> NAMES = names();

    private LoraTargets() {}

    private static Map<String, Role> names() {
        Map<String, Role> names = new LinkedHashMap<>();
        names.put("qkv", Role.QKV_WEIGHT);
        names.put("q", Role.QUERY_WEIGHT);
        names.put("k", Role.KEY_WEIGHT);
        names.put("v", Role.VALUE_WEIGHT);
        names.put("o", Role.ATTENTION_OUTPUT_WEIGHT);
        names.put("gate", Role.GATE_WEIGHT);
        names.put("up", Role.UP_WEIGHT);
        names.put("down", Role.DOWN_WEIGHT);
        return names;
    }

    /**
     * The matrices that {@code targets} name, all possible ones for an empty list.
     *
     * @throws FinetuneException where the model has none of a name
     */
    static Set<Role> roles(ModelConfig config, List<String> targets) {
        if (targets.isEmpty()) {
            return Adapters.POSSIBLE;
        }
        Set<Role> there = EnumSet.noneOf(Role.class);
        TensorTable.of(config).forEach(spec -> there.add(spec.role()));
        Set<Role> roles = EnumSet.noneOf(Role.class);
        for (String target : targets) {
            Role role = NAMES.get(target);
            if (role == null || !there.contains(role)) {
                List<String> possible = NAMES.keySet().stream()
                        .filter(name -> there.contains(NAMES.get(name)))
                        .toList();
                throw new FinetuneException("--targets: expected matrices of this model, some of "
                        + String.join(",", possible) + ", found \"" + target + "\"");
            }
            roles.add(role);
        }
        return roles;
    }
}
