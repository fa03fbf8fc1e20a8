package dev.athanor.generate.constraint;

import java.math.BigDecimal;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Kinds of JSON values; a whole number is an integer and nothing else here, so that kinds do not overlap. */
enum Kind {
    NULL,
    BOOLEAN,
    INTEGER,
    FRACTION,
    STRING,
    ARRAY,
    OBJECT;

    /** Kinds of each name that {@code type} may hold. */
    static final Map<String, Set<Kind>> BY_TYPE = Map.of(
            "null", Set.of(NULL),
            "boolean", Set.of(BOOLEAN),
            "integer", Set.of(INTEGER),
            "number", Set.of(INTEGER, FRACTION),
            "string", Set.of(STRING),
            "array", Set.of(ARRAY),
            "object", Set.of(OBJECT));

    static Kind of(JsonNode value) {
        if (value.isNumber()) {
            BigDecimal number = value.decimalValue();
            return number.signum() == 0 || number.stripTrailingZeros().scale() <= 0 ? INTEGER : FRACTION;
        }
        return value.isNull()
                ? NULL
                : value.isBoolean() ? BOOLEAN : value.isString() ? STRING : value.isArray() ? ARRAY : OBJECT;
    }

    /** Kinds that the schema's {@code type} and {@code nullable} leave. */
    static EnumSet<Kind> of(Place place) {
        EnumSet<Kind> kinds = EnumSet.noneOf(Kind.class);
        if (!place.has("type")) {
            return EnumSet.allOf(Kind.class);
        }
        JsonNode type = place.get("type");
        if (type.isString()) {
            kinds.addAll(BY_TYPE.getOrDefault(type.stringValue(), Set.of()));
        }
        for (JsonNode each : type) {
            kinds.addAll(BY_TYPE.getOrDefault(each.stringValue(""), Set.of()));
        }
        if (place.get("nullable").booleanValue(false)) {
            kinds.add(NULL);
        }
        return kinds;
    }
}
