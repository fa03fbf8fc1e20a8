package dev.athanor.cli;

import dev.athanor.LanguageModel;
import dev.athanor.microscope.Microscope;
import dev.athanor.microscope.sense.Occurrence;
import dev.athanor.microscope.sense.Senses;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** {@code athanor senses}: where in the layers the meanings of a word part. */
@Command(
        name = "senses",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Say in which layer the meanings of a word part: how many of the nearest other occurrences in the Tales mean the "
                    + "same, before every layer and after the last.",
            "Before the first layer every occurrence is the same row of the dictionary, and the share is that of chance."
        },
        footer = {"", "Example:  athanor senses --model runs/quickstart --word king"})
final class SensesCommand implements Callable<Integer> {
    private static final int MOST_STORIES = 1_000_000;

    /** Occurrences shown with their nearest others. */
    private static final int SHOWN = 2;

    @Mixin
    private final ModelOption model = new ModelOption();

    @Option(
            names = "--word",
            required = true,
            paramLabel = "WORD",
            description = "lie, king, ring, bank, light, bat or still.")
    private String word = "";

    @Option(
            names = "--stories",
            paramLabel = "N",
            defaultValue = "400",
            description = "Tales to look through (default: ${DEFAULT-VALUE}).")
    private int stories;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "2",
            description = "Their seed (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Mixin
    private final Common common = new Common();

    @Override
    public Integer call() {
        common.require("--stories", stories, 1, MOST_STORIES);
        try (LanguageModel m = model.open(common)) {
            Senses senses = Senses.of(
                    new Microscope(m.transformer()), m.tokenizer(), word.toLowerCase(Locale.ROOT), seed, stories);
            if (common.json) {
                System.out.println(json(senses));
            } else {
                print(senses);
            }
        }
        return 0;
    }

    private static String counts(Senses senses) {
        StringBuilder counts = new StringBuilder();
        new TreeMap<>(senses.meanings())
                .forEach((meaning, count) -> counts.append(counts.isEmpty() ? "" : ", ")
                        .append(meaning)
                        .append(' ')
                        .append(count));
        return counts.toString();
    }

    private static void print(Senses senses) {
        System.out.printf(
                Locale.ROOT,
                "“%s”: %d occurrences, %s%n",
                senses.form(),
                senses.occurrences().size(),
                counts(senses));
        System.out.println("                 nearest others that mean the same");
        System.out.println("                 cosine   mean taken off");
        int last = senses.states().size() - 1;
        for (int s = 0; s <= last; s++) {
            Senses.State state = senses.states().get(s);
            System.out.println(String.format(
                            Locale.ROOT,
                            "%-15s %5.0f %%  %5.0f %%  %s",
                            s == last ? "the end" : "before layer " + s,
                            100 * state.raw(),
                            100 * state.centred(),
                            Bars.bar(state.centred()))
                    .stripTrailing());
        }
        System.out.printf(Locale.ROOT, "%-15s %5.0f %%%n", "chance", 100 * senses.chance());
        if (senses.parted().isEmpty()) {
            System.out.println("No clear separation: nowhere is half of the way from chance to certainty gone.");
            return;
        }
        int parted = senses.parted().getAsInt();
        System.out.println(
                parted == 0
                        ? "The senses are apart before the first layer."
                        : "The senses part in layer " + (parted - 1) + ".");
        for (int i = 0; i < Math.min(SHOWN, senses.occurrences().size()); i++) {
            neighbours(senses, i, last);
        }
    }

    private static void neighbours(Senses senses, int occurrence, int state) {
        Occurrence one = senses.occurrences().get(occurrence);
        System.out.println();
        System.out.println(Visible.line(one.meaning() + ": " + one.sentence()));
        for (int other : senses.states().get(state).nearest().get(occurrence).subList(0, 3)) {
            Occurrence near = senses.occurrences().get(other);
            System.out.println(Visible.line("  is like " + near.meaning() + ": " + near.sentence()));
        }
    }

    private static ObjectNode json(Senses senses) {
        ObjectNode node = Json.object();
        node.put("word", senses.word());
        node.put("form", senses.form());
        ObjectNode meanings = node.putObject("meanings");
        for (Map.Entry<String, Integer> e : new TreeMap<>(senses.meanings()).entrySet()) {
            meanings.put(e.getKey(), e.getValue());
        }
        Json.put(node, "chance", senses.chance());
        var states = node.putArray("states");
        for (Senses.State state : senses.states()) {
            ObjectNode one = states.addObject();
            Json.put(one, "purity", state.raw());
            Json.put(one, "purity_centred", state.centred());
        }
        senses.parted().ifPresent(s -> node.put("parted_at_state", s));
        return node;
    }
}
