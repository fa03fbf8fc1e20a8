package dev.athanor.generate.constraint;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Rules for the values of enum and const. Recursion is as deep as such values may nest. */
final class Constants {
    private static final List<String> SHAPES =
            List.of("properties", "required", "additionalProperties", "items", "prefixItems", "minItems", "maxItems");

    private final Grammar.Builder grammar;
    private final Punctuation punctuation;
    private final StringRules strings;
    private final Budget budget;

    Constants(Grammar.Builder grammar, Punctuation punctuation, StringRules strings, Budget budget) {
        this.grammar = grammar;
        this.punctuation = punctuation;
        this.strings = strings;
        this.budget = budget;
    }

    /** Adds a rule for each value that also satisfies the other keywords. */
    void add(Facts facts, List<Integer> found) {
        List<JsonNode> values = List.copyOf(facts.values().orElse(Map.of()).values());
        if (values.stream().anyMatch(JsonNode::isContainer)) {
            refuseShapes(facts);
        }
        boolean anyText = values.stream().anyMatch(JsonNode::isString);
        Automaton contents = anyText ? strings.contents(facts) : Automaton.of(Patterns.ANYTHING, budget);
        Bounds bounds = Bounds.of(facts);
        for (JsonNode value : values) {
            boolean fits = value.isString()
                    ? contents.accepts(value.stringValue())
                    : !value.isNumber() || bounds.contains(value.decimalValue());
            if (fits) {
                found.add(rule(value));
            }
        }
    }

    private static void refuseShapes(Facts facts) {
        for (Place place : facts.places()) {
            for (String keyword : SHAPES) {
                if (place.has(keyword)) {
                    throw new ConstraintException(
                            place.shown(keyword),
                            "no \"" + keyword + "\" was expected beside an enum or const of arrays or objects, as both"
                                    + " cannot be enforced together; leave it out");
                }
            }
        }
    }

    private int rule(JsonNode value) {
        if (value.isString()) {
            return strings.text(value.stringValue());
        }
        if (value.isNumber()) {
            String plain = value.decimalValue().stripTrailingZeros().toPlainString();
            int asWritten = punctuation.word(value.toString());
            return plain.equals(value.toString()) ? asWritten : grammar.choice(asWritten, punctuation.word(plain));
        }
        if (!value.isContainer()) {
            return punctuation.word(value.toString());
        }
        char open = value.isArray() ? '[' : '{';
        char close = value.isArray() ? ']' : '}';
        List<Integer> parts = new ArrayList<>(List.of(punctuation.open(open)));
        if (value.isObject()) {
            for (Map.Entry<String, JsonNode> member : value.properties()) {
                separate(parts);
                parts.add(strings.text(member.getKey()));
                parts.add(punctuation.colon());
                parts.add(rule(member.getValue()));
            }
        } else {
            for (JsonNode item : value) {
                separate(parts);
                parts.add(rule(item));
            }
        }
        parts.add(value.isEmpty() ? punctuation.closeEmpty(close) : punctuation.close(close));
        return grammar.add(new Node.Nested(
                grammar.sequence(parts.stream().mapToInt(part -> part).toArray())));
    }

    private void separate(List<Integer> parts) {
        if (parts.size() > 1) {
            parts.add(punctuation.comma());
        }
    }

    /** A text that is the same for equal values: numbers by size, objects in the order of their names. */
    static String canonical(JsonNode value) {
        StringBuilder out = new StringBuilder();
        canonical(value, out);
        return out.toString();
    }

    private static void canonical(JsonNode value, StringBuilder out) {
        if (value.isNumber()) {
            out.append(value.decimalValue().stripTrailingZeros());
        } else if (value.isObject()) {
            Map<String, JsonNode> sorted = new TreeMap<>();
            value.properties().forEach(member -> sorted.put(member.getKey(), member.getValue()));
            sorted.forEach((name, member) -> {
                out.append(out.isEmpty() ? "{" : ",{").append(JsonNodeFactory.instance.stringNode(name));
                canonical(member, out.append(':'));
            });
            out.append('}');
        } else if (value.isArray()) {
            out.append('[');
            for (JsonNode item : value) {
                canonical(item, out);
                out.append(',');
            }
            out.append(']');
        } else {
            out.append(value);
        }
    }
}
