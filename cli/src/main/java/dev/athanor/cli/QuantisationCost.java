package dev.athanor.cli;

import dev.athanor.checkpoint.OpenModel;
import dev.athanor.checkpoint.gguf.ModelFiles;
import dev.athanor.corpus.TextSource;
import dev.athanor.evaluate.Perplexity;
import dev.athanor.kernel.Compute;
import dev.athanor.model.Transformer;
import dev.athanor.tokenizer.Tokenizer;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Locale;
import tools.jackson.databind.node.ObjectNode;

/**
 * How well a model predicts a text before and after its weights were made smaller: same tokens, same windows.
 *
 * @param text what was predicted
 */
record QuantisationCost(String text, Perplexity.Result before, Perplexity.Result after) {
    /**
     * Predicts the same tokens of {@code text} with both models.
     *
     * @throws dev.athanor.tokenizer.TokenizerFormatException where {@code from} has no tokenizer
     * @throws IllegalArgumentException where its tokenizer has no tokens for the text
     */
    static QuantisationCost measure(Path from, Path to, TextSource text, long maxTokens, int threads) {
        try (OpenModel model = ModelFiles.open(from);
                Compute compute = Compute.create(threads)) {
            Tokenizer tokenizer = model.tokenizer();
            Perplexity.Result before = measure(model, tokenizer, text, maxTokens, compute, "before");
            try (OpenModel small = ModelFiles.open(to)) {
                Perplexity.Result after = measure(small, tokenizer, text, maxTokens, compute, "after");
                return new QuantisationCost(text.name(), before, after);
            }
        }
    }

    private static Perplexity.Result measure(
            OpenModel model, Tokenizer tokenizer, TextSource text, long maxTokens, Compute compute, String when) {
        Transformer transformer = new Transformer(model.parameters(), compute);
        Perplexity.Options usual = Perplexity.Options.of(transformer);
        Perplexity.Options options = new Perplexity.Options(usual.context(), usual.stride(), maxTokens);
        boolean live = Terminal.onStandardError();
        Perplexity.Result result = Perplexity.measure(transformer, tokenizer, text, options, now -> {
            if (live) {
                System.err.printf(
                        Locale.ROOT, "\r\033[Kperplexity %s: %.3f, %,d tokens", when, now.perplexity(), now.tokens());
            }
        });
        if (live) {
            System.err.print("\r\033[K");
        }
        return result;
    }

    void print(PrintStream out) {
        out.printf(Locale.ROOT, "%n%-15s %10s %10s%n", "", "before", "after");
        row(out, "perplexity", before.perplexity(), after.perplexity());
        row(out, "bits per byte", before.bitsPerByte(), after.bitsPerByte());
        out.printf(Locale.ROOT, "measured on %s: %,d tokens%n", text, before.tokens());
    }

    private static void row(PrintStream out, String name, double was, double is) {
        out.printf(Locale.ROOT, "%-15s %10.4f %10.4f  %+.2f %%%n", name, was, is, 100 * (is / was - 1));
    }

    void put(ObjectNode node) {
        Json.put(node, "perplexity_before", before.perplexity());
        Json.put(node, "perplexity_after", after.perplexity());
        Json.put(node, "bits_per_byte_before", before.bitsPerByte());
        Json.put(node, "bits_per_byte_after", after.bitsPerByte());
        node.put("perplexity_tokens", before.tokens());
        node.put("perplexity_data", text);
    }
}
