package dev.athanor.microscope.experiment;

import dev.athanor.microscope.Edit;
import dev.athanor.microscope.experiment.Intervention.Ablate;
import dev.athanor.microscope.experiment.Intervention.How;
import dev.athanor.microscope.experiment.Intervention.Mask;
import dev.athanor.microscope.experiment.Intervention.Patch;
import dev.athanor.microscope.experiment.Intervention.Positions;
import dev.athanor.microscope.experiment.Intervention.Pour;
import dev.athanor.microscope.experiment.Intervention.Spot;
import dev.athanor.microscope.experiment.Intervention.Steer;
import dev.athanor.microscope.experiment.Intervention.Swap;
import dev.athanor.microscope.view.Thought;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.hook.Hook;
import dev.athanor.model.hook.HookPoint;
import dev.athanor.model.hook.HookValue;
import dev.athanor.model.hook.Switches;
import dev.athanor.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** A list of interventions as edits of hooks and switches of the pass. */
public final class Interventions {
    private final ModelConfig config;
    private final int length;
    private final Reference reference;
    private final List<Edit> edits = new ArrayList<>();
    private boolean causal = true;
    private boolean positions = true;

    private Interventions(ModelConfig config, int length, Reference reference) {
        this.config = config;
        this.length = length;
        this.reference = reference;
    }

    /**
     * The text of {@code base} run again with the interventions and none of its own.
     *
     * @throws IllegalArgumentException when one names a place that the model or the text does not have, in one sentence
     */
    public static Thought apply(Thought base, List<Intervention> interventions, Reference reference) {
        Interventions all = new Interventions(base.config(), base.length(), reference);
        interventions.forEach(all::add);
        return base.with(all.edits, new Switches(all.causal, all.positions));
    }

    private void add(Intervention intervention) {
        switch (intervention) {
            case Ablate ablate -> ablate(ablate);
            case Patch patch -> patch(patch);
            case Swap swap -> swap(swap);
            case Pour pour -> pour(pour);
            case Mask mask -> causal = mask.on();
            case Positions p -> positions = p.on();
            case Steer steer -> steer(steer);
        }
    }

    private void ablate(Ablate a) {
        within("layer", a.part().layer(), config.layers());
        List<Integer> where = where(a.positions());
        int layer = a.part().layer();
        switch (a.part()) {
            case Intervention.Head h -> {
                within("head", h.head(), config.heads());
                replace(new Hook(HookPoint.Z, layer), a.how(), where, h.head() * config.headSize(), config.headSize());
            }
            case Intervention.AllHeads h ->
                replace(new Hook(HookPoint.ATTN_OUT, layer), a.how(), where, 0, config.width());
            case Intervention.Chemistry c ->
                replace(new Hook(HookPoint.MLP_OUT, layer), a.how(), where, 0, config.width());
            case Intervention.Neuron n -> {
                within("neuron", n.neuron(), config.feedForwardWidth());
                replace(new Hook(HookPoint.MLP_POST, layer), a.how(), where, n.neuron(), 1);
            }
            case Intervention.Layer l -> {
                replace(new Hook(HookPoint.ATTN_OUT, layer), a.how(), where, 0, config.width());
                replace(new Hook(HookPoint.MLP_OUT, layer), a.how(), where, 0, config.width());
            }
        }
    }

    /** Numbers {@code first} and on of a word's numbers at a hook. */
    private void replace(Hook hook, How how, List<Integer> where, int first, int count) {
        // Read before the pass: a pass cannot run inside another.
        List<float[]> others = where.stream()
                .map(position -> switch (how) {
                    case MEAN -> reference.mean(hook);
                    case RESAMPLE -> reference.sample(hook, position);
                    case ZERO -> new float[first + count];
                })
                .toList();
        edits.add(new Edit(hook, value -> {
            int[] dims = value.shape().toArray();
            for (int w = 0; w < where.size(); w++) {
                for (int i = first; i < first + count; i++) {
                    set(value, dims, where.get(w), i, others.get(w)[i]);
                }
            }
        }));
    }

    /** Number {@code i} of a word's numbers, in [1, p, n] or [1, p, heads, n]. */
    private static void set(HookValue value, int[] dims, int position, int i, float to) {
        if (dims.length == 3) {
            value.set(to, 0, position, i);
        } else {
            value.set(to, 0, position, i / dims[3], i % dims[3]);
        }
    }

    private static float get(HookValue value, int[] dims, int position, int i) {
        return dims.length == 3 ? value.get(0, position, i) : value.get(0, position, i / dims[3], i % dims[3]);
    }

    private void patch(Patch p) {
        Hook hook = known(p.hook());
        position("position", p.position(), length);
        position("from_position", p.fromPosition(), p.from().length());
        sameShape(p.from(), hook);
        Tensor other = p.from().recording(hook).at(hook);
        boolean square = hook.point() == HookPoint.PATTERN || hook.point() == HookPoint.ATTN_SCORES;
        if (square && p.from().length() != length) {
            throw new IllegalArgumentException("patch: expected a run of " + length + " words for " + hook
                    + ", which has one number per pair of words, found "
                    + p.from().length());
        }
        if (p.head().isPresent()) {
            int heads = square ? other.dim(1) : other.shape().rank() == 4 ? other.dim(2) : 0;
            within("head at " + hook, p.head().getAsInt(), heads);
        }
        edits.add(new Edit(hook, value -> {
            if (square) {
                squareRow(value, other, p);
            } else {
                copy(value, p.position(), other, p.fromPosition(), p.head());
            }
        }));
    }

