package dev.athanor.checkpoint;

import dev.athanor.checkpoint.SectionChecksums.Section;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * manifest.json of a training state: what was saved, and the checksums that show whether it still is what was saved.
 *
 * @param step training step
 * @param bytes size of the file of tensors
 * @param sha256 its SHA-256
 * @param sections its header and tensors in order, each with its CRC32C
 * @param values what the caller saved besides tensors
 */
record StateManifest(long step, long bytes, String sha256, List<Section> sections, Map<String, String> values) {
    private static final String FORMAT = "athanor-training-state-1";

    /** The file's text: the state and the SHA-256 of its exact characters. */
    String text() {
        ObjectNode state = StrictJson.mapper().createObjectNode();
        state.put("format", FORMAT);
        state.put("java", Runtime.version().toString());
        state.put("step", step);
        state.put("bytes", bytes);
        state.put("sha256", sha256);
        ArrayNode list = state.putArray("sections");
        for (Section s : sections) {
            list.addObject().put("name", s.name()).put("bytes", s.bytes()).put("crc32c", s.crc32c());
        }
        ObjectNode node = state.putObject("values");
        values.forEach(node::put);
        return sealed(state);
    }

    private static String sealed(JsonNode state) {
        ObjectNode root = StrictJson.mapper().createObjectNode();
        root.set("state", state);
        root.put("sha256", SectionChecksums.sha256(state.toString().getBytes(StandardCharsets.UTF_8)));
        return root.toString();
    }

    /**
     * Reads what {@link #text()} wrote. The text must be what would be written again, character for character, so that
     * no changed bit goes unseen.
     */
    static StateManifest parse(String text, String where) {
        JsonNode state = StrictJson.object(text, where).path("state");
        if (!sealed(state).equals(text)) {
            throw new ModelFormatException(
                    where + ": expected a manifest that agrees with its own SHA-256, found one that does not");
        }
        if (!state.path("format").asString("").equals(FORMAT)) {
            throw new ModelFormatException(where + ": expected format " + FORMAT + ", found "
                    + Quote.of(state.path("format").toString()));
        }
        try {
            return read(state, where);
        } catch (JacksonException e) {
            throw new ModelFormatException(
                    where + ": expected numbers and strings where the format has them, found " + StrictJson.reason(e),
                    e);
        }
    }

    private static StateManifest read(JsonNode state, String where) {
        List<Section> sections = new ArrayList<>();
        long bytes = state.path("bytes").longValue();
        long left = bytes;
        for (JsonNode s : state.path("sections").values()) {
            Section section = new Section(
                    s.path("name").stringValue(),
                    s.path("bytes").longValue(),
                    s.path("crc32c").stringValue());
            sections.add(section);
            if (section.bytes() < 0 || section.bytes() > left) {
                throw new ModelFormatException(where + ": expected sections that add up to " + bytes + " bytes, found "
                        + section.bytes() + " in " + Quote.of(section.name()) + " where " + left + " are left");
            }
            left -= section.bytes();
        }
        Map<String, String> values = new LinkedHashMap<>();
        state.path("values")
                .properties()
                .forEach(e -> values.put(e.getKey(), e.getValue().stringValue()));
        return new StateManifest(
                state.path("step").longValue(),
                bytes,
                state.path("sha256").stringValue(),
                List.copyOf(sections),
                Collections.unmodifiableMap(values));
    }
}
