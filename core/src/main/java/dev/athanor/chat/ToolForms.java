package dev.athanor.chat;

import dev.athanor.generate.constraint.Constraint;
import dev.athanor.generate.constraint.ConstraintLimits;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What a tool call looks like, as a constraint. */
final class ToolForms {
    private static final JsonMapper MAPPER = new JsonMapper();

    private ToolForms() {}

    /**
     * One call of one of the tools.
     *
     * @param tagged between {@code <tool_call>} tags with {@code arguments}, else bare with {@code parameters}
     */
    static Constraint calling(List<Tool> tools, boolean tagged) {
        ObjectNode schema = MAPPER.createObjectNode();
        ArrayNode forms = schema.putArray("anyOf");
        for (Tool tool : tools) {
            ObjectNode form = forms.addObject().put("type", "object");
            ObjectNode properties = form.putObject("properties");
            properties.putObject("name").put("const", tool.name());
            properties.set(tagged ? "arguments" : "parameters", parameters(tool));
            form.putArray("required").add("name").add(tagged ? "arguments" : "parameters");
            form.put("additionalProperties", false);
        }
        JsonNode one = forms.size() == 1 ? forms.get(0) : schema;
        Constraint call = Constraint.jsonSchema(one, ConstraintLimits.DEFAULT);
        return tagged ? new Framed(AnswerReader.CALL + "\n", call, "\n" + AnswerReader.CALLED) : call;
    }

    private static JsonNode parameters(Tool tool) {
        try {
            JsonNode parameters = MAPPER.readTree(tool.parameters().isBlank() ? "{}" : tool.parameters());
            return parameters.isObject() && parameters.isEmpty()
                    ? MAPPER.createObjectNode().put("type", "object").put("additionalProperties", false)
                    : parameters;
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "tool " + tool.name() + ": parameters: expected a JSON schema, found " + e.getOriginalMessage());
        }
    }

    /** A constraint with fixed text around it. */
    private record Framed(byte[] before, Constraint inside, byte[] after) implements Constraint {
        Framed(String before, Constraint inside, String after) {
            this(before.getBytes(StandardCharsets.UTF_8), inside, after.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public State start() {
            return new At(this, 0, inside.start(), 0);
        }
    }

    /**
     * A place in framed text.
     *
     * @param before bytes of the beginning that were said
     * @param after bytes of the end that were said
     */
    private record At(Framed form, int before, Constraint.State inside, int after) implements Constraint.State {
        @Override
        public boolean accepts() {
            return after == form.after.length;
        }

        @Override
        public Optional<Constraint.State> next(byte b) {
            if (before < form.before.length) {
                return form.before[before] == b ? Optional.of(new At(form, before + 1, inside, 0)) : Optional.empty();
            }
            if (after == 0) {
                Optional<Constraint.State> next = inside.next(b);
                if (next.isPresent()) {
                    return Optional.of(new At(form, before, next.get(), 0));
                }
                if (!inside.accepts()) {
                    return Optional.empty();
                }
            }
            boolean fits = after < form.after.length && form.after[after] == b;
            return fits ? Optional.of(new At(form, before, inside, after + 1)) : Optional.empty();
        }

        @Override
        public boolean mustEnd() {
            return accepts();
        }
    }
}
