package dev.athanor.server.lab;

import dev.athanor.microscope.experiment.Intervention;
import dev.athanor.microscope.experiment.Intervention.Ablate;
import dev.athanor.microscope.experiment.Intervention.How;
import dev.athanor.microscope.experiment.Intervention.Mask;
import dev.athanor.microscope.experiment.Intervention.Part;
import dev.athanor.microscope.experiment.Intervention.Patch;
import dev.athanor.microscope.experiment.Intervention.Positions;
import dev.athanor.microscope.experiment.Intervention.Pour;
import dev.athanor.microscope.experiment.Intervention.Spot;
import dev.athanor.microscope.experiment.Intervention.Steer;
import dev.athanor.microscope.experiment.Intervention.Swap;
import dev.athanor.microscope.experiment.Intervention.Tag;
import dev.athanor.microscope.view.Thought;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.hook.Hook;
import dev.athanor.server.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/** Edits as they are sent; unknown fields are refused by name. */
final class EditReader {
    /** Edits of one run. */
    static final int MOST = 64;

    private final ModelConfig config;
    private final String self;
    private final Function<String, Thought> runs;

    /**
     * @param self id of the run without edits, which an edit means that names none
     * @param runs finds a run by its id
     */
    EditReader(ModelConfig config, String self, Function<String, Thought> runs) {
        this.config = config;
        this.self = self;
        this.runs = runs;
    }

    List<Intervention> read(ArrayNode edits) {
        if (edits.size() > MOST) {
            throw new Problem(400, "edits: expected at most " + MOST + ", found " + edits.size());
        }
        List<Intervention> list = new ArrayList<>();
        edits.forEach(edit -> list.add(one(edit)));
        return list;
    }

    private Intervention one(JsonNode edit) {
        String what = text(edit, "do");
        return switch (what) {
            case "ablate" -> ablate(edit);
            case "patch" -> {
                only(edit, Set.of("do", "hook", "from", "position", "from_position", "head"));
                OptionalInt head = edit.has("head") ? OptionalInt.of(number(edit, "head")) : OptionalInt.empty();
                yield new Patch(hook(edit), from(edit), number(edit, "position"), number(edit, "from_position"), head);
            }
            case "swap" -> {
                only(edit, Set.of("do", "part", "layer", "head", "position", "from", "from_position"));
                yield new Swap(
                        oneOf(Tag.class, edit, "part"),
                        number(edit, "layer"),
                        number(edit, "head"),
                        number(edit, "position"),
                        from(edit),
                        number(edit, "from_position"));
            }
            case "pour" -> {
                only(edit, Set.of("do", "layer", "head", "position", "shares"));
                List<Double> shares = new ArrayList<>();
                edit.path("shares").forEach(share -> shares.add(share.isNumber() ? share.doubleValue() : -1));
                yield new Pour(number(edit, "layer"), number(edit, "head"), number(edit, "position"), shares);
            }
            case "mask" -> new Mask(on(edit));
            case "positions" -> new Positions(on(edit));
            case "steer" -> {
                only(edit, Set.of("do", "hook", "positions", "plus", "minus", "times"));
                Optional<Spot> minus = edit.has("minus") ? Optional.of(spot(edit, "minus")) : Optional.empty();
                double times =
                        edit.path("times").isNumber() ? edit.path("times").doubleValue() : 1;
                yield new Steer(hook(edit), positions(edit), spot(edit, "plus"), minus, times);
            }
            default ->
                throw new Problem(
                        400, "do: expected ablate, patch, swap, pour, mask, positions or steer, found " + quote(what));
        };
    }

    private Ablate ablate(JsonNode edit) {
        only(edit, Set.of("do", "part", "layer", "head", "neuron", "how", "positions"));
        int layer = number(edit, "layer");
        Part part = switch (text(edit, "part")) {
            case "head" -> new Intervention.Head(layer, number(edit, "head"));
            case "attention" -> new Intervention.AllHeads(layer);
            case "chemistry" -> new Intervention.Chemistry(layer);
            case "neuron" -> new Intervention.Neuron(layer, number(edit, "neuron"));
            case "layer" -> new Intervention.Layer(layer);
            default ->
                throw new Problem(
                        400,
                        "part: expected head, attention, chemistry, neuron or layer, found "
                                + quote(text(edit, "part")));
        };
        How how = edit.has("how") ? oneOf(How.class, edit, "how") : How.MEAN;
        return new Ablate(part, how, positions(edit));
    }

    private static boolean on(JsonNode edit) {
        only(edit, Set.of("do", "on"));
        if (!edit.path("on").isBoolean()) {
            throw new Problem(
                    400,
                    "on: expected true or false, found " + quote(edit.path("on").toString()));
        }
        return edit.path("on").booleanValue();
    }

    private Spot spot(JsonNode edit, String field) {
        JsonNode spot = edit.path(field);
        only(spot, Set.of("run", "position"));
        String run = spot.has("run") ? text(spot, "run") : self;
        return new Spot(runs.apply(run), number(spot, "position"));
    }

    private Thought from(JsonNode edit) {
        return runs.apply(edit.has("from") ? text(edit, "from") : self);
    }

    private Hook hook(JsonNode edit) {
        return Hook.parse(text(edit, "hook"), config.layers());
    }

    private static List<Integer> positions(JsonNode edit) {
        List<Integer> positions = new ArrayList<>();
        edit.path("positions").forEach(p -> {
            if (!p.isInt()) {
                throw new Problem(400, "positions: expected whole numbers, found " + quote(p.toString()));
            }
            positions.add(p.intValue());
        });
        return positions;
    }

    private static <E extends Enum<E>> E oneOf(Class<E> type, JsonNode edit, String field) {
        String found = text(edit, field);
        List<String> names = new ArrayList<>();
        for (E value : type.getEnumConstants()) {
            String name = value.name().toLowerCase(Locale.ROOT);
            if (name.equals(found)) {
                return value;
            }
            names.add(name);
        }
        throw new Problem(400, field + ": expected one of " + String.join(", ", names) + ", found " + quote(found));
    }

    private static void only(JsonNode node, Set<String> known) {
        for (String name : node.propertyNames()) {
            if (!known.contains(name)) {
                throw new Problem(400, "edit: expected only " + known + ", found " + quote(name));
            }
        }
    }

    private static String text(JsonNode node, String field) {
        if (!node.path(field).isString()) {
            throw new Problem(
                    400,
                    field + ": expected a text, found " + quote(node.path(field).toString()));
        }
        return node.path(field).stringValue();
    }

    private static int number(JsonNode node, String field) {
        if (!node.path(field).isInt()) {
            throw new Problem(
                    400,
                    field + ": expected a whole number, found "
                            + quote(node.path(field).toString()));
        }
        return node.path(field).intValue();
    }

    private static String quote(String found) {
        if (found.isEmpty()) {
            return "none";
        }
        return "\"" + (found.length() > 40 ? found.substring(0, 40) + "…" : found) + "\"";
    }
}
