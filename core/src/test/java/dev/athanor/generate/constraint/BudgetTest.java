package dev.athanor.generate.constraint;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What strangers send to spend time or memory is refused, or taken, within a second. */
class BudgetTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration SOON = Duration.ofSeconds(1);

    /** Machines that test are shared: only the processor's time is held to a second. */
    private static final Duration AT_ALL = Duration.ofSeconds(30);

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private static void within(Executable work) {
        long nanos = assertTimeoutPreemptively(AT_ALL, () -> {
            long begin = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            work.execute();
            return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - begin;
        });
        assertTrue(nanos < SOON.toNanos(), "took " + nanos / 1_000_000 + " ms");
    }

    private static void refusedSoon(JsonNode schema) {
        within(() -> {
            assertThrows(ConstraintException.class, () -> Constraint.jsonSchema(schema, ConstraintLimits.DEFAULT));
        });
    }

    private static void takenOrRefusedSoon(JsonNode schema) {
        within(() -> {
            try {
                Walks.bytes(
                        Constraint.jsonSchema(schema, ConstraintLimits.DEFAULT).start());
            } catch (ConstraintException e) {
                assertTrue(String.valueOf(e.getMessage()).length() < 400, "a short message");
            }
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(a{1000}){1000}",
                "((((a{100}){100}){100}){100}){100}",
                "((a?){1000}){1000}",
                "((a|b|c|d){0,9999}){9999}",
                "(a{1,100}b{1,100}){5000}",
                "a{100000}",
                "a{99999999999999999999}",
                "((()*)*){9999}[^\\s\\S]",
                "(((){9999}){9999}){9999}[^\\s\\S]"
            })
    void countsThatMultiplyAreRefusedSoon(String pattern) {
        within(() -> {
            assertThrows(ConstraintException.class, () -> Constraint.regex(pattern, ConstraintLimits.DEFAULT));
        });
    }

    @Test
    void groupsThatNestWithoutEndAreRefusedSoon() {
        String pattern = "(".repeat(1_000_000) + "a" + ")".repeat(1_000_000);
        within(() -> {
            assertThrows(ConstraintException.class, () -> Constraint.regex(pattern, ConstraintLimits.DEFAULT));
        });
    }

    @Test
    void manyPropertiesOfUnicodeAreLookedUpOnce() {
        within(() -> {
            Constraint.regex("(?:\\p{L}|\\p{Lu}|\\P{N})".repeat(500), ConstraintLimits.DEFAULT);
        });
    }

    @Test
    void aSchemaAMillionLevelsDeepIsRefusedSoon() {
        JsonNode items = NODES.objectNode();
        JsonNode anyOf = NODES.objectNode();
        JsonNode constant = NODES.arrayNode();
        for (int i = 0; i < 1_000_000; i++) {
            items = NODES.objectNode().set("items", items);
            anyOf = NODES.objectNode().set("anyOf", NODES.arrayNode().add(anyOf));
            constant = NODES.arrayNode().add(constant);
        }
        refusedSoon(items);
        refusedSoon(anyOf);
        refusedSoon(NODES.objectNode().set("const", constant));
        refusedSoon(NODES.objectNode().set("type", constant));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type':'array','minItems':1000000000}",
                "{'type':'array','maxItems':1e400}",
                "{'type':'string','minLength':2147483648}",
                "{'type':'number','minimum':1e-300}",
                "{'$ref':'#/$defs/a','$defs':{'a':{'$ref':'#/$defs/b'},'b':{'$ref':'#/$defs/a'}}}",
                "{'allOf':[{'$ref':'#'}]}",
                "{'type':'string','maxLength':10000,'pattern':'(a|b){1000}','format':'email'}"
            })
    void countsAndCirclesAreRefusedSoon(String schema) {
        refusedSoon(JSON.readTree(schema.replace('\'', '"')));
    }

    /** Each doubles the combinations: two to the power of 30 without a budget. */
    @Test
    void alternativesThatMultiplyAreRefusedSoon() {
        ArrayNode all = NODES.arrayNode();
        for (int i = 0; i < 30; i++) {
            JsonNode pair = JSON.readTree("{\"anyOf\":[{\"minLength\":" + i + "},{\"maxLength\":" + (100 + i) + "}]}");
            all.add(pair);
        }
        refusedSoon(NODES.objectNode().set("allOf", all));
    }

    @Test
    void wideSchemasAreTakenOrRefusedSoon() {
        ObjectNode properties = NODES.objectNode();
        ArrayNode values = NODES.arrayNode();
        ArrayNode branches = NODES.arrayNode();
        for (int i = 0; i < 5000; i++) {
            properties.set("property" + i, NODES.objectNode().put("type", "integer"));
            values.add("value " + i);
            branches.add(NODES.objectNode().put("const", i));
        }
        takenOrRefusedSoon(NODES.objectNode().put("type", "object").set("properties", properties));
        takenOrRefusedSoon(NODES.objectNode().set("enum", values));
        takenOrRefusedSoon(NODES.objectNode().set("anyOf", branches));
        takenOrRefusedSoon(NODES.objectNode().set("oneOf", branches));
    }

    /** Alternatives that stay alike double their readings with every level. */
    @Test
    void readingsThatDoubleAreBounded() {
        JsonNode schema = JSON.readTree("""
                {"$defs": {"a": {"anyOf": [{"type": "array", "items": {"$ref": "#/$defs/a"}},
                                           {"type": "array", "items": {"$ref": "#/$defs/b"}}]},
                           "b": {"anyOf": [{"type": "array", "items": {"$ref": "#/$defs/b"}, "maxItems": 7},
                                           {"type": "array", "items": {"$ref": "#/$defs/a"}, "maxItems": 9}]}},
                 "$ref": "#/$defs/a"}""");
        within(() -> {
            Constraint constraint = Constraint.jsonSchema(schema, ConstraintLimits.DEFAULT);
            assertTrue(Walks.accepts(constraint, "[".repeat(40) + "]".repeat(40)), "brackets that match");
        });
    }
}
