package dev.athanor.checkpoint;

import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** The parity checkpoints among the test resources. */
public final class Fixtures {
    public static final List<String> CASES = List.of(
            "gpt2",
            "gpt-neox-parallel",
            "gpt-neox-sequential",
            "llama-gqa",
            "llama-tied",
            "mistral-window",
            "qwen2",
            "qwen3");

    private Fixtures() {}

    public static Path directory(String name) {
        URL url = Objects.requireNonNull(Fixtures.class.getResource("/parity/" + name), name);
        try {
            return Path.of(url.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
