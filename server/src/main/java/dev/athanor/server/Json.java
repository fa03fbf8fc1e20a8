package dev.athanor.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** JSON of requests, read within limits, and of answers. */
public final class Json {
    /** Most bytes of a request. */
    public static final int MOST_BYTES = 1 << 20;

    /** Bytes of a body that are read to tell its sender that it is too large; beyond these the connection is closed. */
    public static final int MOST_REFUSED_BYTES = 16 << 20;

    private static final int MOST_DEPTH = 32;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MOST_DEPTH)
                            .maxStringLength(MOST_BYTES)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Json() {}

    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /** An answer, with the version of its form. */
    public static ObjectNode answer() {
        return object().put("version", 1);
    }

    /** The object in a request's body. */
    public static ObjectNode read(InputStream body) {
        try {
            byte[] bytes = body.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                // Read on: a client that is still writing when the connection closes never sees the sentence.
                body.transferTo(OutputStream.nullOutputStream());
                throw new Problem(413, "body: expected at most " + MOST_BYTES + " bytes, found more");
            }
            return parse(new String(bytes, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new Problem(400, "body: expected JSON, found a connection that broke off");
        }
    }

    /** One object from text. */
    public static ObjectNode parse(String text) {
        try {
            JsonNode node = MAPPER.readTree(text);
            if (node instanceof ObjectNode object) {
                return object;
            }
        } catch (JacksonException e) {
            throw new Problem(400, "body: expected a JSON object, found " + e.getOriginalMessage());
        }
        throw new Problem(400, "body: expected a JSON object, found something else");
    }
}
