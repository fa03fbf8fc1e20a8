package dev.athanor.cli;

import dev.athanor.LanguageModel;
import dev.athanor.corpus.TextSources;
import dev.athanor.evaluate.Perplexity;
import dev.athanor.model.RunOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code athanor perplexity}: how well a model predicts a text. */
@Command(
        name = "perplexity",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Measure how well a model predicts a text: perplexity of a token and bits per byte.",
        footer = {"", "Example:  athanor perplexity --model runs/tales --data tales:seed=2,stories=200"})
final class PerplexityCommand implements Callable<Integer> {
    @Mixin
    private final ModelOption model = new ModelOption();

    @Option(
            names = "--data",
            required = true,
            paramLabel = "SRC",
            description = "Text to predict, as for train; may be given several times.")
    private final List<String> data = new ArrayList<>();

    @Option(
            names = "--context",
            paramLabel = "N",
            description = "Tokens of a window (default: as many as the model reads).")
    private int context;

    @Option(
            names = "--stride",
            paramLabel = "N",
            description = "Tokens by which windows move; each token is predicted once (default: half a window).")
    private int stride;

    @Option(names = "--max-tokens", paramLabel = "N", description = "Stop after N tokens (default: all of the text).")
    private long maxTokens;

    @Mixin
    private final ExactMatmulOption matmul = new ExactMatmulOption();

    @Mixin
    private final WeightsOption weights = new WeightsOption();

    @Mixin
    private final KvOption kv = new KvOption();

    @Mixin
    private final Common common = new Common();

    @Override
    public Integer call() {
        try (LanguageModel open = model.open(
                common,
                new RunOptions(
                        common.threads(), kv.type(common), matmul.choice(), weights.of(model.directory(), common)))) {
            Perplexity.Options options = options(open.transformer().config().contextLength());
            long began = System.nanoTime();
            Perplexity.Result result = Perplexity.measure(
                    open.transformer(), open.tokenizer(), TextSources.named(data), options, now -> show(now, began));
            if (Terminal.onStandardError()) {
                System.err.print("\r\033[K");
            }
            print(result);
        }
        return 0;
    }

    private Perplexity.Options options(int most) {
        int window = most;
        if (common.given("--context")) {
            common.require("--context", context, 1, most);
            window = context;
        }
        int step = Math.max(1, window / 2);
        if (common.given("--stride")) {
            common.require("--stride", stride, 1, window);
            step = stride;
        }
        if (common.given("--max-tokens")) {
            common.requireAtLeast("--max-tokens", maxTokens, 1);
        }
        return new Perplexity.Options(window, step, maxTokens);
    }

    private static void show(Perplexity.Result now, long began) {
        if (Terminal.onStandardError()) {
            double seconds = (System.nanoTime() - began) / 1e9;
            System.err.printf(
                    Locale.ROOT,
                    "\r\033[K%,d tokens  perplexity %.3f  %,.0f tokens/s",
                    now.tokens(),
                    now.perplexity(),
                    now.tokens() / seconds);
        }
    }

    private void print(Perplexity.Result result) {
        if (common.json) {
            var node = Json.object();
            Json.put(node, "perplexity", result.perplexity());
            Json.put(node, "bits_per_byte", result.bitsPerByte());
            node.put("tokens", result.tokens());
            node.put("bytes", result.bytes());
            System.out.println(node);
        } else {
            System.out.printf(
                    Locale.ROOT,
                    "perplexity     %.4f a token%nbits per byte  %.4f%ntokens         %,d (%,d bytes)%n",
                    result.perplexity(),
                    result.bitsPerByte(),
                    result.tokens(),
                    result.bytes());
        }
    }
}
