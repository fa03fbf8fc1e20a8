package dev.athanor.cli;

import dev.athanor.LanguageModel;
import dev.athanor.microscope.Microscope;
import dev.athanor.microscope.attribution.Method;
import dev.athanor.microscope.truth.ExplainScore;
import dev.athanor.microscope.truth.ExplainScore.Distance;
import dev.athanor.microscope.truth.ExplainScore.Found;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** {@code athanor explain-score}: explanations judged against tales whose truth is known. */
@Command(
        name = "explain-score",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Judge ways to explain a model against the Tales, in which it is known which earlier words decide what comes and "
                    + "how likely every word is.",
            "Each method ranks the words of a text; precision and recall are those at as many words as there is evidence."
        },
        footer = {"", "Example:  athanor explain-score --model runs/quickstart"})
final class ExplainScoreCommand implements Callable<Integer> {
    /** Methods whose columns fit beside a scene; JSON has all. */
    private static final List<Method> LISTED =
            List.of(Method.ATTENTION_DECIDING, Method.GRADIENT_X_INPUT, Method.ABLATION);

    private static final int MOST_SLOTS = 100_000;

    @Mixin
    private final ModelOption model = new ModelOption();

    @Option(
            names = "--slots",
            paramLabel = "N",
            defaultValue = "200",
            description = "Places to judge (default: ${DEFAULT-VALUE}).")
    private int slots;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "2",
            description = "Seed of the tales, other than the one the model learned from (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Mixin
    private final Common common = new Common();

    @Override
    public Integer call() {
        common.require("--slots", slots, 1, MOST_SLOTS);
        try (LanguageModel m = model.open(common)) {
            ExplainScore score =
                    ExplainScore.of(new Microscope(m.transformer()), m.tokenizer(), seed, slots, this::progress);
            if (common.json) {
                System.out.println(json(score));
            } else {
                print(score);
            }
        }
        return 0;
    }

    /** Every tenth, so that a log stays short. */
    private void progress(int done) {
        if (done % Math.max(1, slots / 10) == 0) {
            System.err.println(done + " of " + slots + " slots");
        }
    }

    private void print(ExplainScore score) {
        System.out.printf(
                Locale.ROOT,
                "%d slots of tales:seed=%d; %d left out, their evidence lies before the context%n%n",
                score.slots(),
                seed,
                score.left());
        System.out.println("Which words decide?      precision = recall   average precision   area under ROC");
        for (Map.Entry<Method, Found> e : score.methods().entrySet()) {
            row(e.getKey().label(), e.getValue());
        }
        row("random order", score.random());
        System.out.printf(Locale.ROOT, "%.1f %% of the words are evidence%n%n", 100 * score.evidenceShare());
        System.out.println("How far from the truth?  divergence (nats)    total variation");
        row("the model", score.model());
        row("how often words come", score.unigram());
        System.out.println();
        System.out.println("By scene   slots  divergence  variation  average precision of "
                + LISTED.getFirst().label() + ", " + LISTED.get(1).label() + ", "
                + LISTED.get(2).label());
        for (ExplainScore.SceneScore scene : score.scenes()) {
            System.out.printf(
                    Locale.ROOT,
                    "  %-10s %4d %11.3f %10.3f  %9.3f %9.3f %9.3f%n",
                    scene.scene(),
                    scene.slots(),
                    scene.model().divergence(),
                    scene.model().variation(),
                    scene.averagePrecision().getOrDefault(LISTED.get(0), 0.0),
                    scene.averagePrecision().getOrDefault(LISTED.get(1), 0.0),
                    scene.averagePrecision().getOrDefault(LISTED.get(2), 0.0));
        }
    }

    private static void row(String name, Found found) {
        System.out.printf(
                Locale.ROOT,
                "  %-22s %18.3f   %17.3f   %14.3f%n",
                name,
                found.precision(),
                found.averagePrecision(),
                found.area());
    }

    private static void row(String name, Distance distance) {
        System.out.printf(Locale.ROOT, "  %-22s %17.3f    %15.3f%n", name, distance.divergence(), distance.variation());
    }

    private ObjectNode json(ExplainScore score) {
        ObjectNode node = Json.object();
        node.put("slots", score.slots());
        node.put("left_out", score.left());
        node.put("seed", seed);
        ObjectNode methods = node.putObject("methods");
        score.methods().forEach((method, found) -> methods.set(method.label(), json(found)));
        methods.set("random", json(score.random()));
        Json.put(node, "evidence_share", score.evidenceShare());
        node.set("model", json(score.model()));
        node.set("unigram", json(score.unigram()));
        var scenes = node.putArray("scenes");
        for (ExplainScore.SceneScore scene : score.scenes()) {
            ObjectNode one = scenes.addObject().put("scene", scene.scene()).put("slots", scene.slots());
            one.set("model", json(scene.model()));
            ObjectNode precisions = one.putObject("average_precision");
            scene.averagePrecision().forEach((method, p) -> Json.put(precisions, method.label(), p));
        }
        return node;
    }

    private static ObjectNode json(Found found) {
        ObjectNode node = Json.object();
        Json.put(node, "precision", found.precision());
        Json.put(node, "recall", found.precision());
        Json.put(node, "average_precision", found.averagePrecision());
        Json.put(node, "area_under_roc", found.area());
        return node;
    }

    private static ObjectNode json(Distance distance) {
        ObjectNode node = Json.object();
        Json.put(node, "divergence_nats", distance.divergence());
        Json.put(node, "total_variation", distance.variation());
        return node;
    }
}
