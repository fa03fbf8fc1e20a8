package dev.athanor.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** JSON from files nobody vouches for: bounded in bytes and depth, no name twice, nothing behind the end. */
final class ChatJson {
    private static final int DEEPEST = 64;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private ChatJson() {}

    /**
     * The object in {@code file}.
     *
     * @throws IllegalArgumentException when it is larger than {@code most} bytes or no object
     * @throws UncheckedIOException when it cannot be read
     */
    static JsonNode object(Path file, long most) {
        try {
            if (Files.isDirectory(file)) {
                throw new IllegalArgumentException(file + ": expected a file, found a folder");
            }
            long size = Files.size(file);
            if (size > most) {
                throw new IllegalArgumentException(file + ": expected at most " + most + " bytes, found " + size);
            }
            JsonNode node = MAPPER.readTree(Files.readString(file, StandardCharsets.UTF_8));
            if (!node.isObject()) {
                throw new IllegalArgumentException(file + ": expected a JSON object, found another value");
            }
            return node;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(file + ": expected text in UTF-8, found bytes that are not", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (JacksonException | IllegalStateException e) {
            String reason = e instanceof JacksonException j ? j.getOriginalMessage() : String.valueOf(e.getMessage());
            throw new IllegalArgumentException(
                    file + ": expected JSON, found text that is none: "
                            + Visible.line(reason.lines().findFirst().orElse("")),
                    e);
        }
    }
}
