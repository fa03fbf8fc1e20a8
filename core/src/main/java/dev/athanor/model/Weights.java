package dev.athanor.model;

import dev.athanor.kernel.Workers;
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
    private final List<Value> learning;

    private Weights(Table<Value> values, Table<Adapter> adapters, List<Value> learning) {
        this.values = values;
        this.adapters = adapters;
        this.learning = learning;
    }

    static Weights constant(Parameters parameters) {
        Table<Value> values = new Table<>();
        for (Parameter p : parameters.list()) {
            values.put(p.spec(), Value.constant(p.weight()));
        }
        return new Weights(values, new Table<>(), List.of());
    }

    /**
     * Weights whose gradients are those of {@code gradients}, in the order of the parameters.
     *
     * @param add whether to add to what they hold; else it means nothing
     */
    static Weights learning(Parameters parameters, List<Tensor> gradients, boolean add) {
        List<Parameter> list = parameters.list();
        if (gradients.size() != list.size()) {
            throw new IllegalArgumentException(
                    "gradients: expected one per parameter (" + list.size() + "), found " + gradients.size());
        }
        Table<Value> values = new Table<>();
        List<Value> learning = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            Value value = learning(list.get(i), gradients.get(i), add);
            values.put(list.get(i).spec(), value);
            learning.add(value);
        }
        return new Weights(values, new Table<>(), learning);
    }

    private static Value learning(Parameter p, Tensor gradient, boolean add) {
        return add ? Value.parameter(p.value(), gradient) : Value.freshParameter(p.value(), gradient);
    }

    /** Makes zeros of the gradients that nothing has been written to. */
    void complete(Workers workers) {
        learning.forEach(value -> value.beginFromZero(workers));
    }

    /**
     * Weights that stay, with additions that learn.
     *
     * @param gradients one per parameter of {@code adapters}
     * @param add whether to add to what they hold; else it means nothing
     */
    static Weights adapted(Parameters parameters, Adapters adapters, List<Tensor> gradients, boolean add) {
        List<Parameter> list = adapters.list();
        if (gradients.size() != list.size()) {
            throw new IllegalArgumentException(
                    "gradients: expected one per adapter matrix (" + list.size() + "), found " + gradients.size());
        }
        Table<Adapter> additions = new Table<>();
        List<Value> learning = new ArrayList<>();
        for (int i = 0; i < list.size(); i += 2) {
            Value a = learning(list.get(i), gradients.get(i), add);
            Value b = learning(list.get(i + 1), gradients.get(i + 1), add);
            additions.put(list.get(i).spec(), new Adapter(a, b, adapters.scale()));
            learning.add(a);
            learning.add(b);
        }
        return new Weights(constant(parameters).values, additions, learning);
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
