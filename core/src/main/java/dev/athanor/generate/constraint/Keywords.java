package dev.athanor.generate.constraint;

import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Whether the keywords of a schema are known and hold what they must. */
final class Keywords {
    /** Say something about the schema and nothing about documents. */
    private static final Set<String> REMARKS = Set.of(
            "title",
            "description",
            "default",
            "examples",
            "example",
            "deprecated",
            "readOnly",
            "writeOnly",
            "$comment",
            "$schema");

    /** Longest bound on numbers: its automaton has a state for each pair of digits. */
    private static final int DIGITS = 40;

    private final ConstraintLimits limits;
    private int values;

    Keywords(ConstraintLimits limits) {
        this.limits = limits;
    }

    void check(Place place, String name) {
        JsonNode value = place.get(name);
        switch (name) {
            case "$ref", "pattern" -> expect(place, name, value.isString(), "a string");
            case "$id" ->
                expect(place, name, place.depth() == 0, "no $id below the schema's root, as it moves references");
            case "$defs", "definitions" -> expect(place, name, value.isObject(), "an object of schemas");
            case "properties" -> expect(place, name, value.isObject(), "an object of schemas");
            case "type" -> type(place, value);
            case "nullable" -> expect(place, name, value.isBoolean(), "true or false");
            case "enum" -> {
                expect(place, name, value.isArray() && !value.isEmpty(), "an array of at least one value");
                constant(place, name, value);
            }
            case "const" -> constant(place, name, value);
            case "required" -> required(place, value);
            case "additionalProperties" -> expect(place, name, isSchema(value), "a schema, true or false");
            case "items" ->
                expect(place, name, isSchema(value), "a schema (for an array of them there is prefixItems)");
            case "prefixItems", "anyOf", "oneOf", "allOf" ->
                expect(place, name, value.isArray() && !value.isEmpty(), "an array of at least one schema");
            case "minItems", "maxItems", "minLength", "maxLength" -> count(place, name, value);
            case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum" -> bound(place, name, value);
            case "format" ->
                expect(
                        place,
                        name,
                        value.isString() && Formats.KNOWN.containsKey(value.stringValue()),
                        "one of the formats that can be enforced, " + String.join(", ", Formats.KNOWN.keySet()) + ",");
            case "uniqueItems" ->
                expect(place, name, value.isBoolean() && !value.booleanValue(), "false, as true cannot be enforced,");
            default -> {
                if (!REMARKS.contains(name)) {
                    throw new ConstraintException(
                            place.shown(name),
                            "a keyword that can be enforced was expected, found \"" + Json.shown(name)
                                    + "\"; leave it out or say the same with other keywords");
                }
            }
        }
    }

    static boolean isSchema(JsonNode value) {
        return value.isObject() || value.isBoolean();
    }

    private static void type(Place place, JsonNode value) {
        boolean known = value.isArray() ? !value.isEmpty() : value.isString();
        for (JsonNode each : value.isArray() ? value.values() : java.util.List.of(value)) {
            known &= each.isString() && Kind.BY_TYPE.containsKey(each.stringValue());
        }
        expect(place, "type", known, "a JSON type's name or an array of them");
    }

    private void required(Place place, JsonNode value) {
        boolean names = value.isArray();
        for (JsonNode each : value) {
            names &= each.isString();
        }
        expect(place, "required", names, "an array of names");
        spend(place, value.size());
    }

    private void count(Place place, String name, JsonNode value) {
        expect(
                place,
                name,
                value.isIntegralNumber()
                        && value.canConvertToInt()
                        && value.intValue() >= 0
                        && value.intValue() <= limits.maxRepeat(),
                "a whole number from 0 to " + limits.maxRepeat());
    }

    private static void bound(Place place, String name, JsonNode value) {
        expect(
                place,
                name,
                value.isNumber() && isShort(value),
                "a number of at most " + DIGITS + " digits before and after the point");
    }

    private static boolean isShort(JsonNode value) {
        if (value.isFloatingPointNumber() && !Double.isFinite(value.doubleValue())) {
            return false;
        }
        BigDecimal number = value.decimalValue();
        return number.precision() <= DIGITS
                && number.scale() <= DIGITS
                && number.precision() - (long) number.scale() <= DIGITS;
    }

    /** Values are short and shallow enough to be written out, which is looked at without recursion. */
    private void constant(Place place, String name, JsonNode value) {
        record Part(JsonNode value, int depth) {}
        Deque<Part> open = new ArrayDeque<>();
        open.push(new Part(value, 0));
        while (!open.isEmpty()) {
            Part part = open.pop();
            expect(
                    place,
                    name,
                    part.depth <= limits.maxDepth(),
                    "a value at most " + limits.maxDepth() + " levels deep");
            expect(
                    place,
                    name,
                    !part.value.isNumber() || isShort(part.value),
                    "numbers of at most " + DIGITS + " digits before and after the point");
            spend(place, 1);
            for (JsonNode child : part.value) {
                open.push(new Part(child, part.depth + 1));
            }
        }
    }

    private void spend(Place place, int more) {
        values += more;
        if (values > limits.maxSchemaNodes()) {
            throw new ConstraintException(
                    place.shown(),
                    "a schema of at most " + limits.maxSchemaNodes()
                            + " values was expected, found more; make it smaller");
        }
    }

    private static void expect(Place place, String name, boolean holds, String what) {
        if (!holds) {
            JsonNode value = place.get(name);
            String found = value.isValueNode()
                    ? Json.shown(value.toString())
                    : value.isObject() ? "an object" : "an array of " + value.size();
            throw new ConstraintException(place.shown(name), what + " was expected, found " + found + "; correct it");
        }
    }
}
