package dev.athanor.train;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;

/** Reads and writes presets as JSON with comments, and refuses whatever it does not know. */
final class PresetFiles {
    static final List<String> NAMES = List.of(
            "tales", "nano-char", "best-char", "small-10m", "gpt2-124m", "jdk", "induction", "induction-rotary");

    /** A recipe is a page of text; anything larger is another kind of file. */
    private static final long MAX_BYTES = 1 << 16;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(
                    DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                    DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
                    DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
                    DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES,
                    DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    private PresetFiles() {}

    static Preset named(String name) {
        if (name.endsWith(".json")) {
            return read(Path.of(name));
        }
        if (!NAMES.contains(name)) {
            throw new IllegalArgumentException("preset: expected one of " + String.join(", ", NAMES)
                    + " or a file that ends in .json, found \"" + name + "\"");
        }
        try (InputStream in = PresetFiles.class.getResourceAsStream("/dev/athanor/train/presets/" + name + ".json")) {
            if (in == null) {
                throw new IllegalStateException("preset " + name + " is missing from the program");
            }
            return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8), name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Preset read(Path file) {
        try {
            if (!Files.isRegularFile(file)) {
                throw new IllegalArgumentException("preset " + file + ": expected a file, found none");
            }
            if (Files.size(file) > MAX_BYTES) {
                throw new IllegalArgumentException(
                        "preset " + file + ": expected at most " + MAX_BYTES + " bytes, found " + Files.size(file));
            }
            return parse(Files.readString(file, StandardCharsets.UTF_8), file.toString());
        } catch (IOException e) {
            throw new UncheckedIOException("preset " + file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    static Preset parse(String json, String where) {
        try {
            return MAPPER.readValue(json, Preset.class);
        } catch (UnrecognizedPropertyException e) {
            throw new IllegalArgumentException(
                    "preset " + where + ": expected only known fields, found \"" + e.getPropertyName()
                            + "\"; the fields here are " + e.getKnownPropertyIds(),
                    e);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("preset " + where + ": " + sentence(e), e);
        }
    }

    /** The records' own sentences come wrapped; what Jackson adds about its switches does not help a person. */
    private static String sentence(JacksonException e) {
        if (e.getCause() instanceof IllegalArgumentException refused) {
            return String.valueOf(refused.getMessage());
        }
        String message = e.getOriginalMessage()
                .replaceAll("[;(] ?(set |but might |index |`Deser).*", "")
                .replace("creator property", "field");
        String path = e.getPath().stream()
                .map(JacksonException.Reference::getPropertyName)
                .collect(Collectors.joining("."));
        return (path.isEmpty() ? "" : "field " + path + ": ") + message.strip();
    }

    static String write(Preset preset) {
        return MAPPER.writeValueAsString(preset) + "\n";
    }
}
