package dev.athanor.cli;

import dev.athanor.checkpoint.gguf.QuantisedCopy;
import dev.athanor.tensor.DType;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** In which type a model directory's weights are run. */
final class WeightsOption {
    @Option(
            names = "--weights",
            paramLabel = "TYPE",
            description =
                    "Run a model directory with its matrices in q8_0, q6_k, q4_k, q4_0, f16 or bf16: they are quantised "
                            + "once, into files kept in the directory, which may be deleted (default: as they are).")
    private @Nullable String type;

    /** The model to open for {@code path}: itself, or its copy in the type asked for, which is made if need be. */
    Path of(Path path, Common common) {
        if (type == null) {
            return path;
        }
        DType wanted = WeightTypes.of("--weights", type, common);
        Path file = QuantisedCopy.file(path, wanted);
        boolean there = Files.exists(file);
        ByteProgress progress = new ByteProgress(System.err, Terminal.onStandardError());
        Path copy = QuantisedCopy.of(path, wanted, progress);
        if (!there) {
            progress.finish();
            System.err.println("athanor: " + file + " and its rows are kept for the next time");
        }
        return copy;
    }
}
