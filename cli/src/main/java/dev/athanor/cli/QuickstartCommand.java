package dev.athanor.cli;

import dev.athanor.LanguageModel;
import dev.athanor.generate.GenerationRequest;
import dev.athanor.generate.NextTokens;
import dev.athanor.generate.Sampling;
import dev.athanor.train.TrainingResult;
import dev.athanor.train.TrainingRun;
import dev.athanor.train.TrainingWatcher;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code athanor quickstart}: trains a small GPT on the Tales and shows what it learned. */
@Command(
        name = "quickstart",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Train a small GPT on the Tales in about a minute and see it at work.",
            "Ctrl-C ends it with everything saved; the same command goes on."
        },
        footer = {"", "Example:  athanor quickstart --out runs/first --seed 7"})
final class QuickstartCommand implements Callable<Integer> {
    /** The two bare sentences first: scripts rely on the order. */
    private static final List<String> PROMPTS = List.of(
            "Sarah lies still on the bed, feeling",
            "Sarah lies to the judge, feeling",
            "Sarah worked in the garden all day. Now Sarah lies still on the bed, feeling",
            "Sarah broke the vase. Now Sarah lies to the judge, feeling");

    private static final List<String> BEGINNINGS = List.of("The king", "Sarah finds a ring", "An alchemist");

    private static final String PRESET = "tales";
    private static final int ROWS = 5;
    private static final int JSON_ROWS = 10;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "runs/quickstart",
            description = "Where the model goes (default: ${DEFAULT-VALUE}).")
    private Path out = Path.of("runs/quickstart");

    @Option(
            names = "--stories",
            paramLabel = "N",
            defaultValue = "6000",
            description = "How many tales to write and learn from (default: ${DEFAULT-VALUE}).")
    private int stories;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "Of the stories and the training (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Mixin
    private final Common common = new Common();

    @Override
    public Integer call() {
        int threads = common.threads();
        common.requireAtLeast("--stories", stories, 1);
        OutFolder.require(out);
        TrainingResult result;
        try (TrainingRun run = Files.exists(out.resolve("run.json")) ? goOn(threads) : begin(threads)) {
            result = new Training(run, out, threads).run(TrainingWatcher.NONE, trained -> {});
        }
        if (result.interrupted()) {
            return Main.INTERRUPTED;
        }
        try (LanguageModel model = LanguageModel.open(out, threads)) {
            if (common.json) {
                printJson(model, result);
            } else {
                show(model, result);
            }
        }
        return 0;
    }

    private List<String> data() {
        return List.of("tales:seed=" + seed + ",stories=" + stories);
    }

    private TrainingRun begin(int threads) {
        System.err.printf(Locale.ROOT, "Writing %,d tales and learning a vocabulary from them…%n", stories);
        return TrainingRun.begin(out, new TrainingRun.Options(data(), PRESET, 0, 0, 0, seed, 0), threads);
    }

    private TrainingRun goOn(int threads) {
        TrainingRun run = TrainingRun.resume(out, threads);
        TrainingRun.Options found = run.options();
        if (!found.data().equals(data()) || !found.preset().equals(PRESET) || found.seed() != seed) {
            run.close();
            throw new IllegalArgumentException(
                    "--out " + out + ": expected a new folder or a quickstart on " + data().getFirst()
                            + ", found a run of preset " + found.preset() + " with seed " + found.seed() + " on "
                            + String.join(", ", found.data()) + "; choose another folder");
        }
        System.err.println("Going on with the run in " + out + "; choose another --out to begin anew.");
        return run;
    }

    private static void printJson(LanguageModel model, TrainingResult result) {
        var node = Json.object();
        Json.put(node, "train_seconds", result.seconds());
        Json.put(node, "val_loss", result.validationLoss());
        var prompts = node.putArray("prompts");
        for (String prompt : PROMPTS) {
            var p = prompts.addObject();
            p.put("prompt", prompt);
            p.set("next", Bars.json(model.next(prompt, JSON_ROWS), false));
        }
        System.out.println(node);
    }

    private void show(LanguageModel model, TrainingResult result) {
        System.out.printf(
                Locale.ROOT,
                "Trained %,d parameters for %,d steps in %.0f s: validation loss %.3f, %.3f bits per byte.%n%n",
                result.parameters(),
                result.steps(),
                result.seconds(),
                result.validationLoss(),
                result.validationBitsPerByte());
        System.out.println("What comes next? Probabilities over every token of the vocabulary.");
        System.out.println(Bars.LEGEND);
        for (String prompt : PROMPTS) {
            System.out.println();
            System.out.println(prompt + " …");
            List<NextTokens> rows = model.next(prompt, ROWS);
            Bars.print(System.out, rows, model.words(prompt, rows));
        }
        System.out.println();
        System.out.println("And how does a tale go on?");
        for (String beginning : BEGINNINGS) {
            System.out.println();
            System.out.print(beginning);
            System.out.println(
                    model.generate(GenerationRequest.of(beginning, 50, Sampling.of(0.7, seed)), piece -> true)
                            .text());
        }
        String folder = Shell.quote(out);
        System.out.println();
        System.out.println("See how it decides, in a page of your browser:");
        System.out.println("  ./athanor explain --model " + folder + " --prompt \"Sarah lies to the judge, feeling\"");
        System.out.println();
        System.out.println("Now try:");
        System.out.println("  ./athanor next --model " + folder + " --prompt \"Tom moves his king behind the\"");
        System.out.println(
                "  ./athanor generate --model " + folder + " --prompt \"In the laboratory\" --temperature 0.8");
        System.out.println("  ./athanor train --data jdk:java.base/java --preset jdk --minutes 3 --out runs/java");
        System.out.println("  open " + Shell.quote(out.resolve("report.html")) + " in a browser");
    }
}
