package dev.athanor.microscope.tale;

import dev.athanor.microscope.experiment.HeadEffects;
import dev.athanor.microscope.experiment.Intervention.How;
import dev.athanor.microscope.experiment.Reference;
import dev.athanor.microscope.view.Choice;
import dev.athanor.microscope.view.Figure;
import dev.athanor.microscope.view.Flask;
import dev.athanor.microscope.view.Thought;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The heads that decide: those without which the decision moves most. Taking every head out of a large model takes
 * long, so that only those with the largest votes are tried, some from every layer.
 */
final class Deciding {
    /** A part matters when the decision moves by this much of its size without it. */
    static final double MATTERS = 0.02;

    /** Heads that are tried at most. */
    private static final int TRIED = 48;

    /** Heads that are told of in a layer. */
    private static final int PER_LAYER = 2;

    /**
     * A head that is told of.
     *
     * @param total change of the decision when the head gives its mean instead
     */
    record Told(int layer, int head, Flask flask, Figure total) {}

    private final Map<Integer, List<Told>> layers;
    private final double size;

    private Deciding(Map<Integer, List<Told>> layers, double size) {
        this.layers = layers;
        this.size = size;
    }

    static Deciding of(Thought thought, Choice choice, Reference reference, boolean all) {
        List<Flask> flasks = new ArrayList<>();
        for (int layer = 0; layer < thought.config().layers(); layer++) {
            flasks.addAll(Flask.ofLayer(thought, choice, layer));
        }
        double size = Math.max(1e-3, Math.abs(choice.logit(thought.logits(choice.position()))));
        Map<Integer, List<Told>> layers = new HashMap<>();
        Set<Integer> tried = tried(flasks, thought.config().layers());
        for (int i = 0; i < flasks.size(); i++) {
            Flask flask = flasks.get(i);
            if (!all && !tried.contains(i)) {
                continue;
            }
            Told told = new Told(flask.layer(), flask.head(), flask, total(thought, choice, flask, reference));
            if (all || Math.abs(told.total.value()) >= MATTERS * size) {
                layers.computeIfAbsent(flask.layer(), l -> new ArrayList<>()).add(told);
            }
        }
        for (Map.Entry<Integer, List<Told>> e : layers.entrySet()) {
            List<Told> sorted = new ArrayList<>(e.getValue());
            sorted.sort(
                    Comparator.comparingDouble((Told t) -> -Math.abs(t.total().value())));
            e.setValue(all ? sorted : sorted.subList(0, Math.min(PER_LAYER, sorted.size())));
        }
        return new Deciding(layers, size);
    }

    private static Figure total(Thought thought, Choice choice, Flask flask, Reference reference) {
        double value = HeadEffects.effect(thought, choice, flask.layer(), flask.head(), How.MEAN, reference);
        return new Figure(
                HeadEffects.TOTAL,
                List.of(flask.layer(), flask.head(), choice.position(), choice.token(), choice.against()),
                value);
    }

    /** Indices of the flasks with the largest votes, as many from every layer. */
    private static Set<Integer> tried(List<Flask> flasks, int layers) {
        int perLayer = Math.max(1, TRIED / layers);
        int heads = flasks.size() / layers;
        Set<Integer> tried = new HashSet<>();
        for (int layer = 0; layer < layers; layer++) {
            List<Integer> order = new ArrayList<>();
            for (int head = 0; head < heads; head++) {
                order.add(layer * heads + head);
            }
            order.sort(Comparator.comparingDouble(
                    (Integer i) -> -Math.abs(flasks.get(i).vote().value())));
            tried.addAll(order.subList(0, Math.min(perLayer, heads)));
        }
        return tried;
    }

    /** Heads to tell of, the one that matters most first. */
    List<Told> inLayer(int layer) {
        return layers.getOrDefault(layer, List.of());
    }

    /** Size of the decision that effects are compared with. */
    double size() {
        return size;
    }

    Optional<Told> strongest() {
        return layers.values().stream()
                .flatMap(List::stream)
                .max(Comparator.comparingDouble(t -> Math.abs(t.total().value())));
    }
}
