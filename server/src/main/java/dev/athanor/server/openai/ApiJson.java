package dev.athanor.server.openai;

import dev.athanor.server.Line;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** JSON from strangers: bounded size and depth, UTF-8, no name twice. */
final class ApiJson {
    /** A schema may nest; nothing else of a request does. */
    private static final int MOST_DEPTH = 100;

    private ApiJson() {}

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MOST_DEPTH)
                            .maxNumberLength(100)
                            .maxNameLength(1000)
                            .maxStringLength(Integer.MAX_VALUE)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /** The object in a request's body of at most {@code most} bytes. */
    static ObjectNode read(InputStream body, int most) {
        byte[] bytes;
        try {
            bytes = body.readNBytes(most + 1);
            if (bytes.length > most) {
                // Read on: a client that is still writing when the connection closes never sees the sentence.
                body.transferTo(OutputStream.nullOutputStream());
                throw new ApiProblem(413, "", "body: expected at most " + most + " bytes, found more");
            }
        } catch (IOException e) {
            throw new ApiProblem(400, "", "body: expected JSON, found a connection that broke off");
        }
        Line.current().ifPresent(Line::bodyRead);
        return parse(text(bytes));
    }

    private static String text(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new ApiProblem(400, "", "body: expected UTF-8, found bytes that are not");
        }
    }

    private static ObjectNode parse(String text) {
        try {
            JsonNode node = MAPPER.readTree(text);
            if (node instanceof ObjectNode object) {
                return object;
            }
        } catch (JacksonException e) {
            throw new ApiProblem(400, "", "body: expected a JSON object, found " + e.getOriginalMessage());
        }
        throw new ApiProblem(400, "", "body: expected a JSON object, found something else");
    }
}
