package dev.athanor.microscope.experiment;

import dev.athanor.microscope.Edit;
import dev.athanor.microscope.experiment.Intervention.Ablate;
import dev.athanor.microscope.experiment.Intervention.Head;
import dev.athanor.microscope.experiment.Intervention.How;
import dev.athanor.microscope.view.Choice;
import dev.athanor.microscope.view.Figure;
import dev.athanor.microscope.view.Flask;
import dev.athanor.microscope.view.Thought;
import dev.athanor.model.hook.Switches;
import dev.athanor.tensor.Tensor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Four numbers of every head that are often taken for each other: its largest share of attention, its direct vote, and
 * what the decision loses when it is taken out, by its mean over other texts and by what it did in another text. A
 * later layer may make up for a head that is gone, so that the effects differ from the vote.
 *
 * @param heads in the order of the pass
 */
public record HeadEffects(Choice choice, List<Row> heads) {
    /**
     * @param share the largest share in its flask, from the word {@code source}
     * @param direct its vote
     * @param total change of the decision when it gives its mean instead, at every word
     * @param resample change when it gives what it gave in another text
     */
    public record Row(int layer, int head, int source, Figure share, Figure direct, Figure total, Figure resample) {}

    /** Names of the two effects, index [layer, head, position, token, against]. */
    public static final String TOTAL = "effect.total";

    public static final String RESAMPLE = "effect.resample";

    public HeadEffects {
        heads = List.copyOf(heads);
    }

    public static HeadEffects of(Thought thought, Choice choice, Reference reference) {
        List<Row> rows = new ArrayList<>();
        for (int layer = 0; layer < thought.config().layers(); layer++) {
            for (Flask flask : Flask.ofLayer(thought, choice, layer)) {
                Flask.Pour most = flask.pours().stream()
                        .max(Comparator.comparingDouble(p -> p.share().value()))
                        .orElseThrow();
                rows.add(new Row(
                        layer,
                        flask.head(),
                        most.source(),
                        most.share(),
                        flask.vote(),
                        figure(TOTAL, thought, choice, layer, flask.head(), How.MEAN, reference),
                        figure(RESAMPLE, thought, choice, layer, flask.head(), How.RESAMPLE, reference)));
            }
        }
        return new HeadEffects(choice, rows);
    }

    private static Figure figure(
            String name, Thought thought, Choice choice, int layer, int head, How how, Reference reference) {
        return new Figure(
                name,
                List.of(layer, head, choice.position(), choice.token(), choice.against()),
                effect(thought, choice, layer, head, how, reference));
    }

    /** How the decision changes when a head is taken out at every word. */
    public static double effect(Thought thought, Choice choice, int layer, int head, How how, Reference reference) {
        List<Intervention> out = List.of(new Ablate(new Head(layer, head), how, List.of()));
        return change(thought, choice, layer, 0, out, reference);
    }

    /**
     * How the decision changes by interventions that touch nothing before {@code layer} and the word {@code first}. Of
     * a plain run only what comes after is computed again.
     */
    static double change(
            Thought thought, Choice choice, int layer, int first, List<Intervention> out, Reference reference) {
        double before = choice.logit(thought.logits(choice.position()));
        if (!thought.edits().isEmpty() || !thought.switches().equals(Switches.ON)) {
            List<Edit> edits = new ArrayList<>(thought.edits());
            edits.addAll(Interventions.edits(thought, out, reference));
            Thought after = thought.with(edits, thought.switches());
            return choice.logit(after.logits(choice.position())) - before;
        }
        List<Edit> edits = Interventions.edits(thought, out, reference);
        Tensor logits = thought.microscope().recompute(thought.stream(), layer, first, edits);
        float[] row =
                Thought.row(logits, choice.position() - first, thought.config().vocabularySize());
        return choice.logit(row) - before;
    }
}
