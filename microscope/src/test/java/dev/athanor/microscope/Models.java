package dev.athanor.microscope;

import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.kernel.Compute;
import dev.athanor.model.Transformer;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** Random models of every family. */
public final class Models {
    public static final List<String> ALL = List.of(
            "gpt2",
            "gpt-neox-parallel",
            "gpt-neox-sequential",
            "llama-gqa",
            "llama-tied",
            "mistral-window",
            "qwen2",
            "qwen3");

    private static final Path PARITY = Path.of("..", "core", "src", "test", "resources", "parity");

    private Models() {}

    /** Opens the model for the length of {@code check}. */
    public static void with(String name, Consumer<Microscope> check) {
        try (Compute compute = Compute.create(2)) {
            check.accept(new Microscope(new Transformer(Checkpoint.load(PARITY.resolve(name)), compute)));
        }
    }
}
