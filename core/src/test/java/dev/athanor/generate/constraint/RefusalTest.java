package dev.athanor.generate.constraint;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import tools.jackson.databind.json.JsonMapper;

class RefusalTest {
    private static final JsonMapper JSON = new JsonMapper();

    private record Refused(String source, String place, String word) {}

    private static final List<Refused> SCHEMAS = List.of(
            new Refused("{'not':{}}", "#/not", "not"),
            new Refused("{'if':{}}", "#/if", "if"),
            new Refused("{'properties':{'a':{'multipleOf':2}}}", "#/properties/a/multipleOf", "multipleOf"),
            new Refused("{'items':{'patternProperties':{}}}", "#/items/patternProperties", "patternProperties"),
            new Refused("{'anyOf':[{},{'contains':{}}]}", "#/anyOf/1/contains", "contains"),
            new Refused("{'$defs':{'x':{'minProperties':1}},'$ref':'#/$defs/x'}", "#/$defs/x/minProperties", "minProp"),
            new Refused(
                    "{'properties':{'a/b~c':{'propertyNames':{}}}}", "#/properties/a~1b~0c/propertyNames", "propertyN"),
            new Refused("{'uniqueItems':true}", "#/uniqueItems", "true"),
            new Refused("{'unevaluatedProperties':false}", "#/unevaluatedProperties", "unevaluated"),
            new Refused("{'dependentRequired':{}}", "#/dependentRequired", "dependentRequired"),
            new Refused("{'type':'text'}", "#/type", "text"),
            new Refused("{'type':[]}", "#/type", "type"),
            new Refused("{'format':'hostname'}", "#/format", "hostname"),
            new Refused("{'exclusiveMinimum':true}", "#/exclusiveMinimum", "true"),
            new Refused("{'$ref':'https://example.com/s.json'}", "#/$ref", "example.com"),
            new Refused("{'$ref':'#/$defs/missing'}", "#/$ref", "missing"),
            new Refused("{'$ref':'#anchor'}", "#/$ref", "anchor"),
            new Refused("{'$ref':'#'}", "#", "circle"),
            new Refused("{'anyOf':[{'$ref':'#'},{'type':'null'}]}", "#", "circle"),
            new Refused("{'items':{'$id':'x'}}", "#/items/$id", "$id"),
            new Refused("{'items':[{}]}", "#/items", "prefixItems"),
            new Refused("{'enum':[]}", "#/enum", "at least one"),
            new Refused("{'minLength':-1}", "#/minLength", "-1"),
            new Refused("{'minimum':1e999}", "#/minimum", "digits"),
            new Refused("{'properties':{'a':3}}", "#/properties/a", "schema"),
            new Refused("{'required':'a'}", "#/required", "array"),
            new Refused("{'oneOf':[{'type':'integer'},{'type':'number'}]}", "#/oneOf", "0 and 1"),
            new Refused("{'oneOf':[{'type':'object'},{'type':'object','required':['a']}]}", "#/oneOf", "0 and 1"),
            new Refused("{'enum':[[1]],'items':{'type':'integer'}}", "#/items", "enum"),
            new Refused("{'type':'string','pattern':'(a)\\\\1'}", "#/pattern", "backreference"),
            new Refused("false", "#", "none satisfies"),
            new Refused("{'type':'integer','minimum':3,'maximum':2}", "#", "none satisfies"),
            new Refused("{'type':'integer','exclusiveMinimum':3,'exclusiveMaximum':4}", "#", "none satisfies"),
            new Refused("{'type':'string','minLength':3,'maxLength':2}", "#", "none satisfies"),
            new Refused("{'type':'string','pattern':'^a$','minLength':2}", "#", "none satisfies"),
            new Refused("{'type':'object','required':['a'],'properties':{'a':false}}", "#", "none satisfies"),
            new Refused(
                    "{'$defs':{'n':{'type':'object','required':['n'],'properties':{'n':{'$ref':'#/$defs/n'}}}},"
                            + "'$ref':'#/$defs/n'}",
                    "#",
                    "none satisfies"));

    @Test
    void whatASchemaAsksAndCannotBeEnforcedIsRefusedByName() {
        List<Executable> checks = new ArrayList<>();
        for (Refused each : SCHEMAS) {
            checks.add(() -> {
                var schema = JSON.readTree(each.source.replace('\'', '"'));
                ConstraintException e = assertThrows(
                        ConstraintException.class,
                        () -> Constraint.jsonSchema(schema, ConstraintLimits.DEFAULT),
                        each.source);
                String message = String.valueOf(e.getMessage());
                assertTrue(e.place().startsWith(each.place), each.source + ": " + message);
                assertTrue(
                        e.place().length() == each.place.length() || e.place().charAt(each.place.length()) == ',',
                        e.place());
                assertTrue(message.contains(each.word), each.source + ": " + message);
                assertTrue(message.endsWith("."), message);
            });
        }
        assertAll(checks);
    }

    private static final Map<String, String> PATTERNS = Map.ofEntries(
            Map.entry("(a)\\1", "3, backreference"),
            Map.entry("(?=a)", "0, lookahead"),
            Map.entry("b(?!a)", "1, lookahead"),
            Map.entry("(?<=a)", "0, lookbehind"),
            Map.entry("(?<!a)", "0, lookbehind"),
            Map.entry("a*+", "2, possessive"),
            Map.entry("(?i)a", "0, flags"),
            Map.entry("(?>a)", "0, atomic"),
            Map.entry("a^b", "1, anchor"),
            Map.entry("a$b", "1, anchor"),
            Map.entry("\\bfoo", "0, word boundary"),
            Map.entry("\\A", "0, \\A"),
            Map.entry("\\p{Greek}", "0, Greek"),
            Map.entry("[a[b]]", "2, unescaped ["),
            Map.entry("[a&&b]", "2, &&"),
            Map.entry("[]", "0, empty"),
            Map.entry("[b-a]", "0, range"),
            Map.entry("[a", "0, closed"),
            Map.entry("(a", "0, closed"),
            Map.entry("a)", "1, end was expected"),
            Map.entry("*a", "0, repeat"),
            Map.entry("a{2", "1, count"),
            Map.entry("a{3,2}", "1, count"),
            Map.entry("a{x}", "1, count"),
            Map.entry("a**", "2, quantifier"),
            Map.entry("a\\", "1, backslash"),
            Map.entry("\\ud800", "0, surrogate"),
            Map.entry("[^\\s\\S]", ", no text matches"));

    @Test
    void whatAPatternAsksAndIsNotSupportedIsRefusedByName() {
        List<Executable> checks = new ArrayList<>();
        PATTERNS.forEach((pattern, expected) -> checks.add(() -> {
            ConstraintException e = assertThrows(
                    ConstraintException.class, () -> Constraint.regex(pattern, ConstraintLimits.DEFAULT), pattern);
            String[] parts = expected.split(", ", 2);
            String message = String.valueOf(e.getMessage());
            assertTrue(message.contains(parts[1]), pattern + ": " + message);
            assertEquals(
                    parts[0].isEmpty() ? "the pattern" : "the pattern, character " + parts[0] + ",",
                    e.place(),
                    pattern);
        }));
        assertAll(checks);
    }
}
