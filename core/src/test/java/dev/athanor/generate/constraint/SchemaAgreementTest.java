package dev.athanor.generate.constraint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Against com.networknt's validator. */
class SchemaAgreementTest {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int WALKS = 60;
    private static final int MUTATIONS = 150;

    /**
     * A schema and documents.
     *
     * @param subset whether validator and constraint differ in what neither promises
     */
    record Case(JsonNode schema, List<JsonNode> valid, List<JsonNode> invalid, boolean subset) {
        boolean judges(JsonNode document) {
            Schema validator = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(schema);
            return validator
                    .validate(
                            document,
                            context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)))
                    .isEmpty();
        }

        @Override
        public String toString() {
            return schema.toString();
        }
    }

    static List<Case> cases() {
        try (InputStream in = SchemaAgreementTest.class.getResourceAsStream("schemas.json")) {
            if (in == null) {
                throw new IllegalStateException("schemas.json is not among the test resources");
            }
            List<Case> cases = new ArrayList<>();
            for (JsonNode each : JSON.readTree(in.readAllBytes())) {
                cases.add(new Case(
                        each.get("schema"),
                        List.copyOf(each.path("valid").values()),
                        List.copyOf(each.path("invalid").values()),
                        each.path("subset").booleanValue(false)));
            }
            return cases;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void thereAreManySchemas() {
        assertTrue(cases().size() >= 60, "schemas " + cases().size());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aDocumentIsAcceptedExactlyWhenItIsValid(Case test) {
        Constraint constraint = Constraint.jsonSchema(test.schema, ConstraintLimits.DEFAULT);
        for (JsonNode document : test.valid) {
            assertTrue(test.judges(document), "the validator on " + document);
            assertTrue(Walks.accepts(constraint, document.toString()), document.toString());
        }
        for (JsonNode document : test.invalid) {
            assertFalse(test.judges(document), "the validator on " + document);
            assertFalse(Walks.accepts(constraint, document.toString()), document.toString());
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void whateverIsWrittenAtRandomIsValid(Case test) {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        Constraint constraint = Constraint.jsonSchema(test.schema, ConstraintLimits.DEFAULT);
        for (int i = 0; i < WALKS; i++) {
            String text = Walks.walk(constraint, random, random.nextInt(200));
            JsonNode document = JSON.readTree(text);
            if (test.subset) {
                // The validator knows which top-level domains there are.
                document = NODES.stringNode(document.stringValue().replaceAll("[A-Za-z]+$", "com"));
            }
            assertTrue(test.judges(document), "seed " + seed + ": " + text);
            if (Walks.accepts(constraint, document.toString())) {
                continue;
            }
            // A name written twice is kept once, at its first place; numbers may come back with an exponent.
            assertTrue(hasTwice(text) || document.toString().matches(".*\\d[eE].*"), "seed " + seed + ": " + text);
        }
    }

    private static boolean hasTwice(String text) {
        try {
            JsonMapper.builder()
                    .enable(tools.jackson.core.StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build()
                    .readTree(text);
            return false;
        } catch (tools.jackson.core.JacksonException e) {
            return true;
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aDocumentThatIsChangedAtRandomIsAcceptedExactlyWhenItIsValid(Case test) {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        Constraint constraint = Constraint.jsonSchema(test.schema, ConstraintLimits.DEFAULT);
        for (int i = 0; i < MUTATIONS; i++) {
            JsonNode document = test.valid.get(random.nextInt(test.valid.size()));
            for (int n = random.nextInt(1, 4); n > 0; n--) {
                document = changed(document, random);
            }
            String text = document.toString();
            if (text.matches(".*\\d[eE].*")) {
                continue;
            }
            boolean valid = test.judges(document);
            boolean accepted = Walks.accepts(constraint, text);
            if (!test.subset) {
                assertEquals(valid, accepted, "seed " + seed + ": " + text);
            }
        }
    }

    /** One value within the document is replaced, left out or joined by another; declared properties stay in order. */
    private static JsonNode changed(JsonNode node, SplittableRandom random) {
        if (node.isArray() && !node.isEmpty() && random.nextInt(4) > 0) {
            ArrayNode array = NODES.arrayNode();
            int at = random.nextInt(node.size());
            int how = random.nextInt(4);
            for (int i = 0; i < node.size(); i++) {
                if (i != at) {
                    array.add(node.get(i));
                } else if (how == 0) {
                    array.add(node.get(i)).add(any(random, 1));
                } else if (how > 1) {
                    array.add(changed(node.get(i), random));
                }
            }
            return array;
        }
        if (node.isObject() && !node.isEmpty() && random.nextInt(4) > 0) {
            ObjectNode object = NODES.objectNode();
            int at = random.nextInt(node.size());
            int how = random.nextInt(4);
            int i = 0;
            for (Map.Entry<String, JsonNode> member : node.properties()) {
                if (i++ != at || how == 0) {
                    object.set(member.getKey(), member.getValue());
                } else if (how > 1) {
                    object.set(member.getKey(), changed(member.getValue(), random));
                }
            }
            if (how == 0) {
                object.set("other" + random.nextInt(3), any(random, 1));
            }
            return object;
        }
        if (node.isIntegralNumber() && random.nextBoolean()) {
            return NODES.numberNode(node.bigIntegerValue().add(java.math.BigInteger.valueOf(random.nextInt(-3, 4))));
        }
        if (node.isString() && random.nextBoolean()) {
            String text = node.stringValue();
            int cut = text.offsetByCodePoints(0, random.nextInt(text.codePointCount(0, text.length()) + 1));
            String[] letters = {"a", "b", "é", "😀", "\"", "\n", "0", "", ""};
            return NODES.stringNode(text.substring(0, cut)
                    + letters[random.nextInt(letters.length)]
                    + (random.nextBoolean() ? text.substring(cut) : ""));
        }
        return any(random, 2);
    }

    private static JsonNode any(SplittableRandom random, int depth) {
        return switch (random.nextInt(depth == 0 ? 6 : 8)) {
            case 0 -> NODES.nullNode();
            case 1 -> NODES.booleanNode(random.nextBoolean());
            case 2 -> NODES.numberNode(random.nextInt(-12, 110));
            case 3 ->
                NODES.numberNode(
                        java.math.BigDecimal.valueOf(random.nextInt(-150, 1050) * 10 + random.nextInt(1, 10), 3));
            case 4 ->
                NODES.stringNode(List.of("", "a", "b", "ab", "x", "red", "é").get(random.nextInt(7)));
            case 5 -> NODES.numberNode(random.nextInt(-1, 3));
            case 6 -> NODES.arrayNode().add(any(random, depth - 1));
            default -> NODES.objectNode().set(List.of("a", "b", "q").get(random.nextInt(3)), any(random, depth - 1));
        };
    }

    @Test
    void anyJsonObjectIsAnObjectAndNothingElse() {
        Constraint constraint = Constraint.anyJsonObject(ConstraintLimits.DEFAULT);
        assertTrue(Walks.accepts(constraint, "{\n  \"a\": [1, {\"b\": null}],\n  \"c\": \"\\u00e9\"\n}"));
        for (String text : List.of("", "[]", "1", "{", "{}{}", "{} ", " {}", "{,}", "{\"a\"}", "{\"a\":1,}", "{a:1}")) {
            assertFalse(Walks.accepts(constraint, text), text);
        }
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 200; i++) {
            assertTrue(JSON.readTree(Walks.walk(constraint, random, 400)).isObject());
        }
    }

    @Test
    void blanksCannotGoOnForEver() {
        Constraint constraint = Constraint.anyJsonObject(ConstraintLimits.DEFAULT);
        assertFalse(Walks.accepts(constraint, "{  }"), "two spaces");
        assertFalse(Walks.accepts(constraint, "{\n\n}"), "two line ends");
        assertTrue(Walks.accepts(constraint, "{\n" + " ".repeat(64) + "\"a\" : 1 , \"b\":2\n}"), "indentation");
        assertFalse(Walks.accepts(constraint, "{\n" + " ".repeat(65) + "}"), "indentation without end");
    }

    /** A walk that opens whenever it can still comes to an end, at any limit. */
    @Test
    void whatIsOpenCanBeClosedAtEveryDepth() {
        JsonNode schema = JSON.readTree("""
                {"type": "object", "properties": {"o": {"$ref": "#"}, "n": {"anyOf": [{"$ref": "#"}, {"type": "null"}]},
                 "deep": {"type": "array", "minItems": 1, "items": {"type": "array", "minItems": 1, "items": {"$ref": "#"}}}},
                 "required": ["n"], "additionalProperties": false}""");
        for (int depth = 1; depth < 8; depth++) {
            Constraint constraint = Constraint.jsonSchema(schema, new ConstraintLimits(100_000, depth + 3, 1000, 1000));
            SplittableRandom random = new SplittableRandom(depth);
            for (int i = 0; i < 100; i++) {
                String text = Walks.walk(constraint, random, 300);
                int open = 0;
                int deepest = 0;
                for (char c : text.replaceAll("\"[a-z]*\"", "").toCharArray()) {
                    open += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
                    deepest = Math.max(deepest, open);
                }
                assertTrue(deepest <= depth + 3, text);
            }
        }
    }

    /** The validator's dialect does not know the keyword, which is OpenAPI's. */
    @Test
    void nullableAddsNullToATypeAndNothingToAnEnum() {
        Constraint text = Constraint.jsonSchema(
                JSON.readTree("{\"type\":\"string\",\"nullable\":true}"), ConstraintLimits.DEFAULT);
        assertTrue(Walks.accepts(text, "null") && Walks.accepts(text, "\"a\""));
        assertFalse(Walks.accepts(text, "1"));
        Constraint listed = Constraint.jsonSchema(
                JSON.readTree("{\"type\":\"string\",\"nullable\":true,\"enum\":[\"a\"]}"), ConstraintLimits.DEFAULT);
        assertFalse(Walks.accepts(listed, "null"), "null is not listed");
    }

    @Test
    void statesAfterTextsThatLeaveTheSameOpenAreEqual() {
        Constraint.State start =
                Constraint.anyJsonObject(ConstraintLimits.DEFAULT).start();
        assertEquals(after(start, "{\"a\":\"xyz"), after(start, "{\"b\": 1, \"longer\":\"é"));
        assertEquals(after(start, "{\"a\":[1,2"), after(start, "{\"a\":[7"));
    }

    private static Constraint.State after(Constraint.State start, String text) {
        Constraint.State now = start;
        for (byte b : text.getBytes(java.nio.charset.StandardCharsets.UTF_8)) {
            now = now.next(b).orElseThrow();
        }
        return now;
    }

    @Test
    void whereNothingMayFollowTheTextMustEnd() {
        Constraint constraint = Constraint.jsonSchema(JSON.readTree("{\"const\":12}"), ConstraintLimits.DEFAULT);
        Constraint.State one = constraint.start().next((byte) '1').orElseThrow();
        Constraint.State two = one.next((byte) '2').orElseThrow();
        assertFalse(one.accepts() || one.mustEnd(), "after 1");
        assertTrue(two.accepts() && two.mustEnd(), "after 12");
        Constraint integer = Constraint.jsonSchema(JSON.readTree("{\"type\":\"integer\"}"), ConstraintLimits.DEFAULT);
        Constraint.State digit = integer.start().next((byte) '1').orElseThrow();
        assertTrue(digit.accepts() && !digit.mustEnd(), "after 1 of any integer");
    }
}
