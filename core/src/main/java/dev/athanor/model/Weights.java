package dev.athanor.model;

import dev.athanor.model.TensorSpec.Role;
import dev.athanor.op.Value;
import dev.athanor.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A model's tensors by role and layer, as values the operations take; with gradients when training. */
final class Weights {
    private record Key(Role role, int layer) {}

    /**
     * A low-rank addition to a matrix.
     *
     * @param a [rank, in]
     * @param b [out, rank]
     */
    record Adapter(Value a, Value b, float scale) {}

    private final Map<Key, Value> values;
    private final Map<Key, Adapter> adapters;

    private Weights(Map<Key, Value> values) {
        this(values, Map.of());
    }

    private Weights(Map<Key, Value> values, Map<Key, Adapter> adapters) {
        this.values = values;
        this.adapters = adapters;
    }

    static Weights constant(Parameters parameters) {
        Map<Key, Value> values = new HashMap<>();
        for (Parameter p : parameters.list()) {
            values.put(new Key(p.spec().role(), p.spec().layer()), Value.constant(p.weight()));
        }
        return new Weights(values);
    }

    /** Weights whose gradients are added to {@code gradients}, in the order of the parameters. */
    static Weights learning(Parameters parameters, List<Tensor> gradients) {
        List<Parameter> list = parameters.list();
        if (gradients.size() != list.size()) {
            throw new IllegalArgumentException(
                    "gradients: expected one per parameter (" + list.size() + "), found " + gradients.size());
        }
        Map<Key, Value> values = new HashMap<>();
        List<Tensor> rest = new ArrayList<>(gradients);
        for (int i = 0; i < list.size(); i++) {
            TensorSpec spec = list.get(i).spec();
            values.put(
                    new Key(spec.role(), spec.layer()),
                    Value.parameter(list.get(i).value(), rest.get(i)));
        }
        return new Weights(values);
    }

    /**
     * Weights that stay, with additions that learn.
     *
     * @param gradients one per parameter of {@code adapters}; added to
     */
    static Weights adapted(Parameters parameters, Adapters adapters, List<Tensor> gradients) {
        List<Parameter> list = adapters.list();
        if (gradients.size() != list.size()) {
            throw new IllegalArgumentException(
                    "gradients: expected one per adapter matrix (" + list.size() + "), found " + gradients.size());
        }
        Map<Key, Adapter> additions = new HashMap<>();
        for (int i = 0; i < list.size(); i += 2) {
            TensorSpec spec = list.get(i).spec();
            additions.put(
                    new Key(spec.role(), spec.layer()),
                    new Adapter(
                            Value.parameter(list.get(i).value(), gradients.get(i)),
                            Value.parameter(list.get(i + 1).value(), gradients.get(i + 1)),
                            adapters.scale()));
        }
        return new Weights(constant(parameters).values, additions);
    }

    /** The addition to a matrix, where it has one. */
    Optional<Adapter> adapter(Role role, int layer) {
        return Optional.ofNullable(adapters.get(new Key(role, layer)));
    }

    Value get(Role role, int layer) {
        return find(role, layer)
                .orElseThrow(() -> new IllegalStateException("no tensor has role " + role + " in layer " + layer));
    }

    Optional<Value> find(Role role, int layer) {
        return Optional.ofNullable(values.get(new Key(role, layer)));
    }
}
