package dev.athanor.server.openai;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A request's fields. Each is read with its type and range; one that nobody reads is refused by name at the end, so
 * that nothing a client asks for is silently left out. {@code null} is as good as absent.
 */
final class Fields {
    private final ObjectNode node;
    private final String path;
    private final Set<String> read = new HashSet<>();

    /** @param path before the names of fields in messages; empty for the body itself */
    Fields(ObjectNode node, String path) {
        this.node = node;
        this.path = path;
    }

    String name(String field) {
        return path.isEmpty() ? field : path + "." + field;
    }

    ApiProblem problem(String field, String expectedAndFound) {
        return ApiProblem.field(name(field), expectedAndFound);
    }

    Optional<JsonNode> find(String field) {
        read.add(field);
        JsonNode found = node.path(field);
        return found.isMissingNode() || found.isNull() ? Optional.empty() : Optional.of(found);
    }

    JsonNode require(String field, String what) {
        return find(field).orElseThrow(() -> problem(field, "expected " + what + ", found none"));
    }

    Optional<String> text(String field) {
        return find(field).map(found -> text(name(field), found));
    }

    static String text(String name, JsonNode found) {
        if (!found.isString()) {
            throw ApiProblem.field(name, "expected a text, found " + kind(found));
        }
        String text = found.stringValue();
        for (int i = 0; i < text.length(); i++) {
            boolean pair = Character.isHighSurrogate(text.charAt(i))
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1));
            if (Character.isSurrogate(text.charAt(i)) && !pair) {
                throw ApiProblem.field(name, "expected characters, found half of one (a lone surrogate) at " + i);
            }
            i += pair ? 1 : 0;
        }
        return text;
    }

    boolean flag(String field, boolean otherwise) {
        Optional<JsonNode> found = find(field);
        if (found.isPresent() && !found.get().isBoolean()) {
            throw problem(field, "expected true or false, found " + kind(found.get()));
        }
        return found.map(JsonNode::booleanValue).orElse(otherwise);
    }

    double number(String field, double otherwise, double least, double most) {
        Optional<JsonNode> found = find(field);
        if (found.isEmpty()) {
            return otherwise;
        }
        double value = found.get().isNumber() ? found.get().doubleValue() : Double.NaN;
        if (!(value >= least && value <= most)) {
            throw problem(
                    field,
                    "expected a number from " + shown(least) + " to " + shown(most) + ", found " + kind(found.get()));
        }
        return value;
    }

    OptionalInt whole(String field, int least, int most) {
        OptionalLong found = wholeLong(field, least, most);
        return found.isPresent() ? OptionalInt.of((int) found.getAsLong()) : OptionalInt.empty();
    }

    OptionalLong wholeLong(String field, long least, long most) {
        Optional<JsonNode> found = find(field);
        if (found.isEmpty()) {
            return OptionalLong.empty();
        }
        JsonNode n = found.get();
        boolean whole = n.isIntegralNumber() && n.canConvertToLong();
        if (!whole || n.longValue() < least || n.longValue() > most) {
            throw problem(field, "expected a whole number from " + least + " to " + most + ", found " + kind(n));
        }
        return OptionalLong.of(n.longValue());
    }

    /** A text or a list of texts. */
    List<String> texts(String field, int most, int longest) {
        Optional<JsonNode> found = find(field);
        if (found.isEmpty()) {
            return List.of();
        }
        List<String> texts = new ArrayList<>();
        if (found.get().isArray()) {
            for (JsonNode each : found.get()) {
                texts.add(text(name(field) + "[" + texts.size() + "]", each));
                if (texts.size() > most) {
                    throw problem(
                            field,
                            "expected at most " + most + " texts, found "
                                    + found.get().size());
                }
            }
        } else {
            texts.add(text(name(field), found.get()));
        }
        for (String text : texts) {
            if (text.isEmpty() || text.length() > longest) {
                throw problem(
                        field, "expected texts of 1 to " + longest + " characters, found one of " + text.length());
            }
        }
        return texts;
    }

    Optional<Fields> object(String field) {
        return find(field).map(found -> {
            if (!(found instanceof ObjectNode object)) {
                throw problem(field, "expected an object, found " + kind(found));
            }
            return new Fields(object, name(field));
        });
    }

    ObjectNode node() {
        return node;
    }

    /** Refuses what was not read. */
    void done() {
        for (String name : node.propertyNames()) {
            if (!read.contains(name) && !node.path(name).isNull()) {
                String shown = name.length() > 60 ? name.substring(0, 60) + "…" : name;
                throw ApiProblem.field(
                        name(shown),
                        "expected no such field here; what cannot be honoured is not accepted, see docs/serve.md");
            }
        }
    }

    static String kind(JsonNode found) {
        if (found.isNumber() || found.isBoolean()) {
            String text = found.toString();
            return text.length() > 40 ? text.substring(0, 40) + "…" : text;
        }
        return switch (found.getNodeType()) {
            case STRING -> "a text";
            case ARRAY -> "a list";
            case OBJECT -> "an object";
            default -> "something else";
        };
    }

    private static String shown(double x) {
        return x == Math.rint(x) && Math.abs(x) < 1e15 ? Long.toString((long) x) : Double.toString(x);
    }
}
