package dev.athanor.generate.constraint;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * A schema inside the document.
 *
 * @param schema the schema
 * @param pointer JSON pointer to it from the document's root
 * @param depth how many names the pointer has
 */
record Place(JsonNode schema, String pointer, int depth) {
    boolean has(String keyword) {
        return schema.isObject() && schema.has(keyword);
    }

    JsonNode get(String keyword) {
        return schema.path(keyword);
    }

    /** Whether every value satisfies it, as far as can be seen at once. */
    boolean isTrivial() {
        return schema.isBoolean() ? schema.booleanValue() : schema.isEmpty();
    }

    boolean isFalse() {
        return schema.isBoolean() && !schema.booleanValue();
    }

    Place child(String keyword) {
        return new Place(schema.path(keyword), pointer + "/" + escaped(keyword), depth + 1);
    }

    /** Schemas in the array or object at {@code keyword}. */
    List<Place> children(String keyword) {
        Place parent = child(keyword);
        List<Place> all = new ArrayList<>();
        if (parent.schema.isArray()) {
            for (int i = 0; i < parent.schema.size(); i++) {
                all.add(new Place(parent.schema.path(i), parent.pointer + "/" + i, depth + 2));
            }
        } else if (parent.schema.isObject()) {
            for (Map.Entry<String, JsonNode> entry : parent.schema.properties()) {
                all.add(parent.child(entry.getKey()));
            }
        }
        return all;
    }

    /** How a sentence names it. */
    String shown() {
        return "#" + Json.shown(pointer);
    }

    /** How a sentence names one of its keywords. */
    String shown(String keyword) {
        return "#" + Json.shown(pointer + "/" + escaped(keyword));
    }

    private static String escaped(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }
}
