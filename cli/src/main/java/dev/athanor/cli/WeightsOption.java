package dev.athanor.cli;

import dev.athanor.checkpoint.gguf.QuantisedCopy;
import dev.athanor.tensor.DType;
import java.nio.file.Path;
import java.util.Optional;
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

    /** The type asked for; the copy of {@code directory} in it is made now, if it must be, and said. */
    Optional<DType> of(Path directory, Common common) {
        if (type == null) {
            return Optional.empty();
        }
        DType wanted = WeightTypes.of("--weights", type, common);
        ByteProgress progress = new ByteProgress(System.err, Terminal.onStandardError());
        QuantisedCopy.Copy copy = QuantisedCopy.of(directory, wanted, progress);
        copy.conversion().ifPresent(result -> {
            progress.finish();
            ConversionReport.reasons(result).forEach(reason -> System.err.println("athanor: " + reason));
            System.err.println("athanor: " + copy.file() + " is kept for the next time");
        });
        copy.rows().ifPresent(rows -> System.err.println("athanor: " + rows + " is kept for the next time"));
        return Optional.of(wanted);
    }
}
