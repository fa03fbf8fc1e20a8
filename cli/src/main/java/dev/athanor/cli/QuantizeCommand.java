package dev.athanor.cli;

import dev.athanor.checkpoint.gguf.GgufModel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code athanor quantize}: a smaller GGUF file and what it cost. */
@Command(
        name = "quantize",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Write a model as a GGUF file of smaller numbers and show sizes and errors per kind of tensor.",
        footer = {
            "",
            "Vectors and norms stay F32; with q4_0 and q4_k the head gets q6_k; rows that are no whole blocks q8_0 or f16.",
            "Example:  athanor quantize --model runs/quickstart --type q8_0 --out tales-q8_0.gguf"
        })
final class QuantizeCommand implements Callable<Integer> {
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

    @Mixin
    private final Common common = new Common();

    @Override
    public Integer call() {
        if (!GgufModel.isNamed(out)) {
            throw common.usage("--out: expected a name that ends in .gguf, found " + out);
        }
        ConversionReport.run(
                model,
                out,
                Optional.of(WeightTypes.of(type, common)),
                common,
                (result, size) -> ConversionReport.table(System.out, result));
        return 0;
    }
}
