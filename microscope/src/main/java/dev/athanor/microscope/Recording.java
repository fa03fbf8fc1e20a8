package dev.athanor.microscope;

import dev.athanor.model.hook.Hook;
import dev.athanor.model.hook.HookPoint;
import dev.athanor.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What one forward pass had at its hooks. Every tensor that is handed out is a copy: analyses cannot disturb each
 * other.
 */
public final class Recording {
    private final int[] tokens;
    private final Tensor logits;
    private final Map<Hook, Tensor> values;

    Recording(int[] tokens, Tensor logits, Map<Hook, Tensor> values) {
        this.tokens = tokens.clone();
        this.logits = logits;
        this.values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    public int[] tokens() {
        return tokens.clone();
    }

    /** Logits of every position [1, length, V]. */
    public Tensor logits() {
        return copy(logits);
    }

    /** Hooks that were recorded, in the order of the pass. */
    public Set<Hook> hooks() {
        return values.keySet();
    }

    /**
     * The numbers at {@code hook}.
     *
     * @throws IllegalArgumentException when it was not recorded
     */
    public Tensor at(Hook hook) {
        return copy(find(hook));
    }

    public Tensor at(HookPoint point, int layer) {
        return at(new Hook(point, layer));
    }

    public Tensor at(HookPoint point) {
        return at(Hook.of(point));
    }

    /** Words in the text, counted as tokens. */
    public int length() {
        return tokens.length;
    }

    /** The numbers themselves, for readers of this package that do not write. */
    Tensor shared(Hook hook) {
        return find(hook);
    }

    /** One number, without a copy of all. */
    public float number(Hook hook, int... index) {
        Tensor tensor = find(hook);
        int at = tensor.offset();
        int[] dims = tensor.shape().toArray();
        if (index.length != dims.length) {
            throw new IllegalArgumentException(hook + ": expected an index of " + dims.length + " numbers for "
                    + tensor.shape() + ", found " + index.length);
        }
        int stride = 1;
        for (int i = dims.length - 1; i >= 0; i--) {
            if (index[i] < 0 || index[i] >= dims[i]) {
                throw new IllegalArgumentException(hook + ": expected an index within " + tensor.shape() + ", found "
                        + index[i] + " as its number " + i);
            }
            at += index[i] * stride;
            stride *= dims[i];
        }
        return tensor.data()[at];
    }

    private Tensor find(Hook hook) {
        Tensor tensor = values.get(hook);
        if (tensor == null) {
            throw new IllegalArgumentException(
                    hook + ": expected a hook that was recorded, found none; this run recorded " + values.size()
                            + " hooks, run again with a filter that takes it");
        }
        return tensor;
    }

    private static Tensor copy(Tensor tensor) {
        return Tensor.view(tensor.toArray(), 0, tensor.shape());
    }
}
