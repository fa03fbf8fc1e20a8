package dev.athanor.microscope.identity;

import dev.athanor.kernel.StoredRows;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.Parameter;
import dev.athanor.model.Parameters;
import dev.athanor.model.TensorSpec;
import dev.athanor.model.TensorSpec.Role;
import dev.athanor.tensor.Stored;
import dev.athanor.tensor.Tensor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The same model written differently: the norms' weights and biases of the layers moved into the matrices behind them,
 * and the values' biases behind the output projection. Its logits are the same, to rounding; what single parts "are" is
 * not, and an experiment whose outcome depends on it says little.
 */
public final class Folded {
    private final ModelConfig config;
    private final Map<String, Tensor> tensors = new HashMap<>();
    private final Map<Role, Map<Integer, String>> names = new HashMap<>();

    private Folded(Parameters parameters) {
        this.config = parameters.config();
        for (Parameter p : parameters.list()) {
            Tensor copy = switch (p.weight()) {
                case Tensor t -> Tensor.view(t.toArray(), 0, t.shape());
                case Stored s -> StoredRows.toTensor(s);
            };
            tensors.put(p.name(), copy);
            names.computeIfAbsent(p.spec().role(), r -> new HashMap<>())
                    .put(p.spec().layer(), p.name());
        }
    }

    public static Parameters of(Parameters parameters) {
        Folded folded = new Folded(parameters);
        for (int layer = 0; layer < folded.config.layers(); layer++) {
            folded.layer(layer);
        }
        return Parameters.of(folded.config, spec -> folded.named(spec));
    }

    /** Whether values have a bias that can be moved. */
    public static boolean movesValueBias(ModelConfig config) {
        return config.qkvBias() && config.attentionOutputBias();
    }

    private Tensor named(TensorSpec spec) {
        return get(spec.role(), spec.layer());
    }

    private boolean has(Role role, int layer) {
        return names.getOrDefault(role, Map.of()).containsKey(layer);
    }

    private Tensor get(Role role, int layer) {
        Tensor tensor = tensors.get(names.getOrDefault(role, Map.of()).get(layer));
        if (tensor == null) {
            throw new IllegalStateException("no tensor has role " + role + " in layer " + layer);
        }
        return tensor;
    }

    private void layer(int layer) {
        List<Role[]> attention = config.layout().fusedQkv()
                ? List.<Role[]>of(new Role[] {Role.QKV_WEIGHT, Role.QKV_BIAS})
                : List.of(
                        new Role[] {Role.QUERY_WEIGHT, Role.QUERY_BIAS},
                        new Role[] {Role.KEY_WEIGHT, Role.KEY_BIAS},
                        new Role[] {Role.VALUE_WEIGHT, Role.VALUE_BIAS});
        norm(Role.ATTENTION_NORM_WEIGHT, Role.ATTENTION_NORM_BIAS, layer, attention);
        List<Role[]> feedForward = config.activation().gated()
                ? List.of(new Role[] {Role.GATE_WEIGHT, Role.UP_BIAS}, new Role[] {Role.UP_WEIGHT, Role.UP_BIAS})
                : List.<Role[]>of(new Role[] {Role.UP_WEIGHT, Role.UP_BIAS});
        norm(Role.FEED_FORWARD_NORM_WEIGHT, Role.FEED_FORWARD_NORM_BIAS, layer, feedForward);
        if (movesValueBias(config)) {
            valueBias(layer);
        }
    }

    /** W (w ⊙ x + b) + c = (W diag(w)) x + (c + W b). */
    private void norm(Role weight, Role bias, int layer, List<Role[]> matrices) {
        Tensor w = get(weight, layer);
        for (Role[] roles : matrices) {
            Tensor matrix = get(roles[0], layer);
            if (has(bias, layer)) {
                addTo(get(roles[1], layer), matrix, get(bias, layer));
            }
            boolean inputMajor = config.layout().inputMajor();
            int columns = matrix.dim(1);
            for (int i = 0; i < matrix.size(); i++) {
                matrix.data()[i] *= w.data()[w.offset() + (inputMajor ? i / columns : i % columns)];
            }
        }
        Arrays.fill(w.data(), w.offset(), w.offset() + w.size(), 1f);
        if (has(bias, layer)) {
            Tensor b = get(bias, layer);
            Arrays.fill(b.data(), b.offset(), b.offset() + b.size(), 0f);
        }
    }

    /** to += matrix · x. */
    private void addTo(Tensor to, Tensor matrix, Tensor x) {
        boolean inputMajor = config.layout().inputMajor();
        int outs = to.size();
        int ins = x.size();
        for (int out = 0; out < outs; out++) {
            double sum = to.data()[out];
            for (int in = 0; in < ins; in++) {
                int at = inputMajor ? in * outs + out : out * ins + in;
                sum += (double) matrix.data()[at] * x.data()[x.offset() + in];
            }
            to.data()[out] = (float) sum;
        }
    }

    /** A flask is always full: whatever was poured, the values' bias is in it once. */
    private void valueBias(int layer) {
        boolean fused = config.layout().fusedQkv();
        Tensor bias = get(fused ? Role.QKV_BIAS : Role.VALUE_BIAS, layer);
        int size = config.headSize();
        Tensor all = Tensor.zeros(config.queryWidth());
        for (int head = 0; head < config.heads(); head++) {
            int shelf = head / (config.heads() / config.kvHeads());
            int first = !fused
                    ? shelf * size
                    : config.layout().interleavedQkv()
                            ? (3 * shelf + 2) * size
                            : config.queryWidth() + config.kvWidth() + shelf * size;
            System.arraycopy(bias.data(), first, all.data(), head * size, size);
        }
        addTo(get(Role.ATTENTION_OUTPUT_BIAS, layer), get(Role.ATTENTION_OUTPUT_WEIGHT, layer), all);
        for (int shelf = 0; shelf < config.kvHeads(); shelf++) {
            int first = !fused
                    ? shelf * size
                    : config.layout().interleavedQkv()
                            ? (3 * shelf + 2) * size
                            : config.queryWidth() + config.kvWidth() + shelf * size;
            Arrays.fill(bias.data(), first, first + size, 0f);
        }
    }
}
