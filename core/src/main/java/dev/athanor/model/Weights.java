package dev.athanor.model;

import dev.athanor.model.TensorSpec.Role;
import dev.athanor.op.Value;
import dev.athanor.tensor.Tensor;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A model's tensors by role and layer, as values the operations take; with gradients when training. */
final class Weights {
    /**
     * A low-rank addition to a matrix.
     *
     * @param a [rank, in]
     * @param b [out, rank]
     */
    record Adapter(Value a, Value b, float scale) {}

    /** What there is of every role, layer by layer; a token asks some hundred times, so nothing is made to answer. */
    private static final class Table<T> {
        private final Map<Role, List<Optional<T>>> byRole = new EnumMap<>(Role.class); // [layer + 1], of no layer first

        void put(TensorSpec spec, T value) {
            List<Optional<T>> layers = byRole.computeIfAbsent(spec.role(), role -> new ArrayList<>());
            while (layers.size() <= spec.layer() + 1) {
                layers.add(Optional.empty());
            }
            layers.set(spec.layer() + 1, Optional.of(value));
        }

        Optional<T> find(Role role, int layer) {
            List<Optional<T>> layers = byRole.getOrDefault(role, List.of());
            return layer + 1 < layers.size() ? layers.get(layer + 1) : Optional.empty();
        }
    }

    private final Table<Value> values;
    private final Table<Adapter> adapters;

    private Weights(Table<Value> values) {
        this(values, new Table<>());
    }

    private Weights(Table<Value> values, Table<Adapter> adapters) {
        this.values = values;
        this.adapters = adapters;
    }

    static Weights constant(Parameters parameters) {
        Table<Value> values = new Table<>();
        for (Parameter p : parameters.list()) {
            values.put(p.spec(), Value.constant(p.weight()));
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
        Table<Value> values = new Table<>();
        List<Tensor> rest = new ArrayList<>(gradients);
        for (int i = 0; i < list.size(); i++) {
            values.put(list.get(i).spec(), Value.parameter(list.get(i).value(), rest.get(i)));
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
        Table<Adapter> additions = new Table<>();
        for (int i = 0; i < list.size(); i += 2) {
            additions.put(
                    list.get(i).spec(),
                    new Adapter(
                            Value.parameter(list.get(i).value(), gradients.get(i)),
                            Value.parameter(list.get(i + 1).value(), gradients.get(i + 1)),
                            adapters.scale()));
        }
        return new Weights(constant(parameters).values, additions);
    }

    /** The addition to a matrix, where it has one. */
    Optional<Adapter> adapter(Role role, int layer) {
        return adapters.find(role, layer);
    }

    Value get(Role role, int layer) {
        Optional<Value> found = find(role, layer);
        if (found.isEmpty()) {
            throw new IllegalStateException("no tensor has role " + role + " in layer " + layer);
        }
        return found.get();
    }

    Optional<Value> find(Role role, int layer) {
        return values.find(role, layer);
    }
}
