package dev.athanor.chat.template;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What reference implementations make of templates; {@code make-goldens.mjs} beside the file tells how it was made. */
final class Goldens {
    static final LocalDateTime NOW = LocalDateTime.of(2025, 3, 4, 15, 6, 7);

    private final JsonNode root;

    private Goldens(JsonNode root) {
        this.root = root;
    }

    static Goldens read() {
        try (InputStream in = Objects.requireNonNull(Goldens.class.getResourceAsStream("goldens.json"))) {
            return new Goldens(JsonMapper.shared().readTree(in));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Map<String, String> templates() {
        return root.get("templates").properties().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().stringValue(), (a, _) -> a, LinkedHashMap::new));
    }

    String template(String name) {
        return Objects.requireNonNull(templates().get(name));
    }

    List<JsonNode> rendered() {
        return root.get("rendered").values().stream().toList();
    }

    List<JsonNode> expressions() {
        return root.get("expressions").values().stream().toList();
    }

    Map<String, Object> conversation(String name) {
        return map(root.get("conversations").get(name));
    }

    List<String> conversations() {
        return List.copyOf(root.get("conversations").propertyNames());
    }

    Map<String, Object> variables() {
        return map(root.get("variables"));
    }

    Map<String, String> trusted() {
        return Map.of(
                "bos_token", root.get("trusted").get("bos_token").stringValue(),
                "eos_token", root.get("trusted").get("eos_token").stringValue());
    }

    private static Map<String, Object> map(JsonNode node) {
        Map<String, Object> map = new LinkedHashMap<>();
        node.properties().forEach(entry -> map.put(entry.getKey(), value(entry.getValue())));
        return map;
    }

    private static Object value(JsonNode node) {
        if (node.isObject()) {
            return map(node);
        }
        if (node.isArray()) {
            List<Object> list = new ArrayList<>();
            node.values().forEach(item -> list.add(value(item)));
            return list;
        }
        if (node.isString()) {
            return node.stringValue();
        }
        if (node.isBoolean()) {
            return node.booleanValue();
        }
        if (node.isNull()) {
            return TemplateNone.NONE;
        }
        return node.isIntegralNumber() ? (Object) node.longValue() : (Object) node.doubleValue();
    }
}
