package dev.athanor.microscope.experiment;

import dev.athanor.microscope.Edit;
import dev.athanor.microscope.Microscope;
import dev.athanor.microscope.view.Choice;
import dev.athanor.microscope.view.Figure;
import dev.athanor.microscope.view.Thought;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.hook.Hook;
import dev.athanor.model.hook.HookPoint;
import dev.athanor.model.hook.HookValue;
import dev.athanor.model.hook.Switches;
import dev.athanor.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * Activation patching between two runs: one place after another of the corrupt run gets what the clean run had there,
 * and the decision moves back towards the clean one, all the way (1), not at all (0), or further away.
 *
 * @param hook what is patched
 * @param rows one per layer; cells are words, or heads at all words for {@link HookPoint#Z}
 * @param computed layers times words that were computed, over those of full passes
 */
public record PatchingGrid(HookPoint hook, Choice choice, List<List<Figure>> rows, double computed) {
    /** The name of a cell, index [layer, word or head, position, token, against], before it the hook's kind. */
    public static final String BACK = "patching.";

    /** Kinds of hooks that can be patched. */
    public static final List<HookPoint> POINTS =
            List.of(HookPoint.RESID_PRE, HookPoint.ATTN_OUT, HookPoint.MLP_OUT, HookPoint.Z);

    /** A decision that differs less than this between the runs cannot be brought back. */
    private static final double LEAST_DIFFERENCE = 1e-4;

    public PatchingGrid {
        rows = rows.stream().map(List::copyOf).toList();
    }

    /**
     * @param each hears every finished row, and stops the work by returning false
     * @throws IllegalArgumentException when the runs cannot be compared, in one sentence
     */
    public static PatchingGrid of(
            Thought clean, Thought corrupt, HookPoint hook, Choice choice, Predicate<List<Figure>> each) {
        require(clean, corrupt, hook, choice);
        int layers = corrupt.config().layers();
        int cells = hook == HookPoint.Z ? corrupt.config().heads() : corrupt.length();
        List<List<Figure>> rows = new ArrayList<>();
        long computed = 0;
        for (int layer = 0; layer < layers; layer++) {
            List<Figure> row = new ArrayList<>();
            for (int cell = 0; cell < cells; cell++) {
                double back = cell(clean, corrupt, hook, choice, layer, cell);
                computed += (long) (layers - layer) * (corrupt.length() - (hook == HookPoint.Z ? 0 : cell));
                row.add(new Figure(
                        BACK + hook.name().toLowerCase(Locale.ROOT),
                        List.of(layer, cell, choice.position(), choice.token(), choice.against()),
                        back));
            }
            rows.add(row);
            if (!each.test(List.copyOf(row))) {
                break;
            }
        }
        double full = (double) layers * corrupt.length() * rows.size() * cells;
        return new PatchingGrid(hook, choice, rows, computed / full);
    }

    private static void require(Thought clean, Thought corrupt, HookPoint hook, Choice choice) {
        if (!POINTS.contains(hook)) {
            throw new IllegalArgumentException("patching: expected one of " + POINTS + ", found " + hook);
        }
        if (clean.length() != corrupt.length()) {
            throw new IllegalArgumentException("patching: expected two texts of equally many tokens, found "
                    + clean.length() + " and " + corrupt.length() + "; choose prompts that differ in single words");
        }
        sameShape(clean.config(), corrupt.config());
        boolean plain = corrupt.edits().isEmpty() && corrupt.switches().equals(Switches.ON);
        if (!plain) {
            throw new IllegalArgumentException("patching: expected a corrupt run without edits, found one with");
        }
        double difference =
                choice.logit(clean.logits(choice.position())) - choice.logit(corrupt.logits(choice.position()));
        if (Math.abs(difference) < LEAST_DIFFERENCE) {
            throw new IllegalArgumentException("patching: expected runs that decide differently, found a difference of "
                    + difference + "; choose other words to compare");
        }
    }

    /**
     * Two checkpoints can be crossed where their layers have the same parts; what the parts mean is another question.
     */
    private static void sameShape(ModelConfig a, ModelConfig b) {
        boolean same = a.layers() == b.layers()
                && a.width() == b.width()
                && a.heads() == b.heads()
                && a.headSize() == b.headSize()
                && a.vocabularySize() == b.vocabularySize();
        if (!same) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "patching: expected two checkpoints of one shape, found %d layers of %d heads, width %d and vocabulary %d, "
                            + "and %d of %d, %d and %d; compare two steps of one training",
                    a.layers(),
                    a.heads(),
                    a.width(),
                    a.vocabularySize(),
                    b.layers(),
                    b.heads(),
                    b.width(),
                    b.vocabularySize()));
        }
    }

    /** The share of the way back of one cell. */
    public static double cell(Thought clean, Thought corrupt, HookPoint point, Choice choice, int layer, int cell) {
        Hook hook = new Hook(point, layer);
        Tensor source = clean.recording(hook).at(hook);
        if (point != HookPoint.Z && cell > choice.position()) {
            return 0; // a later word changes nothing before it
        }
        int first = point == HookPoint.Z ? 0 : Microscope.start(corrupt.length(), cell);
        Edit edit = new Edit(hook, value -> {
            if (point == HookPoint.Z) {
                head(value, source, cell);
            } else {
                word(value, source, cell, cell - first);
            }
        });
        Tensor logits = corrupt.microscope().recompute(corrupt.stream(), layer, first, List.of(edit));
        float[] row =
                Thought.row(logits, choice.position() - first, corrupt.config().vocabularySize());
        double from = choice.logit(corrupt.logits(choice.position()));
        double to = choice.logit(clean.logits(choice.position()));
        return (choice.logit(row) - from) / (to - from);
    }

    private static void head(HookValue value, Tensor source, int head) {
        for (int position = 0; position < source.dim(1); position++) {
            for (int e = 0; e < source.dim(3); e++) {
                int at = (position * source.dim(2) + head) * source.dim(3) + e;
                value.set(source.data()[at], 0, position, head, e);
            }
        }
    }

    private static void word(HookValue value, Tensor source, int position, int at) {
        for (int i = 0; i < source.dim(2); i++) {
            value.set(source.data()[position * source.dim(2) + i], 0, at, i);
        }
    }
}
