package dev.athanor.microscope;

import dev.athanor.model.Transformer;
import dev.athanor.model.hook.Hook;
import dev.athanor.model.hook.HookValue;
import dev.athanor.model.hook.Probe;
import dev.athanor.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Runs a model while looking at it. */
public final class Microscope {
    private final Transformer model;

    public Microscope(Transformer model) {
        this.model = model;
    }

    public Transformer model() {
        return model;
    }

    /** A pass over one sequence; what {@code filter} takes is recorded. */
    public Recording record(int[] tokens, Predicate<Hook> filter) {
        return record(tokens, filter, List.of());
    }

    /**
     * A pass with changes. A hook is recorded as it is after the changes there, which happen in the order of the list.
     *
     * @throws IllegalArgumentException when an edit's hook is not in this model, or its tensor has another shape
     */
    public Recording record(int[] tokens, Predicate<Hook> filter, List<Edit> edits) {
        Map<Hook, Tensor> values = new LinkedHashMap<>();
        Map<Hook, List<Edit>> changes = new LinkedHashMap<>();
        for (Edit edit : edits) {
            changes.merge(edit.hook(), List.of(edit), (a, b) -> {
                List<Edit> both = new java.util.ArrayList<>(a);
                both.addAll(b);
                return both;
            });
        }
        Tensor logits = model.logits(tokens, 1, tokens.length, new Probe() {
            @Override
            public boolean wants(Hook hook) {
                return filter.test(hook) || changes.containsKey(hook);
            }

            @Override
            public void visit(Hook hook, HookValue value) {
                List<Edit> here = changes.remove(hook);
                if (here != null) {
                    here.forEach(edit -> edit.change().accept(value));
                }
                if (filter.test(hook)) {
                    values.put(hook, value.copy());
                }
            }
        });
        if (!changes.isEmpty()) {
            throw new IllegalArgumentException("edit: expected hooks that this model has, found "
                    + changes.keySet().iterator().next());
        }
        return new Recording(tokens, logits, values);
    }
}
