package dev.athanor.cli;

import dev.athanor.LanguageModel;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which model to open. */
final class ModelOption {
    @Option(
            names = "--model",
            required = true,
            paramLabel = "PATH",
            description = "Model directory with config.json, model.safetensors and tokenizer.json, or a GGUF file.")
    Path directory = Path.of("");

    /** Opens the model; what its configuration says that Athanor does not know goes to standard error. */
    LanguageModel open(Common common) {
        LanguageModel model = LanguageModel.open(directory, common.threads());
        model.notes().forEach(note -> System.err.println("athanor: " + note));
        return model;
    }
}
