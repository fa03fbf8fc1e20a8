package dev.athanor.cli;

import dev.athanor.checkpoint.gguf.Conversion;
import dev.athanor.checkpoint.gguf.GgufModel;
import dev.athanor.corpus.TextSource;
import dev.athanor.corpus.TextSources;
import dev.athanor.tokenizer.TokenizerFormatException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** {@code athanor quantize}: a smaller GGUF file and what it cost. */
@Command(
        name = "quantize",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Write a model as a GGUF file of smaller numbers and show sizes, errors and perplexity before and after.",
        footer = {
            "",
            "Vectors and norms stay F32; with q4_0 and q4_k the head gets q6_k; rows that are no whole blocks q8_0 or f16.",
            "Example:  athanor quantize --model runs/quickstart --type q8_0 --out tales-q8_0.gguf"
        })
final class QuantizeCommand implements Callable<Integer> {
    /** A text that every installation has. */
    private static final String USUAL_TEXT = "tales:seed=2,stories=200";

    @Option(
            names = "--model",
            required = true,
            paramLabel = "PATH",
            description = "Model directory or GGUF file to read.")
    private Path model = Path.of("");

    @Option(
            names = "--type",
            required = true,
            paramLabel = "TYPE",
            description = "Type of the matrices: q8_0, q6_k, q4_k, q4_0, f16, bf16 or f32.")
    private String type = "";

    @Option(
            names = "--out",
            required = true,
            paramLabel = "FILE",
            description = "New GGUF file; an existing one is never overwritten.")
    private Path out = Path.of("");

    @Option(
            names = "--data",
            paramLabel = "SRC",
            description = "Text on which the perplexity before and after is measured, as for train (default: "
                    + USUAL_TEXT + "); may be given several times.")
    private final List<String> data = new ArrayList<>();

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            description = "Tokens of that text, 0 to measure none (default: ${DEFAULT-VALUE}).")
    private long maxTokens = 8192;

    @Mixin
    private final Common common = new Common();

    @Override
    public Integer call() {
        if (!GgufModel.isNamed(out)) {
            throw common.usage("--out: expected a name that ends in .gguf, found " + out);
        }
        common.requireAtLeast("--max-tokens", maxTokens, 0);
        TextSource text = TextSources.named(data.isEmpty() ? List.of(USUAL_TEXT) : data);
        Conversion.Result result = ConversionReport.run(model, out, Optional.of(WeightTypes.of(type, common)));
        Optional<QuantisationCost> cost = maxTokens == 0 ? Optional.empty() : cost(text);
        if (common.json) {
            ObjectNode node = ConversionReport.json(out, result);
            cost.ifPresent(found -> found.put(node));
            System.out.println(node);
        } else {
            ConversionReport.table(System.out, result);
            cost.ifPresent(found -> found.print(System.out));
        }
        return 0;
    }

    /** Nothing, and a sentence on standard error, where the model cannot read the usual text. */
    private Optional<QuantisationCost> cost(TextSource text) {
        try {
            return Optional.of(QuantisationCost.measure(model, out, text, maxTokens, common.threads()));
        } catch (TokenizerFormatException e) {
            System.err.println("athanor: perplexity was not measured: " + e.getMessage());
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            if (!data.isEmpty()) {
                throw e;
            }
            System.err.println("athanor: perplexity was not measured, name a text with --data: " + e.getMessage());
            return Optional.empty();
        }
    }
}
