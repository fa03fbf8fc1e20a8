package dev.athanor.cli;

import dev.athanor.microscope.experiment.Effects;
import dev.athanor.microscope.experiment.Intervention;
import dev.athanor.microscope.experiment.Interventions;
import dev.athanor.microscope.tale.Chapter;
import dev.athanor.microscope.tale.Narrator;
import dev.athanor.microscope.tale.Register;
import dev.athanor.microscope.tale.Words;
import dev.athanor.microscope.view.Choice;
import dev.athanor.microscope.view.NextWords;
import dev.athanor.microscope.view.Thought;
import dev.athanor.server.Laboratory;
import dev.athanor.server.lab.Export;
import dev.athanor.server.lab.LabModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code athanor explain}: where the next word comes from, in the laboratory or in the terminal. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Open the laboratory, a page on this machine in which a model is watched choosing its next word, questioned and "
                    + "changed; or tell the story in the terminal."
        },
        footer = {
            "",
            "Examples:",
            "  athanor explain --model runs/quickstart --prompt \"Sarah lies to the judge, feeling\"",
            "  athanor explain --model runs/quickstart --prompt \"Sarah lies to the judge, feeling\" --text",
            "  athanor explain --model runs/quickstart --prompt \"Sarah lies to the judge, feeling\" --text --ablate 1.1"
        })
final class ExplainCommand implements Callable<Integer> {
    private static final int MOST_PORT = 65_535;
    private static final int COLUMNS = 96;

    @Mixin
    private final ModelOption model = new ModelOption();

    @Option(
            names = "--prompt",
            paramLabel = "TEXT",
            description = "Text whose next word is explained; the laboratory has a line to type it in.")
    private String prompt = "";

    @Option(names = "--text", description = "Tell the story in the terminal.")
    private boolean text;

    @Option(
            names = "--register",
            paramLabel = "NAME",
            defaultValue = "story",
            description = "With --text: story, mathematics or code (default: ${DEFAULT-VALUE}).")
    private String register = "story";

    @Option(
            names = "--position",
            paramLabel = "N",
            description = "With --text or --json: the word that decides, counted in tokens from 0 (default: the last).")
    private int position;

    @Option(names = "--token", paramLabel = "TEXT", description = "The next word to explain (default: the likeliest).")
    private String token = "";

    @Option(
            names = "--against",
            paramLabel = "TEXT",
            description = "The next word it is compared with (default: the second).")
    private String against = "";

    @Option(names = "--all-heads", description = "With --text: tell of every head, not only of those that matter.")
    private boolean allHeads;

