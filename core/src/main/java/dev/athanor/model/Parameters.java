package dev.athanor.model;

import dev.athanor.tensor.Tensor;
import dev.athanor.tensor.Weight;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * All weights of one model, in the order of its {@link TensorTable}. Immutable as a list; the numbers inside are what
 * training changes.
 */
public final class Parameters {
    private final ModelConfig config;
    private final List<Parameter> list;

    private Parameters(ModelConfig config, List<Parameter> list) {
        this.config = config;
        this.list = List.copyOf(list);
    }

    /** Parameters whose tensors come from {@code source}, asked once per entry of the table. */
    public static Parameters of(ModelConfig config, Function<TensorSpec, ? extends Weight> source) {
        List<Parameter> list = new ArrayList<>();
        for (TensorSpec spec : TensorTable.of(config)) {
            list.add(new Parameter(spec, source.apply(spec)));
        }
        return new Parameters(config, list);
    }

    /** Parameters of zeros, each in an array of its own. */
    public static Parameters zeros(ModelConfig config) {
        return of(config, spec -> Tensor.zeros(spec.shape().toArray()));
    }

    public ModelConfig config() {
        return config;
    }

    public List<Parameter> list() {
        return list;
    }

    /** Index of a role's tensor in {@link #list()}, or -1 when this model has none. */
    public int indexOf(TensorSpec.Role role, int layer) {
        for (int i = 0; i < list.size(); i++) {
            TensorSpec spec = list.get(i).spec();
            if (spec.role() == role && spec.layer() == layer) {
                return i;
            }
        }
        return -1;
    }

    /** How many numbers the model stores; a tied head counts once. */
    public long count() {
        return list.stream().mapToLong(p -> p.spec().shape().elements()).sum();
    }
}
