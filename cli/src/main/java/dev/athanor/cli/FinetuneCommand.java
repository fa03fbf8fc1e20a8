package dev.athanor.cli;

import dev.athanor.finetune.FinetuneOptions;
import dev.athanor.finetune.FinetuneOptions.Length;
import dev.athanor.finetune.FinetuneOptions.Lora;
import dev.athanor.finetune.FinetuneResult;
import dev.athanor.finetune.FinetuneRun;
import dev.athanor.finetune.Quiz;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code athanor finetune}: teaches a model to answer. */
@Command(
        name = "finetune",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Teach a model to answer, from conversations: all its weights, or low-rank adapters (LoRA).",
            "Only what the assistant says is learned. Ctrl-C ends early with what was learned saved."
        },
        footer = {
            "",
            "Conversations: JSON lines of {\"messages\": [{\"role\", \"content\"}]} or",
            "  {\"conversations\": [{\"from\", \"value\"}]}; tales: or tales:stories=N, questions with known answers",
            "",
            "Examples:",
            "  athanor finetune --model runs/quickstart --data tales: --out runs/teller",
            "  athanor finetune --model models/base --data chats.jsonl --lora --rank 16 --out runs/adapters"
        })
final class FinetuneCommand implements Callable<Integer> {
    /** One pass answers 84 of 100 questions about other tales, two 89 or 90, three 92. */
    private static final int EPOCHS = 3;

    @Mixin
    private final ModelOption model = new ModelOption();

    @Option(
            names = "--data",
            required = true,
            paramLabel = "SRC",
            description = "Conversations to learn from; may be given several times.")
    private final List<String> data = new ArrayList<>();

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where the model or the adapters go.")
    private Path out = Path.of("");

    @Option(names = "--epochs", paramLabel = "E", description = "Learn everything E times (default: 3).")
    private double epochs;

    @Option(names = "--steps", paramLabel = "N", description = "Stop after N steps.")
    private long steps;

    @Option(names = "--minutes", paramLabel = "M", description = "Stop after M minutes of learning.")
    private double minutes;

    @Option(
            names = "--rate",
            paramLabel = "R",
            description = "Learning rate at its highest (default: by the size of the model, 2e-3 to 2e-5, LoRA more).")
    private double rate;

    @Option(names = "--batch", paramLabel = "B", description = "Rows of a step (default: 4 for tales alone, else 8).")
    private int batch;

    @Option(
            names = "--length",
            paramLabel = "L",
            description =
                    "Most tokens of a conversation; above the model's context, a model with rotary positions grows (default: the context, at most 2048; for tales: at least 384).")
    private int length;

    @Option(
            names = "--pack",
            description =
                    "Put several conversations into a row where they fit; faster, but each then sees those before it.")
    private boolean pack;

    @Option(names = "--lora", description = "Learn low-rank adapters and leave the model's own weights as they are.")
    private boolean lora;

    @Option(
            names = "--rank",
            paramLabel = "R",
            defaultValue = "8",
            description = "Rank of the adapters (default: ${DEFAULT-VALUE}).")
    private int rank;

    @Option(
            names = "--alpha",
            paramLabel = "A",
            defaultValue = "16",
            description = "Adapters count alpha / rank (default: ${DEFAULT-VALUE}).")
    private double alpha;

    @Option(
            names = "--targets",
            paramLabel = "LIST",
            split = ",",
            description = "Matrices with adapters, of q,k,v (qkv where they are one),o,gate,up,down (default: all).")
    private final List<String> targets = new ArrayList<>();

    @Option(names = "--merge", description = "With --lora: write a whole model instead of adapters.")
    private boolean merge;

    @Option(
            names = "--hold-out",
            paramLabel = "S",
            defaultValue = "0.05",
            description =
                    "Share of the conversations of files that measure and are not learned (default: ${DEFAULT-VALUE}).")
    private double holdOut;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "Same seed and same steps, same bits (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Mixin
    private final Common common = new Common();

    @Override
    public Integer call() {
        check();
        FinetuneOptions options = new FinetuneOptions(
                model.directory(),
                data,
                out,
                lora ? Optional.of(new Lora(rank, alpha, targets)) : Optional.empty(),
                merge,
                budget(),
                common.given("--rate") ? OptionalDouble.of(rate) : OptionalDouble.empty(),
                common.given("--batch") ? batch : talesAlone() ? 4 : 8,
                common.given("--length") ? OptionalInt.of(length) : OptionalInt.empty(),
                pack,
                seed,
                holdOut);
        try (FinetuneRun run = new FinetuneRun(options, common.threads())) {
            System.err.println(run.plan());
            run.notes().forEach(note -> System.err.println("athanor: " + note));
            FinetuneResult tuned = new LiveLine(common.threads()).watch(run, result -> {
                if (common.json) {
                    System.out.println(json(result));
                } else {
                    show(result);
                }
            });
            return tuned.interrupted() ? Main.INTERRUPTED : 0;
        }
    }

