package dev.athanor.checkpoint;

import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** JSON from files nobody vouches for: bounded depth, name and number lengths, no duplicate keys, nothing after the end. */
final class StrictJson {
    private static final int MAX_DEPTH = 64;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxNumberLength(100)
                            .maxNameLength(4096)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private StrictJson() {}

    static JsonMapper mapper() {
        return MAPPER;
    }

    /** The JSON object in {@code text}; {@code where} names the file in errors. */
    static JsonNode object(String text, String where) {
        JsonNode node;
        try {
            node = MAPPER.readTree(text);
        } catch (JacksonException e) {
            throw new ModelFormatException(
                    where + ": expected a JSON object, found text that is not JSON: " + e.getOriginalMessage(), e);
        }
        if (!node.isObject()) {
            throw new ModelFormatException(where + ": expected a JSON object, found " + node.getNodeType());
        }
        return node;
    }
}
