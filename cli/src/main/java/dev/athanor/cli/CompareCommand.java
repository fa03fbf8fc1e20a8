package dev.athanor.cli;

import dev.athanor.checkpoint.OpenModel;
import dev.athanor.checkpoint.gguf.ModelFiles;
import dev.athanor.microscope.compare.WeightChanges;
import dev.athanor.tokenizer.Tokenizer;
import dev.athanor.train.TrainingRun;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code athanor compare}: what training changed in the weights. */
@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Say how far the weights of a model are from those of another of the same shape, or from the first",
            "weights of its own run: per layer and part, and which words of the dictionary moved most."
        },
        footer = {
            "",
            "Examples:",
            "  athanor compare --initial --to runs/quickstart",
            "  athanor compare --from runs/base --to runs/tuned --top 20"
        })
final class CompareCommand implements Callable<Integer> {
    @Option(names = "--from", paramLabel = "DIR", description = "The model as it was.")
    private Path from = Path.of("");

    @Option(names = "--to", required = true, paramLabel = "DIR", description = "The model as it is.")
    private Path to = Path.of("");

    @Option(names = "--initial", description = "Compare with the weights that the run in --to began with.")
    private boolean initial;

    @Option(
            names = "--top",
            paramLabel = "N",
            defaultValue = "10",
            description = "Words of the dictionary to show (default: ${DEFAULT-VALUE}).")
    private int top;

    @Mixin
    private final Common common = new Common();

    @Override
    public Integer call() {
        common.threads();
        common.requireAtLeast("--top", top, 0);
        if (initial == common.given("--from")) {
            throw common.usage("Expected either --from DIR or --initial, found "
                    + (initial ? "both; choose one" : "neither; add one"));
        }
        try (OpenModel after = ModelFiles.open(to)) {
            WeightChanges changes;
            if (initial) {
                changes = WeightChanges.between(TrainingRun.initial(to, after.config()), after.parameters(), top);
            } else {
                try (OpenModel before = ModelFiles.open(from)) {
                    changes = WeightChanges.between(before.parameters(), after.parameters(), top);
                }
            }
            if (common.json) {
                printJson(changes, words(after));
            } else {
                print(changes, words(after));
            }
        }
        return 0;
    }

    /** A model without a tokenizer has words that are only numbers. */
    private static Optional<Tokenizer> words(OpenModel model) {
        try {
            return Optional.of(model.tokenizer());
        } catch (dev.athanor.tokenizer.TokenizerFormatException e) {
            System.err.println("athanor: words are shown as their numbers: " + e.getMessage());
            return Optional.empty();
        }
    }

    private static String word(Optional<Tokenizer> tokenizer, int token) {
        return tokenizer
                .filter(t -> token < t.vocabularySize())
                .map(t -> Visible.token(t.decode(token)))
                .orElse("#" + token);
    }

    private static void print(WeightChanges changes, Optional<Tokenizer> tokenizer) {
        System.out.println("layer  part                 numbers   length before  change / before   cosine");
        for (WeightChanges.Row row : changes.rows()) {
            System.out.printf(
                    Locale.ROOT,
                    "%5s  %-18s %9d  %14.3f  %15s  %7s%n",
                    row.layer() < 0 ? "" : Integer.toString(row.layer()),
                    row.part(),
                    row.numbers(),
                    row.before(),
                    relative(row),
                    cosine(row.cosine()));
        }
        if (!changes.words().isEmpty()) {
            System.out.println();
            System.out.println("Words of the dictionary that moved most, by the length of the change:");
            for (WeightChanges.Word w : changes.words()) {
                System.out.printf(
                        Locale.ROOT,
                        "  %-16s %8.3f  cosine %s%n",
                        word(tokenizer, w.token()),
                        w.change(),
                        cosine(w.cosine()));
            }
        }
    }

    /** There is no angle to what was all zeros. */
    private static String cosine(double cosine) {
        return Double.isNaN(cosine) ? "–" : String.format(Locale.ROOT, "%.4f", cosine);
    }

    private static String relative(WeightChanges.Row row) {
        return row.before() > 0
                ? String.format(Locale.ROOT, "%.3f", row.change() / row.before())
                : row.change() > 0 ? String.format(Locale.ROOT, "%.3f from 0", row.change()) : "unchanged";
    }

    private static void printJson(WeightChanges changes, Optional<Tokenizer> tokenizer) {
        var node = Json.object();
        var rows = node.putArray("parts");
        for (WeightChanges.Row row : changes.rows()) {
            var r = rows.addObject();
            r.put("layer", row.layer());
            r.put("part", row.part());
            r.put("numbers", row.numbers());
            Json.put(r, "before", row.before());
            Json.put(r, "after", row.after());
            Json.put(r, "change", row.change());
            Json.put(r, "relative", row.before() > 0 ? row.change() / row.before() : Double.NaN);
            Json.put(r, "cosine", row.cosine());
        }
        var words = node.putArray("words");
        for (WeightChanges.Word w : changes.words()) {
            var entry = words.addObject();
            entry.put("token", w.token());
            entry.put("text", word(tokenizer, w.token()));
            Json.put(entry, "change", w.change());
            Json.put(entry, "cosine", w.cosine());
        }
        System.out.println(node);
    }
}
