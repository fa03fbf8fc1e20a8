package dev.athanor.checkpoint;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/** Typed reading of one JSON object: a field is absent (its default holds), null (the same) or exactly of its kind. */
final class ConfigFields {
    private final JsonNode json;
    private final String where;
    private final Set<String> read = new HashSet<>();

    ConfigFields(JsonNode json, String where) {
        this.json = json;
        this.where = where;
    }

    String where() {
        return where;
    }

    /** The value of a field; missing when it is absent. */
    JsonNode node(String name) {
        read.add(name);
        return json.path(name);
    }

    boolean given(String name) {
        JsonNode node = node(name);
        return !node.isMissingNode() && !node.isNull();
    }

    boolean absent(String name) {
        return node(name).isMissingNode();
    }

    /** A whole number of 1 to {@code most}. */
    int whole(String name, int otherwise, int most) {
        if (!given(name)) {
            return otherwise;
        }
        JsonNode node = node(name);
        if (!node.isIntegralNumber() || !node.canConvertToInt() || node.asInt() < 1 || node.asInt() > most) {
            throw fail(name + " to be a whole number between 1 and " + most, node);
        }
        return node.asInt();
    }

    /** A finite number above 0. */
    double positive(String name, double otherwise) {
        if (!given(name)) {
            return otherwise;
        }
        JsonNode node = node(name);
        if (!node.isNumber() || !Double.isFinite(node.asDouble()) || !(node.asDouble() > 0)) {
            throw fail(name + " to be a number above 0", node);
        }
        return node.asDouble();
    }

    boolean flag(String name, boolean otherwise) {
        if (!given(name)) {
            return otherwise;
        }
        JsonNode node = node(name);
        if (!node.isBoolean()) {
            throw fail(name + " to be true or false", node);
        }
        return node.asBoolean();
    }

    /** A field that must have the value Athanor computes with. */
    void requireFlag(String name, boolean otherwise, boolean wanted) {
        if (flag(name, otherwise) != wanted) {
            throw fail(name + " to be " + wanted + " (Athanor does not compute the other)", node(name));
        }
    }

    String text(String name, String otherwise) {
        if (!given(name)) {
            return otherwise;
        }
        if (!node(name).isString()) {
            throw fail(name + " to be a string", node(name));
        }
        return node(name).asString();
    }

    void requireText(String name, String otherwise, List<String> wanted) {
        if (!wanted.contains(text(name, otherwise))) {
            throw fail(name + " to be " + String.join(" or ", wanted), node(name));
        }
    }

    /** Names in the object that nobody asked for. */
    Set<String> unread() {
        Set<String> names = new TreeSet<>(json.propertyNames());
        names.removeAll(read);
        return names;
    }

    ModelFormatException fail(String expected, JsonNode found) {
        return fail(expected, found.isMissingNode() ? "nothing" : found.toString());
    }

    ModelFormatException fail(String expected, String found) {
        return new ModelFormatException(where + ": expected " + expected + ", found " + Quote.of(found));
    }
}
