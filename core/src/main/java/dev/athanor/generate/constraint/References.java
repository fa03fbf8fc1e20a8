package dev.athanor.generate.constraint;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.JsonNode;

/** Where a {@code $ref} leads. */
final class References {
    private final JsonNode root;
    private final ConstraintLimits limits;

    References(JsonNode root, ConstraintLimits limits) {
        this.root = root;
        this.limits = limits;
    }

    Place root() {
        return new Place(root, "", 0);
    }

    Place target(Place from) {
        String where = from.shown("$ref");
        String reference = from.get("$ref").stringValue("");
        if (!reference.equals("#") && !reference.startsWith("#/")) {
            throw new ConstraintException(
                    where,
                    "a reference into this schema (# and a JSON pointer) was expected, found \"" + Json.shown(reference)
                            + "\"; copy the schema it means into $defs");
        }
        Place place = root();
        if (reference.equals("#")) {
            return place;
        }
        for (String name : decoded(reference.substring(2), where).split("/", -1)) {
            place = step(place, name.replace("~1", "/").replace("~0", "~"));
            if (place.schema().isMissingNode() || place.depth() > limits.maxDepth()) {
                throw new ConstraintException(
                        where,
                        "a reference to a schema was expected, and nothing is at \"" + Json.shown(reference)
                                + "\"; correct it or add the schema");
            }
        }
        return place;
    }

    private static Place step(Place place, String name) {
        Place child = place.child(name);
        boolean index = place.schema().isArray() && name.length() < 6 && !name.isEmpty();
        for (int i = 0; index && i < name.length(); i++) {
            index = name.charAt(i) >= '0' && name.charAt(i) <= '9';
        }
        return index ? new Place(place.schema().path(Integer.parseInt(name)), child.pointer(), child.depth()) : child;
    }

    private static String decoded(String fragment, String where) {
        try {
            return URLDecoder.decode(fragment.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new ConstraintException(
                    where, "a reference with whole percent escapes was expected: " + String.valueOf(e.getMessage()));
        }
    }
}
