package dev.athanor.cli;

import dev.athanor.checkpoint.gguf.GgufModel;
import dev.athanor.checkpoint.gguf.RandomModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code athanor bench model}: a file of random weights to measure with. */
@Command(
        name = "model",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Write a GGUF file of random weights, to measure speed with: what it says means nothing, and how fast it "
                        + "runs is how fast any model of its shape and type runs.",
        footer = {
            "",
            "With q4_0 and q4_k the head gets q6_k, as when a model is quantised.",
            "Example:  athanor bench model --shape llama-1.1b --type q8_0 --out llama-1.1b-q8_0.gguf"
        })
final class BenchModelCommand implements Callable<Integer> {
    @Option(
            names = "--shape",
            required = true,
            paramLabel = "NAME",
            description = "llama-1.1b (TinyLlama's) or llama-tiny.")
    private String shape = "";

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
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Same seed, same file (default: ${DEFAULT-VALUE}).")
    private int seed;

    @Mixin
    private final Common common = new Common();

    @Override
    public Integer call() {
        if (!GgufModel.isNamed(out)) {
            throw common.usage("--out: expected a name that ends in .gguf, found " + out);
        }
        RandomModel.write(BenchModels.llama(shape), WeightTypes.of(type, common), seed, out);
        long bytes = size(out);
        if (common.json) {
            var node = Json.object();
            node.put("out", out.toString());
            node.put("bytes", bytes);
            System.out.println(node);
        } else {
            System.out.printf(Locale.ROOT, "%s: %.1f MB%n", out, bytes / 1e6);
        }
        return 0;
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": its size could not be read", e);
        }
    }
}