    private Length budget() {
        if (common.given("--steps")) {
            return new Length.Steps(steps);
        }
        if (common.given("--minutes")) {
            return new Length.Minutes(minutes);
        }
        return new Length.Epochs(common.given("--epochs") ? epochs : EPOCHS);
    }

    private boolean talesAlone() {
        return data.stream().allMatch(name -> name.startsWith("tales:"));
    }

    private void check() {
        common.threads();
        long budgets = Stream.of("--epochs", "--steps", "--minutes")
                .filter(common::given)
                .count();
        if (budgets > 1) {
            throw common.usage("Expected one of --epochs, --steps and --minutes, found several");
        }
        if (common.given("--epochs")) {
            common.requireAbove0("--epochs", epochs);
        }
        if (common.given("--steps")) {
            common.requireAtLeast("--steps", steps, 1);
        }
        if (common.given("--minutes")) {
            common.requireAbove0("--minutes", minutes);
        }
        if (common.given("--rate")) {
            common.requireAbove0("--rate", rate);
        }
        if (common.given("--length")) {
            common.requireAtLeast("--length", length, 2);
        }
        if (common.given("--batch")) {
            common.requireAtLeast("--batch", batch, 1);
        }
        common.requireAtLeast("--rank", rank, 1);
        common.requireAbove0("--alpha", alpha);
        if (!(holdOut >= 0 && holdOut < 1)) {
            throw common.usage("--hold-out: expected a share of at least 0 and below 1, found " + holdOut);
        }
        for (String option : List.of("--rank", "--alpha", "--targets", "--merge")) {
            if (common.given(option) && !lora) {
                throw common.usage(option + ": expected --lora beside it, found none");
            }
        }
        if (data.contains("")) {
            throw common.usage("--data: expected a source, found an empty name");
        }
        OutFolder.require(out);
    }

    private void show(FinetuneResult r) {
        System.out.printf(
                Locale.ROOT,
                "%,d steps in %.1f s: loss %.4f on what was learned",
                r.steps(),
                r.seconds(),
                r.trainLoss());
        if (Double.isFinite(r.heldOutAfter())) {
            System.out.printf(
                    Locale.ROOT, ", %.4f on what was held out (before: %.4f)", r.heldOutAfter(), r.heldOutBefore());
        }
        System.out.println("; " + (lora && !merge ? "adapters" : "model") + " in " + out);
        if (!r.scores().isEmpty()) {
            Quiz.Score all = r.all();
            System.out.printf(
                    Locale.ROOT,
                    "answers %.1f %% of %d held-out questions correctly; guessing without the tale gets %.1f %%%n",
                    percent(all.right(), all),
                    all.asked(),
                    percent(all.guessed(), all));
            System.out.println("  question   asked   right      by guessing");
            for (Quiz.Score s : r.scores()) {
                System.out.printf(
                        Locale.ROOT,
                        "  %-8s  %6d  %5.1f %%      %5.1f %%%n",
                        s.kind(),
                        s.asked(),
                        percent(s.right(), s),
                        percent(s.guessed(), s));
            }
        }
    }

    private static double percent(int count, Quiz.Score of) {
        return 100.0 * count / of.asked();
    }

    private Object json(FinetuneResult r) {
        var node = Json.object();
        node.put("steps", r.steps());
        Json.put(node, "seconds", r.seconds());
        node.put("learning", r.learning());
        Json.put(node, "train_loss", r.trainLoss());
        Json.put(node, "held_out_loss_before", r.heldOutBefore());
        Json.put(node, "held_out_loss", r.heldOutAfter());
        if (!r.scores().isEmpty()) {
            Quiz.Score all = r.all();
            Json.put(node, "accuracy", (double) all.right() / all.asked());
            var kinds = node.putArray("questions");
            for (Quiz.Score s :
                    Stream.concat(r.scores().stream(), Stream.of(all)).toList()) {
                var kind = kinds.addObject();
                kind.put("kind", s.kind());
                kind.put("asked", s.asked());
                kind.put("right", s.right());
                kind.put("guessed", s.guessed());
            }
        }
        node.put("out", out.toString());
        return node;
    }
}
