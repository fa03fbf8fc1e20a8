package dev.athanor.langchain4j;

import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.chat.request.json.JsonAnyOfSchema;
import dev.langchain4j.model.chat.request.json.JsonArraySchema;
import dev.langchain4j.model.chat.request.json.JsonBooleanSchema;
import dev.langchain4j.model.chat.request.json.JsonEnumSchema;
import dev.langchain4j.model.chat.request.json.JsonIntegerSchema;
import dev.langchain4j.model.chat.request.json.JsonNullSchema;
import dev.langchain4j.model.chat.request.json.JsonNumberSchema;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonReferenceSchema;
import dev.langchain4j.model.chat.request.json.JsonSchemaElement;
import dev.langchain4j.model.chat.request.json.JsonStringSchema;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * LangChain4j's schemas as JSON Schema. An object that names properties has no others unless the schema allows them.
 */
final class Schemas {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final int MOST_DEPTH = 64;

    private Schemas() {}

    static JsonNode json(JsonSchemaElement element) {
        return json(element, 0);
    }

    private static JsonNode json(JsonSchemaElement element, int depth) {
        if (depth > MOST_DEPTH) {
            throw new UnsupportedFeatureException("schema: expected at most " + MOST_DEPTH
                    + " levels, found more, which are not supported; use references");
        }
        if (element instanceof JsonRawSchema raw) {
            return raw(raw);
        }
        ObjectNode node = MAPPER.createObjectNode();
        switch (element) {
            case JsonObjectSchema object -> object(object, node, depth);
            case JsonArraySchema array -> {
                node.put("type", "array");
                if (array.items() != null) {
                    node.set("items", json(array.items(), depth + 1));
                }
            }
            case JsonEnumSchema words -> {
                node.put("type", "string");
                ArrayNode list = node.putArray("enum");
                words.enumValues().forEach(list::add);
            }
            case JsonAnyOfSchema any -> {
                ArrayNode list = node.putArray("anyOf");
                any.anyOf().forEach(one -> list.add(json(one, depth + 1)));
            }
            case JsonReferenceSchema reference -> node.put("$ref", "#/$defs/" + reference.reference());
            case JsonStringSchema _ -> node.put("type", "string");
            case JsonIntegerSchema _ -> node.put("type", "integer");
            case JsonNumberSchema _ -> node.put("type", "number");
            case JsonBooleanSchema _ -> node.put("type", "boolean");
            case JsonNullSchema _ -> node.put("type", "null");
            default ->
                throw new UnsupportedFeatureException("schema: expected one of LangChain4j's own kinds, found "
                        + element.getClass().getName() + ", which is not supported; use a JsonRawSchema");
        }
        if (element.description() != null) {
            node.put("description", element.description());
        }
        return node;
    }

    private static void object(JsonObjectSchema object, ObjectNode node, int depth) {
        node.put("type", "object");
        ObjectNode properties = node.putObject("properties");
        object.properties().forEach((name, value) -> properties.set(name, json(value, depth + 1)));
        if (!object.required().isEmpty()) {
            ArrayNode required = node.putArray("required");
            object.required().forEach(required::add);
        }
        if (object.additionalProperties() != null) {
            node.put("additionalProperties", object.additionalProperties());
        } else if (!object.properties().isEmpty()) {
            node.put("additionalProperties", false);
        }
        if (!object.definitions().isEmpty()) {
            ObjectNode definitions = node.putObject("$defs");
            object.definitions().forEach((name, value) -> definitions.set(name, json(value, depth + 1)));
        }
    }

    private static JsonNode raw(JsonRawSchema raw) {
        try {
            return MAPPER.readTree(raw.schema());
        } catch (JacksonException e) {
            throw Failures.invalid("schema: expected JSON, found " + e.getOriginalMessage(), e);
        }
    }
}