    @Option(
            names = "--with",
            paramLabel = "PATH",
            description = "In the laboratory: a second checkpoint to compare with.")
    private Optional<Path> with = Optional.empty();

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "In the laboratory: its port (default: one that is free).")
    private int port;

    @Option(names = "--no-browser", description = "In the laboratory: print the address, open nothing.")
    private boolean noBrowser;

    @Mixin
    private final EditOptions edits = new EditOptions();

    @Mixin
    private final Common common = new Common();

    @Override
    public Integer call() throws InterruptedException {
        if (common.given("--port")) {
            common.require("--port", port, 1, MOST_PORT);
        }
        if ((text || common.json) && !common.given("--prompt")) {
            throw common.usage("--prompt: expected a text to explain, found none");
        }
        edits.check(common, text);
        try (LabModel lab = LabModel.open(model.directory(), common.threads())) {
            if (text || common.json) {
                tell(lab);
                return 0;
            }
            return open(lab);
        }
    }

    private void tell(LabModel lab) {
        int[] tokens = lab.tokens(prompt);
        Thought run = new Thought(lab.microscope(), tokens, List.of());
        Choice choice = choice(lab, run);
        if (common.json) {
            System.out.println(new Export(lab, "", run, choice).json());
            return;
        }
        System.out.println(prompt + " …");
        bars(lab, run, choice);
        Thought told = edits.any() ? changed(lab, run, choice) : run;
        for (Chapter chapter : Narrator.tell(told, choice, lab.words(tokens), register(), lab.reference(), allHeads)) {
            System.out.println();
            System.out.println(chapter.title());
            chapter.sentences().forEach(sentence -> {
                StringBuilder line = new StringBuilder();
                sentence.forEach(piece -> line.append(piece.text()));
                wrap("  ", Visible.line(line.toString()));
            });
            chapter.caution().ifPresent(caution -> wrap("  ! ", caution));
        }
    }

    private static void bars(LabModel lab, Thought run, Choice choice) {
        for (NextWords.Row row : NextWords.of(run, choice.position(), 5).rows()) {
            String word = lab.words(run.tokens()).of(row.token());
            double p = row.probability().value();
            System.out.println(
                    String.format(Locale.ROOT, "  %-20s %6.2f %%  %s", Visible.line(word), 100 * p, Bars.bar(p))
                            .stripTrailing());
        }
    }

    /** The same text with the edits; what they did to the decision is printed. */
    private Thought changed(LabModel lab, Thought run, Choice choice) {
        List<Intervention> list =
                edits.interventions(common, run, other -> new Thought(lab.microscope(), lab.tokens(other), List.of()));
        Thought after = Interventions.apply(run, list, lab.reference());
        Effects effects = Effects.of(run, after, choice, lab.reference());
        System.out.println("with the change");
        bars(lab, after, choice);
        Words words = lab.words(run.tokens());
        String over = choice.against() == Choice.NOTHING ? "" : " over “" + words.of(choice.against()) + "”";
        System.out.println(Visible.line("votes for “" + words.of(choice.token()) + "”" + over));
        System.out.printf(Locale.ROOT, "  before %+.2f, after %+.2f%n", effects.before(), effects.after());
        String direct = effects.direct().isPresent()
                ? String.format(Locale.ROOT, "%+.2f", effects.direct().getAsDouble())
                : "none, for this change is everywhere";
        System.out.printf(Locale.ROOT, "  direct effect %s, total effect %+.2f%n", direct, effects.total());
        if (effects.offDistribution()) {
            System.out.printf(
                    Locale.ROOT,
                    "  ! The last state is %.1f deviations from what texts lead to: its effect may say little.%n",
                    Math.abs(effects.unusual()));
        }
        System.out.println("What follows tells of the pass with the change.");
        return after;
    }

    /** Breaks a sentence at spaces; the lines after the first stand below its text. */
    private static void wrap(String indent, String sentence) {
        StringBuilder line = new StringBuilder(indent);
        for (String word : sentence.split(" ", -1)) {
            if (line.length() > indent.length() && line.length() + word.length() > COLUMNS) {
                System.out.println(line.toString().stripTrailing());
                line.setLength(0);
                line.append(" ".repeat(indent.length() + 2));
            }
            line.append(word).append(' ');
        }
        System.out.println(line.toString().stripTrailing());
    }

    private Choice choice(LabModel lab, Thought run) {
        int at = run.length() - 1;
        if (common.given("--position")) {
            common.require("--position", position, 0, run.length() - 1);
            at = position;
        }
        Choice first = Choice.first(run, at);
        int chosen = token.isEmpty() ? first.token() : id(lab, "--token", token);
        int otherwise = chosen == first.token() ? first.against() : first.token();
        int other = against.isEmpty() ? otherwise : id(lab, "--against", against);
        if (other == chosen) {
            throw common.usage("--against: expected another word than --token, found the same");
        }
        return new Choice(at, chosen, other);
    }

    /** The first token of a word as it stands behind a space. */
    private static int id(LabModel lab, String option, String word) {
        int[] ids = lab.tokenizer().encode(word.startsWith(" ") || word.startsWith("#") ? word : " " + word);
        if (ids.length == 0) {
            throw new IllegalArgumentException(option + ": expected a word, found none");
        }
        return ids[0];
    }

    private Register register() {
        List<String> names = new ArrayList<>();
        for (Register each : Register.values()) {
            names.add(each.name().toLowerCase(Locale.ROOT));
            if (names.getLast().equals(register)) {
                return each;
            }
        }
        throw common.usage("--register: expected " + String.join(", ", names) + ", found " + register);
    }

    private int open(LabModel lab) throws InterruptedException {
        List<LabModel> models = new ArrayList<>(List.of(lab));
        try {
            with.ifPresent(second -> models.add(LabModel.open(second, common.threads())));
            String first = prompt.isEmpty() ? lab.beginning() : prompt;
            CountDownLatch stopped = new CountDownLatch(1);
            try (Laboratory laboratory = Laboratory.start(models, first, port)) {
                Runtime.getRuntime().addShutdownHook(new Thread(stopped::countDown));
                System.out.println(laboratory.address());
                System.err.println("The laboratory is open at this address, on this machine only; Ctrl-C closes it.");
                if (laboratory.talks()) {
                    System.err.println("Programs can talk to the model at " + laboratory.address() + "v1.");
                }
                if (!noBrowser) {
                    Browser.open(laboratory.address());
                }
                stopped.await();
            }
            return 0;
        } finally {
            models.stream().skip(1).forEach(LabModel::close);
        }
    }
}
