package dev.athanor.cli;

import dev.athanor.microscope.experiment.Intervention;
import dev.athanor.microscope.experiment.Intervention.How;
import dev.athanor.microscope.experiment.Intervention.Part;
import dev.athanor.microscope.experiment.Intervention.Tag;
import dev.athanor.microscope.view.Thought;
import dev.athanor.model.hook.Hook;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** What {@code explain --text} changes in the pass before it looks again. */
final class EditOptions {
    @Option(
            names = "--ablate",
            paramLabel = "PART",
            description = "With --text: take a part out and show what changes: 1.2 for head 2 of layer 1, attention:1, "
                    + "chemistry:1, neuron:1.33 or layer:1. May be given several times.")
    private List<String> ablate = List.of();

    @Option(
            names = "--by",
            paramLabel = "NAME",
            defaultValue = "mean",
            description = "What --ablate puts in its place: mean, resample or zero (default: ${DEFAULT-VALUE}).")
    private String by = "mean";

    @Option(
            names = "--swap",
            paramLabel = "TAG:L.H:N=M",
            description = "With --text: let word N wear the query, key or value of word M in a head: key:1.2:3=5.")
    private List<String> swap = List.of();

    @Option(
            names = "--patch",
            paramLabel = "HOOK:N",
            description = "With --text: give word N what it has in the text of --other: blocks.1.hook_resid_pre:3.")
    private List<String> patch = List.of();

    @Option(names = "--other", paramLabel = "TEXT", description = "The text that --patch takes from.")
    private String other = "";

    @Option(names = "--no-mask", description = "With --text: let every word see the words after it.")
    private boolean noMask;

    @Option(names = "--no-positions", description = "With --text: take the order of words away.")
    private boolean noPositions;

    boolean any() {
        return !ablate.isEmpty() || !swap.isEmpty() || !patch.isEmpty() || noMask || noPositions;
    }

    /** Says what does not fit together before a model is opened. */
    void check(Common common, boolean text) {
        if (any() && !text) {
            throw common.usage(
                    "--ablate, --swap, --patch, --no-mask, --no-positions: expected --text beside them, found "
                            + "none; the page has a drawer for experiments");
        }
        if (common.given("--by") && ablate.isEmpty()) {
            throw common.usage("--by: expected --ablate beside it, found none");
        }
        if (patch.isEmpty() != other.isEmpty()) {
            throw common.usage("--patch and --other: expected both or neither, found one");
        }
    }

    /**
     * @param base the text without edits
     * @param run a run of another text through the same model
     */
    List<Intervention> interventions(Common common, Thought base, Function<String, Thought> run) {
        List<Intervention> list = new ArrayList<>();
        for (String each : ablate) {
            list.add(new Intervention.Ablate(part(common, each), how(common), List.of()));
        }
        for (String each : swap) {
            list.add(swapped(common, each, base));
        }
        for (String each : patch) {
            int colon = each.lastIndexOf(':');
            if (colon < 0) {
                throw common.usage("--patch: expected HOOK:N, found " + each);
            }
            Hook hook = Hook.parse(each.substring(0, colon), base.config().layers());
            int word = number(common, "--patch", each.substring(colon + 1));
            list.add(new Intervention.Patch(hook, run.apply(other), word, word, OptionalInt.empty()));
        }
        if (noMask) {
            list.add(new Intervention.Mask(false));
        }
        if (noPositions) {
            list.add(new Intervention.Positions(false));
        }
        return list;
    }

    private How how(Common common) {
        for (How how : How.values()) {
            if (how.name().toLowerCase(Locale.ROOT).equals(by)) {
                return how;
            }
        }
        throw common.usage("--by: expected mean, resample or zero, found " + by);
    }

    private static Part part(Common common, String found) {
        String[] kind = found.contains(":") ? found.split(":", 2) : new String[] {"head", found};
        int[] place = place(common, "--ablate", kind[1]);
        boolean pair = kind[0].equals("head") || kind[0].equals("neuron");
        if (place.length != (pair ? 2 : 1)) {
            throw common.usage("--ablate: expected "
                    + (pair ? "LAYER.NUMBER for a " + kind[0] : "a layer for " + kind[0]) + ", found " + found);
        }
        return switch (kind[0]) {
            case "head" -> new Intervention.Head(place[0], place[1]);
            case "neuron" -> new Intervention.Neuron(place[0], place[1]);
            case "attention" -> new Intervention.AllHeads(place[0]);
            case "chemistry" -> new Intervention.Chemistry(place[0]);
            case "layer" -> new Intervention.Layer(place[0]);
            default ->
                throw common.usage(
                        "--ablate: expected head, attention, chemistry, neuron or layer before the colon, found "
                                + found);
        };
    }

    private static Intervention swapped(Common common, String found, Thought base) {
        String[] parts = found.split("[:=]", -1);
        if (parts.length != 4) {
            throw common.usage("--swap: expected TAG:LAYER.HEAD:N=M, found " + found);
        }
        int[] head = place(common, "--swap", parts[1]);
        for (Tag tag : Tag.values()) {
            if (tag.name().toLowerCase(Locale.ROOT).equals(parts[0]) && head.length == 2) {
                return new Intervention.Swap(
                        tag,
                        head[0],
                        head[1],
                        number(common, "--swap", parts[2]),
                        base,
                        number(common, "--swap", parts[3]));
            }
        }
        throw common.usage("--swap: expected query, key or value and LAYER.HEAD, found " + found);
    }

    private static int[] place(Common common, String option, String found) {
        String[] parts = found.split("\\.", -1);
        int[] numbers = new int[parts.length];
        for (int i = 0; i < parts.length; i++) {
            numbers[i] = number(common, option, parts[i]);
        }
        return numbers;
    }

    private static int number(Common common, String option, String found) {
        try {
            return Integer.parseInt(found);
        } catch (NumberFormatException e) {
            throw common.usage(option + ": expected a whole number, found " + (found.isEmpty() ? "none" : found));
        }
    }
}
