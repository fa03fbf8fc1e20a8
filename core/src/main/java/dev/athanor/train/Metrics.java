package dev.athanor.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code metrics.jsonl}: one line per step. A resumed run first drops the lines behind the step it continues from. */
final class Metrics {
    private static final JsonMapper MAPPER = new JsonMapper();

    private final Path file;

    Metrics(Path file) {
        this.file = file;
    }

    void startOver() {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be written: " + e.getMessage(), e);
        }
    }

    void cutAfter(long step) {
        List<String> kept = new ArrayList<>();
        for (JsonNode node : read(file)) {
            if (node.path("step").asLong() <= step) {
                kept.add(node.toString());
            }
        }
        try {
            Files.write(file, kept, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be written: " + e.getMessage(), e);
        }
    }

    void add(Progress p) {
        ObjectNode node = MAPPER.createObjectNode();
        node.put("step", p.step());
        node.put("loss", p.loss());
        if (p.evaluated()) {
            node.put("val_loss", p.validationLoss());
        }
        node.put("learning_rate", p.learningRate());
        node.put("gradient_norm", p.gradientNorm());
        node.put("tokens_per_second", p.tokensPerSecond());
        node.put("seconds", p.seconds());
        try {
            Files.writeString(file, node + "\n", StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be written: " + e.getMessage(), e);
        }
    }

    /** All whole lines of a metrics file; the last may be cut off by a crash. */
    static List<JsonNode> read(Path file) {
        List<JsonNode> nodes = new ArrayList<>();
        if (!Files.exists(file)) {
            return nodes;
        }
        try {
            for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
                try {
                    nodes.add(MAPPER.readTree(line));
                } catch (JacksonException e) {
                    break;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be read: " + e.getMessage(), e);
        }
        return nodes;
    }
}
