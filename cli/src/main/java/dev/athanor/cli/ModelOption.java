package dev.athanor.cli;

import dev.athanor.LanguageModel;
import dev.athanor.hub.HubCache;
import dev.athanor.hub.HubException;
import dev.athanor.hub.ModelName;
import dev.athanor.kernel.MatrixChoice;
import dev.athanor.model.RunOptions;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Which model to open. */
final class ModelOption {
    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it before the command runs
    private CommandSpec spec;

    @Option(
            names = "--model",
            required = true,
            paramLabel = "PATH|ORG/NAME",
            description =
                    "Model directory with config.json, model.safetensors and tokenizer.json, a GGUF file, or a model "
                            + "that pull has fetched.")
    private String model = "";

    /**
     * The directory: a path that exists, else the snapshot of the model of that name in the cache, without using the
     * network.
     */
    Path directory() {
        return find(spec, model);
    }

    /** As {@link #directory}, for another option's model. */
    static Path find(CommandSpec spec, String model) {
        Path path = Path.of(model);
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return path;
        }
        Optional<ModelName> name = ModelName.parse(model);
        if (name.isEmpty()) {
            return path; // whoever opens it says that nothing is there
        }
        return new HubCache(Main.of(spec).hub().cache())
                .snapshot(name.get())
                .orElseThrow(() -> new HubException(model
                        + ": expected a folder, a GGUF file or a model that was fetched before, found neither; if it is a model of "
                        + "the hub, run athanor pull " + Shell.quote(model)));
    }

    /** Opens the model to compute in F32. */
    LanguageModel open(Common common) {
        return open(common, exactly(common));
    }

    /** How commands run a model whose numbers they show: the same on every machine. */
    static RunOptions exactly(Common common) {
        return RunOptions.of(common.threads()).with(MatrixChoice.VECTOR);
    }

    /** As {@link #open(Common)}, run as {@code options} say. */
    LanguageModel open(Common common, RunOptions options) {
        return noted(LanguageModel.open(directory(), options));
    }

    /** As {@link #open(Common, RunOptions)}, for a command whose first word somebody waits for. */
    LanguageModel openQuickly(Common common, RunOptions options) {
        return noted(LanguageModel.openQuickly(directory(), options));
    }

    private static LanguageModel noted(LanguageModel opened) {
        opened.notes().forEach(note -> System.err.println("athanor: " + note));
        return opened;
    }
}
