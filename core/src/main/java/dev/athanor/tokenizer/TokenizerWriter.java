package dev.athanor.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.NullNode;

/** Writes tokenizer.json with the fields in the order Hugging Face's library has them. */
final class TokenizerWriter {
    /** Apart, because a mapper takes long to begin, and readers of tokenizers ask this class too. */
    private static final class Mapper {
        static final JsonMapper MAPPER = new JsonMapper();
    }

    static final Object NULL = NullNode.getInstance();

    private TokenizerWriter() {}

    static String write(BpeTokenizer t) {
        TextRules rules = t.rules();
        Map<Integer, String> added = new LinkedHashMap<>();
        List<Object> addedList = new ArrayList<>();
        for (AddedToken token : rules.addedTokens()) {
            added.put(token.id(), token.content());
            addedList.add(added(token));
        }
        List<String> names = new ArrayList<>();
        Map<String, Object> vocabulary = new LinkedHashMap<>();
        for (int id = 0; id < t.vocabularySize(); id++) {
            String name = added.containsKey(id)
                    ? new String(t.bytes(id), StandardCharsets.UTF_8)
                    : ByteAlphabet.encode(t.bytes(id));
            names.add(name);
            if (vocabulary.put(name, id) != null) {
                throw new IllegalArgumentException(
                        "tokenizer: expected different names, found two tokens written \"" + name + "\"");
            }
        }
        List<Object> merges = new ArrayList<>();
        t.merges().forEach(m -> merges.add(List.of(names.get(m.left()), names.get(m.right()))));
        Map<String, Object> root = root(addedList);
        if (rules.normalization() != Normalization.NONE) {
            root.put("normalizer", object("type", rules.normalization().name()));
        }
        root.put("pre_tokenizer", preTokenizer(rules));
        if (!rules.before().isEmpty() || !rules.after().isEmpty()) {
            root.put("post_processor", template(rules.before(), rules.after(), names));
        }
        root.put("decoder", byteLevel(true));
        root.put("model", model(vocabulary, merges, rules.wholePieces()));
        return json(root);
    }

    static String json(Map<String, Object> root) {
        return Mapper.MAPPER.writeValueAsString(root);
    }

    static Map<String, Object> added(AddedToken token) {
        return object(
                "id", token.id(),
                "content", token.content(),
                "single_word", token.singleWord(),
                "lstrip", token.leftStrip(),
                "rstrip", token.rightStrip(),
                "normalized", token.normalized(),
                "special", token.special());
    }

    /** Characters as a BPE of single characters without merges; the pre-tokenizer cuts at every character. */
    static String write(CharTokenizer t) {
        Map<String, Object> vocabulary = new LinkedHashMap<>();
        for (int id = 0; id < t.vocabularySize(); id++) {
            vocabulary.put(t.decode(id), id);
        }
        Map<String, Object> root = root(List.of());
        root.put("pre_tokenizer", characterSplit());
        root.put("decoder", object("type", "Fuse"));
        root.put("model", model(vocabulary, List.of(), false));
        return json(root);
    }

    /** The pre-tokenizer by which a file of single characters is known. */
    static Map<String, Object> characterSplit() {
        return split("[\\s\\S]");
    }

    static Map<String, Object> root(List<Object> added) {
        return object(
                "version", "1.0",
                "truncation", NULL,
                "padding", NULL,
                "added_tokens", added,
                "normalizer", NULL,
                "pre_tokenizer", NULL,
                "post_processor", NULL,
                "decoder", NULL,
                "model", NULL);
    }

    private static Map<String, Object> preTokenizer(TextRules rules) {
        PreTokenizer cuts = rules.preTokenizer();
        if (rules.prefixSpace() && cuts != PreTokenizer.NONE && cuts != PreTokenizer.GPT2) {
            throw new IllegalArgumentException(
                    "tokenizer: expected GPT-2's cuts or none where a space comes before a text, found " + cuts);
        }
        return switch (cuts) {
            case NONE, GPT2 -> byteLevel(cuts == PreTokenizer.GPT2, rules.prefixSpace());
            case DIGITS_GPT2, NUMBERS_GPT2 ->
                sequence(
                        "pretokenizers",
                        object("type", "Digits", "individual_digits", cuts == PreTokenizer.DIGITS_GPT2),
                        byteLevel(true));
            case LLAMA3, QWEN2, O200K -> sequence("pretokenizers", split(cuts.regex()), byteLevel(false));
        };
    }

    static Map<String, Object> sequence(String name, Object first, Object second) {
        return object("type", "Sequence", name, List.of(first, second));
    }

    private static Map<String, Object> split(String regex) {
        return object("type", "Split", "pattern", object("Regex", regex), "behavior", "Isolated", "invert", false);
    }

    private static Map<String, Object> byteLevel(boolean cuts) {
        return byteLevel(cuts, false);
    }

    private static Map<String, Object> byteLevel(boolean cuts, boolean prefixSpace) {
        return object("type", "ByteLevel", "add_prefix_space", prefixSpace, "trim_offsets", true, "use_regex", cuts);
    }

    static Map<String, Object> template(List<Integer> before, List<Integer> after, List<String> names) {
        List<Object> single = new ArrayList<>();
        List<Object> pair = new ArrayList<>();
        Map<String, Object> special = new LinkedHashMap<>();
        before.forEach(id -> single.add(item(id, names, special)));
        single.add(object("Sequence", object("id", "A", "type_id", 0)));
        after.forEach(id -> single.add(item(id, names, special)));
        pair.addAll(single);
        pair.add(object("Sequence", object("id", "B", "type_id", 1)));
        return object("type", "TemplateProcessing", "single", single, "pair", pair, "special_tokens", special);
    }

    private static Map<String, Object> item(int id, List<String> names, Map<String, Object> special) {
        String name = names.get(id);
        special.put(name, object("id", name, "ids", List.of(id), "tokens", List.of(name)));
        return object("SpecialToken", object("id", name, "type_id", 0));
    }

    private static Map<String, Object> model(Map<String, Object> vocabulary, List<Object> merges, boolean wholePieces) {
        return object(
                "type", "BPE",
                "dropout", NULL,
                "unk_token", NULL,
                "continuing_subword_prefix", NULL,
                "end_of_word_suffix", NULL,
                "fuse_unk", false,
                "byte_fallback", false,
                "ignore_merges", wholePieces,
                "vocab", vocabulary,
                "merges", merges);
    }

    /** A JSON object of alternating names and values. */
    static Map<String, Object> object(Object... fields) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < fields.length; i += 2) {
            map.put((String) fields[i], fields[i + 1]);
        }
        return map;
    }
}
