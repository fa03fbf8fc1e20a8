package dev.athanor.checkpoint;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

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

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(CONSTRAINTS)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /**
     * The header reader finds duplicates itself; guessing UTF-16 from zero bytes would let two readers see two headers.
     */
    private static final JsonFactory HEADER = JsonFactory.builder()
            .streamReadConstraints(
                    CONSTRAINTS.rebuild().maxStringLength(MAX_HEADER_STRING).build())
            .disable(TokenStreamFactory.Feature.CHARSET_DETECTION)
            .build();

    private StrictJson() {}

    static JsonMapper mapper() {
        return MAPPER;
    }

    /** Reads UTF-8 token by token. */
    static JsonParser headerParser(byte[] json) {
        return HEADER.createParser(ObjectReadContext.empty(), json);
    }

    /** The JSON object in {@code text}; {@code where} names the file in errors. */
    static JsonNode object(String text, String where) {
        JsonNode node;
        try {
            node = MAPPER.readTree(text);
        } catch (JacksonException | IllegalStateException e) {
            throw new ModelFormatException(
                    where + ": expected a JSON object, found text that is not JSON: " + reason(e), e);
        }
        if (!node.isObject()) {
            throw new ModelFormatException(where + ": expected a JSON object, found " + Quote.of(node.toString()));
        }
        return node;
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
