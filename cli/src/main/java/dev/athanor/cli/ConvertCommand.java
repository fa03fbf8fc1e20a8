package dev.athanor.cli;

import dev.athanor.checkpoint.gguf.Conversion;
import dev.athanor.tensor.DType;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code athanor convert}: between Hugging Face directories and GGUF files. */
@Command(
        name = "convert",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Convert a model between a Hugging Face directory and a GGUF file, without loss where the types allow.",
            "A name that ends in .gguf is a GGUF file, any other a directory."
        },
        footer = {
            "",
            "docs/checkpoints.md says what each format keeps.",
            "Example:  athanor convert --from runs/quickstart --to tales.gguf"
        })
final class ConvertCommand implements Callable<Integer> {
    @Option(
            names = "--from",
            required = true,
            paramLabel = "PATH",
            description = "Model directory or GGUF file to read.")
    private Path from = Path.of("");

    @Option(
            names = "--to",
            required = true,
            paramLabel = "PATH",
            description = "New GGUF file or directory; an existing one is never overwritten.")
    private Path to = Path.of("");

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            description =
                    "Type of the matrices: q8_0, q6_k, q4_k, q4_0, f16, bf16 or f32 (default: as they are stored).")
    private Optional<String> type = Optional.empty();

    @Mixin
    private final Common common = new Common();

    @Override
    public Integer call() {
        Optional<DType> wanted = type.map(name -> WeightTypes.of(name, common));
        Conversion.Result result = ConversionReport.run(from, to, wanted);
        if (common.json) {
            System.out.println(ConversionReport.json(to, result));
        } else {
            System.out.println(to + ": " + result.tensors().size() + " tensors, "
                    + ConversionReport.megabytes(ConversionReport.size(result)));
        }
        return 0;
    }
}
