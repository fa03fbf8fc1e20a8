package dev.athanor.microscope.experiment;

import dev.athanor.microscope.Edit;
import dev.athanor.microscope.view.Choice;
import dev.athanor.microscope.view.Thought;
import dev.athanor.model.hook.Hook;
import dev.athanor.model.hook.HookPoint;
import dev.athanor.model.hook.Switches;
import dev.athanor.tensor.Tensor;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * What an experiment did to a decision: the difference of two logits, or one logit.
 *
 * @param before the decision without it
 * @param after the decision with it
 * @param direct what the changed parts themselves say differently to the assembly, with the last norm's scale frozen
 *     and every later layer ignored; none where the change is everywhere (mask, positions)
 * @param unusual how many deviations the size of the last state is from that of other texts
 */
public record Effects(double before, double after, OptionalDouble direct, double unusual) {
    /** Beyond this many deviations an edited state is unlike what texts lead to. */
    public static final double OFF_DISTRIBUTION = 3;

    public double total() {
        return after - before;
    }

    /** Whether the edited run is so unlike others that its effect may say little. */
    public boolean offDistribution() {
        return Math.abs(unusual) > OFF_DISTRIBUTION;
    }

    /** @param base the same text through the same model without the edits of {@code edited} */
    public static Effects of(Thought base, Thought edited, Choice choice, Reference reference) {
        double scale = edited.end().scale(edited.lastState(choice.position()));
        return new Effects(
                choice.logit(base.logits(choice.position())),
                choice.logit(edited.logits(choice.position())),
                direct(base, edited, choice),
                reference.unusual(scale));
    }

    private static OptionalDouble direct(Thought base, Thought edited, Choice choice) {
        if (!edited.switches().equals(Switches.ON)) {
            return OptionalDouble.empty();
        }
        Set<Hook> parts = new LinkedHashSet<>();
        for (Edit edit : edited.edits()) {
            Optional<Hook> part = part(edit.hook());
            if (part.isEmpty()) {
                return OptionalDouble.empty();
            }
            parts.add(part.get());
        }
        double[] direction = choice.direction(base);
        double sum = 0;
        for (Hook hook : parts) {
            float[] was = row(base, hook, choice.position(), direction.length);
            float[] is = row(edited, hook, choice.position(), direction.length);
            for (int i = 0; i < direction.length; i++) {
                sum += ((double) is[i] - was[i]) * direction[i];
            }
        }
        return OptionalDouble.of(sum);
    }

    private static float[] row(Thought thought, Hook hook, int position, int width) {
        Tensor values = thought.recording(hook).at(hook);
        return Thought.row(values, position, width);
    }

    /** What an edited place adds to, or is, in the residual stream. */
    private static Optional<Hook> part(Hook hook) {
        return switch (hook.point()) {
            case LN1_SCALE, LN1_NORMALIZED, Q, K, V, ROT_Q, ROT_K, ATTN_SCORES, PATTERN, Z, RESULT, ATTN_OUT ->
                Optional.of(new Hook(HookPoint.ATTN_OUT, hook.layer()));
            case LN2_SCALE, LN2_NORMALIZED, MLP_PRE, MLP_PRE_LINEAR, MLP_POST, MLP_OUT ->
                Optional.of(new Hook(HookPoint.MLP_OUT, hook.layer()));
            case EMBED, POS_EMBED, RESID_PRE, RESID_MID, RESID_POST -> Optional.of(hook);
            case FINAL_SCALE, FINAL_NORMALIZED, UNEMBED_IN, UNEMBED_OUT -> Optional.empty();
        };
    }
}
