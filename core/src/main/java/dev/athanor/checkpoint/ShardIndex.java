package dev.athanor.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.node.ObjectNode;

/** model.safetensors.index.json: which file of the directory holds which tensor. */
final class ShardIndex {
    static final String NAME = "model.safetensors.index.json";

    /** One plain name: no separator, no drive, no dot in front, nothing a shell or terminal would act on. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,200}\\.safetensors");

    private ShardIndex() {}

    /** Tensor name to shard, both as written in {@code index}; every shard is a file beside it. */
    static Map<String, Path> read(Path index, Limits limits) {
        String where = index.toString();
        JsonNode map = StrictJson.object(TextFile.read(index, limits.indexBytes()), where)
                .path("weight_map");
        if (!map.isObject()) {
            throw new ModelFormatException(where + ": expected an object weight_map, found "
                    + (map.isMissingNode() ? "none" : Quote.of(map.toString())));
        }
        Map<String, Path> shards = new LinkedHashMap<>();
        Map<String, Path> known = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> e : map.properties()) {
            JsonNode value = e.getValue();
            if (!value.isString() || !PLAIN.matcher(value.asString()).matches()) {
                throw new ModelFormatException(where + ": expected tensor " + Quote.of(e.getKey())
                        + " in a file of this directory named like model-00001-of-00002.safetensors, found "
                        + Quote.of(value.toString()));
            }
            Path shard = known.get(value.asString());
            if (shard == null) {
                shard = beside(index, value.asString());
                known.put(value.asString(), shard);
            }
            shards.put(e.getKey(), shard);
        }
        return shards;
    }

    private static Path beside(Path index, String name) {
        Path shard = index.resolveSibling(name);
        if (!Files.isRegularFile(shard)) {
            throw new ModelFormatException(
                    index + ": expected shard " + name + " beside it, found none; the download may be incomplete");
        }
        try {
            Path home = DurableWrites.directoryOf(index).toRealPath();
            Path real = shard.toRealPath();
            Path place = DurableWrites.directoryOf(real);
            // The download cache of the hub holds snapshots/<revision>/ full of links into blobs/ two levels up.
            Path blobs = home.resolve("../../blobs").normalize();
            if (!place.equals(home) && !place.equals(blobs)) {
                throw new ModelFormatException(
                        index + ": expected shard " + name + " to lie in " + home + ", found a link to " + real);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(shard + ": cannot be read: " + Checkpoint.describe(e), e);
        }
        return shard;
    }

    /** The text of an index. */
    static String text(Map<String, String> shardOf, long totalBytes) {
        ObjectNode root = StrictJson.mapper().createObjectNode();
        root.putObject("metadata").put("total_size", totalBytes);
        ObjectNode map = root.putObject("weight_map");
        shardOf.forEach(map::put);
        return StrictJson.mapper()
                        .writer()
                        .with(SerializationFeature.INDENT_OUTPUT)
                        .writeValueAsString(root) + "\n";
    }
}
