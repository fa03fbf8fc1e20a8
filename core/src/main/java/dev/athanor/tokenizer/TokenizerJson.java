package dev.athanor.tokenizer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Reads and writes tokenizer.json of Hugging Face's tokenizers. A component that is not understood is refused by its name. */
public final class TokenizerJson {
    private static final int MAX_VOCABULARY = 1 << 20;
    private static final long MAX_FILE = 256L << 20;

    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(32).build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .build();

    private TokenizerJson() {}

    /** The tokenizer in a file. */
    public static Tokenizer load(Path file) {
        try {
            if (Files.size(file) > MAX_FILE) {
                throw new TokenizerFormatException(file + ": expected at most " + MAX_FILE + " bytes, found " + Files.size(file));
            }
            return parse(Files.readString(file, StandardCharsets.UTF_8), file.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** The tokenizer in {@code text}; {@code where} names the file in errors. */
    public static Tokenizer parse(String text, String where) {
        JsonNode root;
        try {
            root = MAPPER.readTree(text);
        } catch (JacksonException e) {
            throw new TokenizerFormatException(where + ": expected JSON, found text that is not: " + e.getOriginalMessage(), e);
        }
        try {
            return read(root);
        } catch (TokenizerFormatException e) {
            throw new TokenizerFormatException(where + ": " + e.getMessage(), e);
        }
    }

    private static Tokenizer read(JsonNode root) {
        JsonNode model = root.path("model");
        requireNothing(root, "normalizer");
        JsonNode pre = root.path("pre_tokenizer");
        List<String> vocabulary = vocabulary(model.path("vocab"), root.path("added_tokens"));
        Map<String, Integer> special = special(root.path("added_tokens"), vocabulary);
        boolean characters = pre.path("type").asString("").equals("Split");
        String type = model.path("type").asString("BPE");
        if (!type.equals("BPE")) {
            throw new TokenizerFormatException("expected a model of type BPE, found " + type);
        }
        if (characters) {
            return new CharTokenizer(vocabulary);
        }
        requireByteLevel(pre, "pre_tokenizer");
        requireByteLevel(root.path("decoder"), "decoder");
        if (!pre.path("use_regex").asBoolean(true) || pre.path("add_prefix_space").asBoolean(false)) {
            throw new TokenizerFormatException("expected a ByteLevel pre_tokenizer with use_regex and without add_prefix_space, found "
                    + pre);
        }
        for (String flag : new String[] {"byte_fallback", "fuse_unk", "ignore_merges"}) {
            if (model.path(flag).asBoolean(false)) {
                throw new TokenizerFormatException("expected a BPE model without " + flag + ", found it on");
            }
        }
        List<byte[]> tokens = new ArrayList<>();
        for (String token : vocabulary) {
            tokens.add(special.containsKey(token) ? token.getBytes(StandardCharsets.UTF_8) : ByteAlphabet.decode(token));
        }
        return new BpeTokenizer(tokens, merges(model.path("merges"), vocabulary), special);
    }

    private static void requireNothing(JsonNode root, String component) {
        JsonNode node = root.path(component);
        if (!node.isMissingNode() && !node.isNull()) {
            throw new TokenizerFormatException("expected no " + component + ", found " + node.path("type"));
        }
    }

    private static void requireByteLevel(JsonNode node, String component) {
        if (!node.path("type").asString("").equals("ByteLevel")) {
            throw new TokenizerFormatException("expected a " + component + " of type ByteLevel, found " + node.path("type"));
        }
    }

    private static List<String> vocabulary(JsonNode vocab, JsonNode added) {
        Map<String, Integer> all = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> e : vocab.properties()) {
            all.put(e.getKey(), id(e.getKey(), e.getValue()));
        }
        for (JsonNode token : added) {
            all.put(token.path("content").asString(""), id(token.path("content").asString(""), token.path("id")));
        }
        String[] byId = new String[all.size()];
        for (Map.Entry<String, Integer> e : all.entrySet()) {
            int id = e.getValue();
            if (id >= byId.length || byId[id] != null) {
                throw new TokenizerFormatException("expected ids 0 to " + (byId.length - 1) + " once each, found id " + id + " for \""
                        + e.getKey() + "\"" + (id < byId.length ? " and \"" + byId[id] + "\"" : ""));
            }
            byId[id] = e.getKey();
        }
        return Arrays.asList(byId);
    }

    private static int id(String token, JsonNode node) {
        if (!node.isIntegralNumber() || !node.canConvertToInt() || node.asInt() < 0 || node.asInt() >= MAX_VOCABULARY) {
            throw new TokenizerFormatException("token \"" + token + "\": expected an id between 0 and " + (MAX_VOCABULARY - 1)
                    + ", found " + node);
        }
        return node.asInt();
    }

    private static Map<String, Integer> special(JsonNode added, List<String> vocabulary) {
        Map<String, Integer> special = new LinkedHashMap<>();
        for (JsonNode token : added) {
            String name = token.path("content").asString("");
            special.put(name, vocabulary.indexOf(name));
        }
        return special;
    }

    private static List<BpeTokenizer.Merge> merges(JsonNode node, List<String> vocabulary) {
        Map<String, Integer> ids = new HashMap<>();
        for (int id = 0; id < vocabulary.size(); id++) {
            ids.put(vocabulary.get(id), id);
        }
        List<BpeTokenizer.Merge> merges = new ArrayList<>();
        for (JsonNode merge : node) {
            // Old files write "a b", new ones ["a", "b"].
            String[] parts = merge.isArray() && merge.size() == 2
                    ? new String[] {merge.get(0).asString(""), merge.get(1).asString("")}
                    : merge.asString("").split(" ", -1);
            if (parts.length != 2) {
                throw new TokenizerFormatException("merge " + merges.size() + ": expected two tokens, found " + merge);
            }
            merges.add(new BpeTokenizer.Merge(find(ids, parts[0], merge), find(ids, parts[1], merge), find(ids, parts[0] + parts[1], merge)));
        }
        return merges;
    }

    private static int find(Map<String, Integer> ids, String token, JsonNode merge) {
        Integer id = ids.get(token);
        if (id == null) {
            throw new TokenizerFormatException("merge " + merge + ": expected its parts and its result in the vocabulary, found no \""
                    + token + "\"");
        }
        return id;
    }

    /** The text of a tokenizer.json that Hugging Face's library reads to the same ids. */
    public static String write(Tokenizer tokenizer) {
        return switch (tokenizer) {
            case BpeTokenizer bpe -> write(bpe);
            case CharTokenizer characters -> write(characters);
            default -> throw new IllegalArgumentException("tokenizer: expected one Athanor made, found " + tokenizer.getClass());
        };
    }

    private static String write(BpeTokenizer t) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("version", "1.0");
        root.putNull("truncation");
        root.putNull("padding");
        ArrayNode added = root.putArray("added_tokens");
        for (Map.Entry<String, Integer> token : t.specialTokens()) {
            ObjectNode node = added.addObject();
            node.put("id", token.getValue());
            node.put("content", token.getKey());
            for (String flag : new String[] {"single_word", "lstrip", "rstrip", "normalized"}) {
                node.put(flag, false);
            }
            node.put("special", true);
        }
        root.putNull("normalizer");
        byteLevel(root.putObject("pre_tokenizer"));
        root.putNull("post_processor");
        byteLevel(root.putObject("decoder"));
        ObjectNode model = model(root);
        ObjectNode vocabulary = model.putObject("vocab");
        List<String> names = new ArrayList<>();
        for (int id = 0; id < t.vocabularySize(); id++) {
            String name = t.isSpecial(id) ? new String(t.bytes(id), StandardCharsets.UTF_8) : ByteAlphabet.encode(t.bytes(id));
            names.add(name);
            vocabulary.put(name, id);
        }
        ArrayNode merges = model.putArray("merges");
        t.merges().forEach(m -> merges.addArray().add(names.get(m.left())).add(names.get(m.right())));
        return root.toString();
    }

    private static void byteLevel(ObjectNode node) {
        node.put("type", "ByteLevel");
        node.put("add_prefix_space", false);
        node.put("trim_offsets", true);
        node.put("use_regex", true);
    }

    private static ObjectNode model(ObjectNode root) {
        ObjectNode model = root.putObject("model");
        model.put("type", "BPE");
        model.putNull("dropout");
        model.putNull("unk_token");
        model.putNull("continuing_subword_prefix");
        model.putNull("end_of_word_suffix");
        model.put("fuse_unk", false);
        model.put("byte_fallback", false);
        model.put("ignore_merges", false);
        return model;
    }

    /** Characters as a BPE of single characters without merges; the pre-tokenizer cuts at every character. */
    private static String write(CharTokenizer t) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("version", "1.0");
        root.putNull("truncation");
        root.putNull("padding");
        root.putArray("added_tokens");
        root.putNull("normalizer");
        ObjectNode split = root.putObject("pre_tokenizer");
        split.put("type", "Split");
        split.putObject("pattern").put("Regex", "(?s:.)");
        split.put("behavior", "Isolated");
        split.put("invert", false);
        root.putNull("post_processor");
        root.putObject("decoder").put("type", "Fuse");
        ObjectNode model = model(root);
        ObjectNode vocabulary = model.putObject("vocab");
        for (int id = 0; id < t.vocabularySize(); id++) {
            vocabulary.put(t.decode(id), id);
        }
        model.putArray("merges");
        return root.toString();
    }
}
