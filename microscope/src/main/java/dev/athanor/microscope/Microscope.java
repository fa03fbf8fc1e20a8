package dev.athanor.microscope;

import dev.athanor.model.ModelConfig;
import dev.athanor.model.Transformer;
import dev.athanor.model.hook.Hook;
import dev.athanor.model.hook.HookPoint;
import dev.athanor.model.hook.HookValue;
import dev.athanor.model.hook.Probe;
import dev.athanor.model.hook.Switches;
import dev.athanor.tensor.Shape;
import dev.athanor.tensor.Tensor;
import java.util.ArrayList;
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
        return record(tokens, filter, edits, Switches.ON);
    }

    /** As {@link #record(int[], Predicate, List)}, with parts of the pass turned off. */
    public Recording record(int[] tokens, Predicate<Hook> filter, List<Edit> edits, Switches switches) {
        Watcher watcher = new Watcher(filter, edits);
        Tensor logits = model.logits(tokens, 1, tokens.length, watcher, switches);
        watcher.requireAllEditsDone();
        return new Recording(tokens, logits, watcher.values);
    }

    /**
     * Where a pass over {@code length} words begins that is to compute the words from {@code first} on: one word
     * earlier where only one would be left, since single rows are multiplied in another order and have other bits.
     */
    public static int start(int length, int first) {
        return Math.min(first, Math.max(0, length - 2));
    }

    /**
     * The logits of the words from {@code first} on, to the bit those of a whole pass where {@code first} is a
     * {@link #start}, when {@code edits} touch nothing before layer {@code layer} and word {@code first}: what comes
     * before is taken from {@code base}, a recording of the same text with its states, keys and values, and not
     * computed again. The edits see the word {@code first} as the first one.
     *
     * @return [1, length - first, V]
     */
    public Tensor recompute(Recording base, int layer, int first, List<Edit> edits) {
        ModelConfig c = model.config();
        boolean rotary = c.rotary().isPresent();
        List<Tensor> keys = new ArrayList<>();
        List<Tensor> values = new ArrayList<>();
        for (int l = 0; l < c.layers(); l++) {
            keys.add(base.shared(new Hook(rotary ? HookPoint.ROT_K : HookPoint.K, l)));
            values.add(base.shared(new Hook(HookPoint.V, l)));
        }
        int length = base.length();
        Tensor states = base.shared(new Hook(HookPoint.RESID_PRE, layer));
        Tensor entering =
                Tensor.view(states.data(), states.offset() + first * c.width(), Shape.of(length - first, c.width()));
        Watcher watcher = new Watcher(hook -> false, edits);
        Tensor logits = model.logitsFrom(layer, entering, model.cacheOf(keys, values, first, length), watcher);
        watcher.requireAllEditsDone();
        return logits;
    }

    /** Makes the changes and keeps what the filter takes. */
    private static final class Watcher implements Probe {
        private final Predicate<Hook> filter;
        private final Map<Hook, Tensor> values = new LinkedHashMap<>();
        private final Map<Hook, List<Edit>> changes = new LinkedHashMap<>();

        Watcher(Predicate<Hook> filter, List<Edit> edits) {
            this.filter = filter;
            for (Edit edit : edits) {
                changes.computeIfAbsent(edit.hook(), hook -> new ArrayList<>()).add(edit);
            }
        }

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

        void requireAllEditsDone() {
            if (!changes.isEmpty()) {
                throw new IllegalArgumentException("edit: expected hooks that this model has, found "
                        + changes.keySet().iterator().next());
            }
        }
    }
}
