package dev.athanor.cli;

import dev.athanor.LanguageModel;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which model to open. */
final class ModelOption {
    @Option(
            names = "--model",
            required = true,
            paramLabel = "DIR",
            description = "Model directory with config.json, model.safetensors and tokenizer.json.")
    Path directory = Path.of("");

    LanguageModel open(Common common) {
        return LanguageModel.open(directory, common.threads());
    }
}
