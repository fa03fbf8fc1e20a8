package dev.athanor.generate.constraint;

import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * A language of UTF-8 texts, followed byte by byte. Immutable, compiled once, shared by many texts and threads. From
 * every state that can be reached a complete text can be reached.
 */
public interface Constraint {
    /** Before the first byte. */
    State start();

    /** What is known after some bytes: an immutable value, equal to another when the same bytes may follow. */
    interface State {
        /** Whether the text so far is complete. */
        boolean accepts();

        /** After one more byte of UTF-8; empty when it is not allowed. */
        Optional<State> next(byte b);

        /** Whether the text is complete and no byte may follow. */
        boolean mustEnd();
    }

    /**
     * Texts that a regular expression matches from end to end.
     *
     * <p>Known: literals, {@code .} (no line ends), classes, {@code \d \w \s} (ASCII) and their negations,
     * {@code \p{..}} of general categories, groups, alternation, {@code * + ? {m,n}} also with a lazy mark, which
     * changes no language, and {@code ^ $} at the ends.
     *
     * @throws ConstraintException for anything else, for a pattern that matches nothing and beyond a limit
     */
    static Constraint regex(String pattern, ConstraintLimits limits) {
        Budget budget = new Budget(limits, "the pattern");
        Automaton automaton = Patterns.whole(pattern, "the pattern", budget);
        if (automaton.isEmpty()) {
            throw new ConstraintException(
                    "the pattern", "a pattern that some text matches was expected, and no text matches this one");
        }
        Grammar.Builder grammar = new Grammar.Builder(limits, budget);
        return grammar.build(grammar.terminal(automaton), "the pattern");
    }

    /**
     * JSON documents that a schema (JSON Schema 2020-12) accepts, with declared properties in the schema's order and at
     * most a space or a line end with indentation between two tokens. Numbers with a bound are written without an
     * exponent.
     *
     * @throws ConstraintException for a keyword that cannot be enforced, a schema that no document satisfies and beyond
     *     a limit; it names the place as a JSON pointer
     */
    static Constraint jsonSchema(JsonNode schema, ConstraintLimits limits) {
        return new SchemaCompiler(schema, limits).compile();
    }

    /** JSON objects of any content, nested at most {@link ConstraintLimits#maxDepth} deep. */
    static Constraint anyJsonObject(ConstraintLimits limits) {
        return jsonSchema(Json.object("type", "object"), limits);
    }
}
