package dev.athanor.model;

import dev.athanor.model.TensorSpec.Role;
import dev.athanor.tensor.Shape;
import dev.athanor.tensor.Tensor;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * Low-rank additions to a model's matrices (LoRA, arXiv:2106.09685): y = W x + alpha / rank · B A x, where W stays and
 * A [rank, in] and B [out, rank] learn. A matrix of several heads, or one that holds query, key and value, has one
 * pair.
 *
 * @param rank numbers between A and B
 * @param alpha what the addition is multiplied by, over the rank
 * @param list pairs A, B, A, B, … in the order of the model's table
 */
public record Adapters(int rank, double alpha, List<Parameter> list) {
    /** Matrices that may have one. */
    public static final Set<Role> POSSIBLE = Set.copyOf(EnumSet.of(
            Role.QKV_WEIGHT,
            Role.QUERY_WEIGHT,
            Role.KEY_WEIGHT,
            Role.VALUE_WEIGHT,
            Role.ATTENTION_OUTPUT_WEIGHT,
            Role.GATE_WEIGHT,
            Role.UP_WEIGHT,
            Role.DOWN_WEIGHT));

    public Adapters {
        if (rank < 1 || !(alpha > 0 && alpha < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("adapters: expected a rank of at least 1 and alpha above 0, found rank="
                    + rank + ", alpha=" + alpha);
        }
        list = List.copyOf(list);
    }

    /** Which of the two matrices. */
    public enum Side {
        /** [rank, in]. */
        A,
        /** [out, rank]. */
        B
    }

    /**
     * Adapters for every matrix of {@code roles} that the model has.
     *
     * @param source gives the numbers of a side of a matrix, whose spec is given, in the shape given
     * @throws IllegalArgumentException when there is no such matrix, or the rank is no smaller than one of its sides
     */
    public static Adapters of(
            ModelConfig config, int rank, double alpha, Set<Role> roles, BiFunction<TensorSpec, Side, Tensor> source) {
        List<Parameter> list = new ArrayList<>();
        for (TensorSpec spec : TensorTable.of(config)) {
            if (!roles.contains(spec.role())) {
                continue;
            }
            require(config, spec, rank);
            for (Side side : Side.values()) {
                list.add(new Parameter(side(config, spec, rank, side), source.apply(spec, side)));
            }
        }
        if (list.isEmpty()) {
            throw new IllegalArgumentException(
                    "adapters: expected matrices that this " + config.family() + " model has, found " + roles);
        }
        return new Adapters(rank, alpha, list);
    }

    private static void require(ModelConfig config, TensorSpec spec, int rank) {
        if (!POSSIBLE.contains(spec.role())) {
            throw new IllegalArgumentException(
                    "adapters: expected matrices of the layers, one of " + POSSIBLE + ", found " + spec.role());
        }
        int smaller = Math.min(in(config, spec), out(config, spec));
        if (rank >= smaller) {
            throw new IllegalArgumentException("adapters: expected a rank below the smaller side of " + spec.name()
                    + " " + spec.shape() + ", found rank=" + rank);
        }
    }

    private static int in(ModelConfig config, TensorSpec spec) {
        return spec.shape().dim(config.layout().inputMajor() ? 0 : 1);
    }

    private static int out(ModelConfig config, TensorSpec spec) {
        return spec.shape().dim(config.layout().inputMajor() ? 1 : 0);
    }

    /** The spec of a side, named as PEFT names it: {@code model.layers.0.self_attn.q_proj.lora_A.weight}. */
    public static TensorSpec side(ModelConfig config, TensorSpec spec, int rank, Side side) {
        String module = spec.name().substring(0, spec.name().lastIndexOf('.'));
        Shape shape = side == Side.A ? Shape.of(rank, in(config, spec)) : Shape.of(out(config, spec), rank);
        return new TensorSpec(module + ".lora_" + side + ".weight", spec.role(), spec.layer(), shape, "r=" + rank);
    }

    /** What the product of B and A is multiplied by. */
    public float scale() {
        return (float) (alpha / rank);
    }

    /** How many numbers learn. */
    public long count() {
        return list.stream().mapToLong(p -> p.spec().shape().elements()).sum();
    }

    /**
     * The model with the additions inside its matrices: the same outputs, to rounding, without adapters.
     *
     * @param parameters in memory; they are not changed
     */
    public Parameters merged(Parameters parameters) {
        ModelConfig config = parameters.config();
        return Parameters.of(config, spec -> {
            Tensor weight = parameters
                    .list()
                    .get(parameters.indexOf(spec.role(), spec.layer()))
                    .value();
            Tensor copy = Tensor.view(weight.toArray(), 0, weight.shape());
            for (int i = 0; i < list.size(); i += 2) {
                TensorSpec pair = list.get(i).spec();
                if (pair.role() == spec.role() && pair.layer() == spec.layer()) {
                    add(config, copy, list.get(i).value(), list.get(i + 1).value());
                }
            }
            return copy;
        });
    }

    /** weight += scale · B · A, summed in double so that merging rounds once. */
    private void add(ModelConfig config, Tensor weight, Tensor a, Tensor b) {
        boolean inputMajor = config.layout().inputMajor();
        int out = b.dim(0);
        int in = a.dim(1);
        for (int o = 0; o < out; o++) {
            for (int i = 0; i < in; i++) {
                double sum = 0;
                for (int r = 0; r < rank; r++) {
                    sum += (double) b.data()[b.offset() + o * rank + r] * a.data()[a.offset() + r * in + i];
                }
                int at = weight.offset() + (inputMajor ? i * out + o : o * in + i);
                weight.data()[at] = (float) (weight.data()[at] + alpha / rank * sum);
            }
        }
    }
}