    private static void squareRow(HookValue value, Tensor other, Patch p) {
        int heads = other.dim(1);
        int words = other.dim(2);
        for (int head = p.head().orElse(0); head <= p.head().orElse(heads - 1); head++) {
            for (int key = 0; key < words; key++) {
                value.set(other.data()[(head * words + p.fromPosition()) * words + key], 0, head, p.position(), key);
            }
        }
    }

    private static void copy(HookValue value, int position, Tensor other, int from, OptionalInt head) {
        int[] dims = value.shape().toArray();
        int width = other.size() / other.dim(1);
        float[] row = Thought.row(other, from, width);
        int size = head.isPresent() ? dims[dims.length - 1] : width;
        int first = head.isPresent() ? head.getAsInt() * size : 0;
        for (int i = first; i < first + size; i++) {
            set(value, dims, position, i, row[i]);
        }
    }

    private void swap(Swap s) {
        within("layer", s.layer(), config.layers());
        within("head", s.head(), config.heads());
        position("position", s.position(), length);
        position("from_position", s.fromPosition(), s.from().length());
        boolean query = s.tag() == Intervention.Tag.QUERY;
        int head = query ? s.head() : s.head() / (config.heads() / config.kvHeads());
        HookPoint point = switch (s.tag()) {
            case QUERY -> HookPoint.Q;
            case KEY -> HookPoint.K;
            case VALUE -> HookPoint.V;
        };
        Hook hook = new Hook(point, s.layer());
        sameShape(s.from(), hook);
        Tensor other = s.from().recording(hook).at(hook);
        edits.add(new Edit(hook, value -> copy(value, s.position(), other, s.fromPosition(), OptionalInt.of(head))));
    }

    private void pour(Pour p) {
        within("layer", p.layer(), config.layers());
        within("head", p.head(), config.heads());
        position("position", p.position(), length);
        double sum = p.shares().stream().mapToDouble(x -> x).sum();
        boolean proper = p.shares().size() == length
                && p.shares().stream().allMatch(x -> x >= 0 && x <= 1)
                && Math.abs(sum - 1) < 1e-3;
        if (!proper) {
            throw new IllegalArgumentException("pour: expected " + length
                    + " shares between 0 and 1 that add up to 1, one per word, found "
                    + p.shares().size()
                    + " that add up to " + sum);
        }
        edits.add(new Edit(new Hook(HookPoint.PATTERN, p.layer()), value -> {
            for (int key = 0; key < length; key++) {
                value.set(p.shares().get(key).floatValue(), 0, p.head(), p.position(), key);
            }
        }));
    }

    private void steer(Steer s) {
        Hook hook = known(s.hook());
        List<String> dimensions = hook.point().dimensions();
        if (!dimensions.equals(List.of("b", "p", "d"))) {
            throw new IllegalArgumentException(
                    "steer: expected a hook with a state of the residual stream, b p d, found " + hook + " with "
                            + String.join(" ", dimensions));
        }
        List<Integer> where = where(s.positions());
        float[] direction = state(s.plus(), hook);
        s.minus().ifPresent(spot -> {
            float[] other = state(spot, hook);
            for (int i = 0; i < direction.length; i++) {
                direction[i] -= other[i];
            }
        });
        edits.add(new Edit(hook, value -> each(value, where, direction, s.times())));
    }

    private static void each(HookValue value, List<Integer> where, float[] direction, double times) {
        int[] dims = value.shape().toArray();
        for (int position : where) {
            for (int i = 0; i < direction.length; i++) {
                float before = get(value, dims, position, i);
                set(value, dims, position, i, (float) (before + times * direction[i]));
            }
        }
    }

    private float[] state(Spot spot, Hook hook) {
        position("position of the direction", spot.position(), spot.run().length());
        sameShape(spot.run(), hook);
        return Thought.row(spot.run().recording(hook).at(hook), spot.position(), config.width());
    }

    private Hook known(Hook hook) {
        return Hook.parse(hook.name(), config.layers());
    }

    private void sameShape(Thought other, Hook hook) {
        ModelConfig o = other.config();
        boolean same = o.width() == config.width()
                && o.heads() == config.heads()
                && o.kvHeads() == config.kvHeads()
                && o.headSize() == config.headSize()
                && o.feedForwardWidth() == config.feedForwardWidth()
                && hook.layer() < o.layers();
        if (!same) {
            throw new IllegalArgumentException("from: expected a run of a model of the same shape at " + hook
                    + ", found one of width " + o.width() + " with " + o.layers() + " layers of " + o.heads()
                    + " heads");
        }
    }

    private List<Integer> where(List<Integer> given) {
        given.forEach(p -> position("positions", p, length));
        return given.isEmpty() ? IntStream.range(0, length).boxed().toList() : given;
    }

    private static void position(String what, int found, int length) {
        if (found < 0 || found >= length) {
            throw new IllegalArgumentException(
                    what + ": expected a word from 0 to " + (length - 1) + ", found " + found);
        }
    }

    private static void within(String what, int found, int count) {
        if (found < 0 || found >= count) {
            throw new IllegalArgumentException(what + ": expected "
                    + (count == 0 ? "none, for there are none here" : "one from 0 to " + (count - 1)) + ", found "
                    + found);
        }
    }

    /** The edits alone, for a pass that is continued. */
    static List<Edit> edits(Thought base, List<Intervention> interventions, Reference reference) {
        Interventions all = new Interventions(base.config(), base.length(), reference);
        interventions.forEach(all::add);
        return List.copyOf(all.edits);
    }
}
