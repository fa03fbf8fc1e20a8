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

/**
 * {@code metrics.jsonl}: one JSON object per line, one line per step, and one per sample. A resumed run first drops the
 * lines behind the step it continues from, so that no step stands there twice.
 */
final class Metrics {
    private static final JsonMapper MAPPER = new JsonMapper();

    private final Path file;

    Metrics(Path file) {
        this.file = file;
    }

    void startOver() {
        try {
            if (file.toAbsolutePath().getParent() instanceof Path parent) {
                Files.createDirectories(parent);
            }
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    /** Keeps what was written up to {@code step}. */
    void cutAfter(long step) {
        StringBuilder kept = new StringBuilder();
        for (JsonNode node : read(file)) {
            if (node.path("step").asLong() <= step) {
                kept.append(node).append('\n');
            }
        }
        WholeFile.write(file, kept.toString());
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
        append(node);
    }

    /** Text the model wrote after {@code step}. */
    void addSample(long step, String text) {
        ObjectNode node = MAPPER.createObjectNode();
        node.put("step", step);
        node.put("sample", text);
        append(node);
    }

    private void append(ObjectNode node) {
        try {
            Files.writeString(
                    file, node + "\n", StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw unwritable(e);
        }
    }

    private UncheckedIOException unwritable(IOException e) {
        return new UncheckedIOException(
                file + ": cannot be written: " + e + "; free some space or choose another directory", e);
    }

    /** All whole lines of a metrics file; a crash may have cut off the last. */
    static List<JsonNode> read(Path file) {
        if (!Files.exists(file)) {
            return List.of();
        }
        List<JsonNode> nodes = new ArrayList<>();
        try {
            for (String line : new String(Files.readAllBytes(file), StandardCharsets.UTF_8).split("\n")) {
                JsonNode node = MAPPER.readTree(line);
                if (!node.isObject()) {
                    break;
                }
                nodes.add(node);
            }
        } catch (JacksonException torn) {
            return List.copyOf(nodes);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be read: " + e, e);
        }
        return List.copyOf(nodes);
    }
}
