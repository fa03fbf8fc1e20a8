package dev.athanor.server.openai;

import dev.athanor.generate.constraint.Constraint;
import dev.athanor.generate.constraint.ConstraintException;
import dev.athanor.generate.constraint.ConstraintLimits;
import java.util.Optional;

/** {@code response_format}: free text, any JSON object, a JSON schema, or a regular expression. */
final class FormFields {
    private FormFields() {}

    static Optional<Constraint> read(Fields f) {
        Optional<Fields> format = f.object("response_format");
        if (format.isEmpty()) {
            return Optional.empty();
        }
        Fields form = format.get();
        String type = Fields.text(form.name("type"), form.require("type", "a type"));
        try {
            Optional<Constraint> constraint = switch (type) {
                case "text" -> Optional.empty();
                case "json_object" -> Optional.of(Constraint.anyJsonObject(ConstraintLimits.DEFAULT));
                case "json_schema" -> Optional.of(schema(form));
                case "regex" ->
                    Optional.of(Constraint.regex(
                            Fields.text(form.name("pattern"), form.require("pattern", "a regular expression")),
                            ConstraintLimits.DEFAULT));
                default ->
                    throw form.problem("type", "expected text, json_object, json_schema or regex, found another");
            };
            form.done();
            return constraint;
        } catch (ConstraintException e) {
            throw new ApiProblem(400, "response_format", "response_format: " + e.getMessage());
        }
    }

    private static Constraint schema(Fields form) {
        Fields schema = form.object("json_schema")
                .orElseThrow(() -> form.problem("json_schema", "expected an object with a schema, found none"));
        schema.text("name");
        schema.text("description");
        schema.flag("strict", true); // it is always kept
        Constraint constraint =
                Constraint.jsonSchema(schema.require("schema", "a JSON schema"), ConstraintLimits.DEFAULT);
        schema.done();
        return constraint;
    }
}
