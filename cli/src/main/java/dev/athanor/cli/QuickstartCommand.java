package dev.athanor.cli;

import dev.athanor.LanguageModel;
import dev.athanor.generate.GenerationRequest;
import dev.athanor.generate.NextTokens;
import dev.athanor.generate.Sampling;
import dev.athanor.train.TrainingResult;
import dev.athanor.train.TrainingRun;
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
        description = "Train a small GPT on the Tales in about a minute and see it at work.")
final class QuickstartCommand implements Callable<Integer> {
    private static final List<String> PROMPTS = List.of(
            "Sarah lies still on the bed, feeling",
            "Sarah lies to the judge, feeling",
            "Sarah worked in the garden all day. Now Sarah lies still on the bed, feeling",
            "Sarah broke the vase. Now Sarah lies to the judge, feeling");

    private static final List<String> BEGINNINGS = List.of("The king", "Sarah finds a ring", "An alchemist");

    private static final int ROWS = 5;

    @Option(names = "--out", paramLabel = "DIR", defaultValue = "runs/quickstart", description = "Where the model goes (default: ${DEFAULT-VALUE}).")
    private Path out = Path.of("runs/quickstart");

    @Option(names = "--seed", paramLabel = "S", defaultValue = "1", description = "Of the stories and the training (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Mixin
    private final Common common = new Common();

    @Override
    public Integer call() {
        TrainingResult result;
        if (Files.exists(out.resolve("run.json"))) {
            System.err.println("Going on with the run in " + out + "; choose another --out to begin anew.");
        } else {
            System.err.println("Writing 6,000 tales and learning a vocabulary from them…");
        }
        try (TrainingRun run = Files.exists(out.resolve("run.json"))
                ? TrainingRun.resume(out, common.threads())
                : TrainingRun.begin(
                        out,
                        new TrainingRun.Options(List.of("tales:seed=" + seed + ",stories=6000"), "tales", 0, 0, 0, seed, 0),
                        common.threads())) {
            result = new Training(run, out, common.threads()).run();
        }
        if (result.interrupted()) {
            return 130;
        }
        try (LanguageModel model = LanguageModel.open(out, common.threads())) {
            if (common.json) {
                printJson(model, result);
            } else {
                show(model, result);
            }
        }
        return 0;
    }

    private static void printJson(LanguageModel model, TrainingResult result) {
        var node = Json.object();
        node.put("train_seconds", result.seconds());
        node.put("val_loss", result.validationLoss());
        var prompts = node.putArray("prompts");
        for (String prompt : PROMPTS) {
            var p = prompts.addObject();
            p.put("prompt", prompt);
            p.set("next", Bars.json(model.next(prompt, 10), false));
        }
        System.out.println(node);
    }

    private void show(LanguageModel model, TrainingResult result) {
        System.out.printf(Locale.ROOT, "Trained %,d parameters for %,d steps in %.0f s: validation loss %.3f, %.3f bits per byte.%n%n",
                result.parameters(), result.steps(), result.seconds(), result.validationLoss(), result.validationBitsPerByte());
        System.out.println("What comes next? Full probabilities over every token; ␣ marks a space.");
        for (String prompt : PROMPTS) {
            System.out.println();
            System.out.println(prompt + " …");
            List<NextTokens> rows = model.next(prompt, ROWS);
            Bars.print(System.out, rows);
        }
        System.out.println();
        for (String beginning : BEGINNINGS) {
            System.out.print(beginning);
            System.out.println(model.generate(GenerationRequest.of(beginning, 50, Sampling.of(0.7, seed)), piece -> true).text());
        }
        System.out.println();
        System.out.println("Now try:");
        System.out.println("  ./athanor next --model " + out + " --prompt \"Tom moves his king behind the\"");
        System.out.println("  ./athanor generate --model " + out + " --prompt \"In the laboratory\" --temperature 0.8");
        System.out.println("  ./athanor train --data jdk:java.base/java --preset jdk --minutes 3 --out runs/java");
        System.out.println("  open " + out.resolve("report.html") + " in a browser");
    }
}
