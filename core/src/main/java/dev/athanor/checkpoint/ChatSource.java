package dev.athanor.checkpoint;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What a model's files say about conversations, as Hugging Face's transformers writes it: {@code chat_template.jinja},
 * or {@code chat_template} in {@code tokenizer_config.json} or {@code chat_template.json}, and the names of its special
 * tokens.
 *
 * @param origin where the template was found, for people
 * @param templates source by name; {@code default} is the one for conversations; empty for a base model
 * @param tokens text by name: {@code bos_token}, {@code eos_token} and others
 */
public record ChatSource(String origin, Map<String, String> templates, Map<String, String> tokens) {
    /** The file of a template alone. */
    public static final String JINJA = "chat_template.jinja";

    private static final long MOST_BYTES = 16 << 20;
    private static final String DEFAULT = "default";
    private static final List<String> TOKENS =
            List.of("bos_token", "eos_token", "pad_token", "unk_token", "sep_token", "cls_token");

    /** Nothing is said. */
    public static final ChatSource NONE = new ChatSource("", Map.of(), Map.of());

    public ChatSource {
        templates = Map.copyOf(templates);
        tokens = Map.copyOf(tokens);
    }

    /** The template for conversations, with tools if there is one of its own for these. */
    public Optional<String> template(boolean tools) {
        String own = tools ? templates.get("tool_use") : null;
        return Optional.ofNullable(own != null ? own : templates.get(DEFAULT));
    }

    /** One template under its usual name. */
    public static ChatSource of(String origin, String template, Map<String, String> tokens) {
        return new ChatSource(origin, Map.of(DEFAULT, template), tokens);
    }

    /** What the files in {@code directory} say. */
    public static ChatSource read(Path directory) {
        Map<String, String> templates = new LinkedHashMap<>();
        Map<String, String> tokens = new LinkedHashMap<>();
        String origin = "";
        Path config = directory.resolve("tokenizer_config.json");
        if (Files.isRegularFile(config)) {
            JsonNode node = StrictJson.object(TextFile.read(config, MOST_BYTES), config.toString());
            TOKENS.forEach(name -> token(node.path(name)).ifPresent(text -> tokens.put(name, text)));
            templates(node.path("chat_template"), config, templates);
            origin = templates.isEmpty() ? "" : "chat_template in " + config.getFileName();
        }
        Path json = directory.resolve("chat_template.json");
        if (Files.isRegularFile(json)) {
            JsonNode node = StrictJson.object(TextFile.read(json, MOST_BYTES), json.toString());
            templates(node.path("chat_template"), json, templates);
            origin = templates.isEmpty() ? origin : String.valueOf(json.getFileName());
        }
        Path jinja = directory.resolve(JINJA);
        if (Files.isRegularFile(jinja)) {
            templates.put(DEFAULT, TextFile.read(jinja, MOST_BYTES));
            origin = String.valueOf(jinja.getFileName());
        }
        return new ChatSource(origin, templates, tokens);
    }

    /** A token is its text, or an object with its text as {@code content}. */
    private static Optional<String> token(JsonNode node) {
        JsonNode text = node.isObject() ? node.path("content") : node;
        return text.isString() ? Optional.of(text.stringValue()) : Optional.empty();
    }

    private static void templates(JsonNode node, Path file, Map<String, String> into) {
        if (node.isString()) {
            into.put(DEFAULT, node.stringValue());
        } else if (node.isArray()) {
            for (JsonNode one : node) {
                if (!one.path("name").isString() || !one.path("template").isString()) {
                    throw new ModelFormatException(
                            file + ": chat_template: expected objects with a name and a template, found another");
                }
                into.put(one.path("name").stringValue(), one.path("template").stringValue());
            }
        } else if (!node.isMissingNode() && !node.isNull()) {
            throw new ModelFormatException(file + ": chat_template: expected a text or a list, found "
                    + Quote.of(node.getNodeType().toString()));
        }
    }
}
