package dev.athanor.checkpoint;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * JSON from files nobody vouches for: bounded depth, name and number lengths, no duplicate keys, nothing after the end.
 */
final class StrictJson {
    /** A string takes twice its bytes while it is read; without a limit one could be as long as the header. */
    private static final int MAX_HEADER_STRING = 4 << 20;

    private static final StreamReadConstraints CONSTRAINTS = StreamReadConstraints.builder()
            .maxNestingDepth(64)
            .maxNumberLength(100)
            .maxNameLength(4096)
            .build();

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(CONSTRAINTS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            // The JDK's parser gives the same numbers, and a config has a handful: the other takes longer to begin.
            .disable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
            .build();

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /**
     * The header reader finds duplicates itself; guessing UTF-16 from zero bytes would let two readers see two headers.
     */
    private static final JsonFactory HEADER = JsonFactory.builder()
            .streamReadConstraints(
                    CONSTRAINTS.rebuild().maxStringLength(MAX_HEADER_STRING).build())
            .disable(TokenStreamFactory.Feature.CHARSET_DETECTION)
            .build();

    private StrictJson() {}

    /** For writing. */
    static JsonMapper mapper() {
        return Mapper.MAPPER;
    }

    /** Apart, because a mapper takes a tenth of a second to begin, and whoever opens a model only reads. */
    private static final class Mapper {
        static final JsonMapper MAPPER = JsonMapper.builder(FACTORY).build();
    }

    /** Reads UTF-8 token by token. */
    static JsonParser headerParser(byte[] json) {
        return HEADER.createParser(ObjectReadContext.empty(), json);
    }

    /** The JSON object in {@code text}; {@code where} names the file in errors. */
    static JsonNode object(String text, String where) {
        JsonNode node;
        try {
            node = tree(text);
        } catch (JacksonException | IllegalStateException e) {
            throw new ModelFormatException(
                    where + ": expected a JSON object, found text that is not JSON: " + reason(e), e);
        }
        if (!node.isObject()) {
            throw new ModelFormatException(where + ": expected a JSON object, found " + Quote.of(node.toString()));
        }
        return node;
    }

    private static JsonNode tree(String text) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            if (parser.nextToken() == null) {
                return NODES.missingNode();
            }
            JsonNode node = value(parser);
            if (parser.nextToken() != null) {
                throw new StreamReadException(
                        parser, "expected nothing behind the value, found " + parser.currentToken());
            }
            return node;
        }
    }

    /** What begins at the current token; the parser bounds how deep this goes. */
    private static JsonNode value(JsonParser parser) {
        return switch (parser.currentToken()) {
            case START_OBJECT -> {
                ObjectNode object = NODES.objectNode();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String name = parser.currentName();
                    parser.nextToken();
                    object.set(name, value(parser));
                }
                yield object;
            }
            case START_ARRAY -> {
                ArrayNode array = NODES.arrayNode();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    array.add(value(parser));
                }
                yield array;
            }
            case VALUE_STRING -> NODES.stringNode(parser.getString());
            case VALUE_NUMBER_INT ->
                switch (parser.getNumberType()) {
                    case INT -> NODES.numberNode(parser.getIntValue());
                    case LONG -> NODES.numberNode(parser.getLongValue());
                    default -> NODES.numberNode(parser.getBigIntegerValue());
                };
            case VALUE_NUMBER_FLOAT -> NODES.numberNode(parser.getDoubleValue());
            case VALUE_TRUE -> NODES.booleanNode(true);
            case VALUE_FALSE -> NODES.booleanNode(false);
            case VALUE_NULL -> NODES.nullNode();
            default -> throw new StreamReadException(parser, "expected a value, found " + parser.currentToken());
        };
    }

    /** Why text is not JSON, in one line. */
    static String reason(RuntimeException e) {
        String message = e instanceof JacksonException j ? j.getOriginalMessage() : String.valueOf(e.getMessage());
        String first = message.lines().findFirst().orElse("");
        if (e instanceof JacksonException j
                && j.getLocation() != null
                && j.getLocation().getLineNr() > 0) {
            return Quote.of(first) + " (line " + j.getLocation().getLineNr() + ", column "
                    + j.getLocation().getColumnNr() + ")";
        }
        return Quote.of(first);
    }
}
