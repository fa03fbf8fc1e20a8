package dev.athanor.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** Reads the components of a tokenizer.json that make a BPE work like SentencePiece. */
final class SentencePieceReader {
    private static final String SPACE = String.valueOf(Spaces.SPACE);

    private SentencePieceReader() {}

    /** Whether the file turns spaces into ▁: by Metaspace, or by a normaliser. */
    static boolean describes(Object normalizer, Object preTokenizer) {
        return types(preTokenizer, "pretokenizers").contains("Metaspace")
                || types(normalizer, "normalizers").stream().anyMatch(t -> t.equals("Prepend") || t.equals("Replace"));
    }

    private static List<String> types(Object tree, String steps) {
        List<String> types = new ArrayList<>();
        if (tree instanceof Map<?, ?> map) {
            if (map.get("type") instanceof String type) {
                types.add(type);
            }
            if (map.get(steps) instanceof List<?> list) {
                list.forEach(step -> types.addAll(types(step, steps)));
            }
        }
        return types;
    }

    private static List<?> steps(String where, String name, Object tree) {
        if (tree == JsonTree.NULL) {
            return List.of();
        }
        Fields fields = Fields.of(where, tree);
        if (!fields.string("type").equals("Sequence")) {
            return List.of(tree);
        }
        List<?> steps = fields.list(name);
        fields.end();
        return steps;
    }

    /** What is done to text before the merges. */
    record Before(Normalization normalization, Spaces spaces, boolean cutsWords) {}

    static Before before(Object normalizer, Object preTokenizer) {
        Normalization normalization = Normalization.NONE;
        boolean prepends = false;
        boolean replaces = false;
        for (Object step : steps("normalizer", "normalizers", normalizer)) {
            Fields fields = Fields.of("normalizer", step);
            String type = fields.string("type");
            boolean later = prepends || replaces;
            if (type.equals("NFC") && !later) {
                normalization = Normalization.NFC;
            } else if (type.equals("Prepend") && !later) {
                require(fields, "prepend", SPACE);
                prepends = true;
            } else if (type.equals("Replace") && !replaces) {
                replacement(fields, " ", SPACE);
                replaces = true;
            } else {
                throw new TokenizerFormatException(
                        "normalizer: expected NFC, then Prepend and Replace of spaces, found " + Fields.shown(step));
            }
            fields.end();
        }
        if (prepends && !replaces) {
            throw new TokenizerFormatException("normalizer: expected Replace of spaces after Prepend, found none");
        }
        if (replaces) {
            harmless(preTokenizer);
            return new Before(normalization, prepends ? Spaces.PREPENDED : Spaces.REPLACED, false);
        }
        return metaspace(normalization, preTokenizer);
    }

    /** Behind a normaliser that replaced every space, cuts at spaces cut nothing. */
    private static void harmless(Object preTokenizer) {
        for (Object step : steps("pre_tokenizer", "pretokenizers", preTokenizer)) {
            Fields fields = Fields.of("pre_tokenizer", step);
            if (!fields.string("type").equals("Split")) {
                fields.refuse("type", "none, or a Split at spaces, beside a normalizer that replaces spaces");
            }
            Fields pattern = fields.fields("pattern");
            require(pattern, "String", " ");
            pattern.end();
            fields.ignore("behavior", "invert");
            if (fields.flag("invert", false)) {
                fields.refuse("invert", "false");
            }
            fields.end();
        }
    }

    private static Before metaspace(Normalization normalization, Object preTokenizer) {
        List<?> steps = steps("pre_tokenizer", "pretokenizers", preTokenizer);
        if (steps.size() != 1) {
            throw new TokenizerFormatException(
                    "pre_tokenizer: expected Metaspace alone, found " + Fields.shown(preTokenizer));
        }
        Fields fields = Fields.of("pre_tokenizer", steps.getFirst());
        Spaces spaces = scheme(fields);
        boolean cuts = fields.flag("split", true);
        fields.end();
        return new Before(normalization, spaces, cuts);
    }

    /** The fields that the pre-tokenizer Metaspace and its decoder share. */
    private static Spaces scheme(Fields fields) {
        require(fields, "type", "Metaspace");
        require(fields, "replacement", SPACE);
        boolean adds = fields.flag("add_prefix_space", true); // older files
        fields.ignore("str_rep");
        String scheme = fields.has("prepend_scheme") ? fields.string("prepend_scheme") : adds ? "always" : "never";
        fields.ignore("prepend_scheme");
        if (!adds && !scheme.equals("never")) {
            fields.refuse("prepend_scheme", "\"never\" beside add_prefix_space false");
        }
        return switch (scheme) {
            case "always" -> Spaces.ALWAYS;
            case "first" -> Spaces.FIRST;
            case "never" -> Spaces.NEVER;
            default -> fields.refuse("prepend_scheme", "always, first or never");
        };
    }

    /** What decoding takes away; the rest of it must undo what {@code spaces} did. */
    static SentencePieceRules.Stripped decoder(Object tree) {
        SentencePieceRules.Stripped stripped = SentencePieceRules.Stripped.NOTHING;
        boolean spaces = false;
        boolean fused = false;
        for (Object step : steps("decoder", "decoders", tree)) {
            Fields fields = Fields.of("decoder", step);
            switch (fields.string("type")) {
                case "ByteFallback" -> {}
                case "Fuse" -> fused = true;
                case "Replace" -> {
                    replacement(fields, SPACE, " ");
                    spaces = true;
                }
                case "Strip" -> {
                    require(fields, "content", " ");
                    if (fields.integer("start") != 1 || fields.integer("stop") != 0 || !fused) {
                        fields.refuse("start", "1, and stop 0, after Fuse");
                    }
                    stripped = SentencePieceRules.Stripped.ONE_SPACE;
                }
                case "Metaspace" -> {
                    if (scheme(fields) != Spaces.NEVER) {
                        stripped = SentencePieceRules.Stripped.FIRST_TOKEN;
                    }
                    fields.ignore("split");
                    spaces = true;
                }
                default -> fields.refuse("type", "Replace, ByteFallback, Fuse, Strip or Metaspace");
            }
            fields.end();
        }
        if (!spaces) {
            throw new TokenizerFormatException(
                    "decoder: expected Metaspace, or Replace of ▁ by a space, found " + Fields.shown(tree));
        }
        return stripped;
    }

    private static void replacement(Fields fields, String from, String to) {
        Fields pattern = fields.fields("pattern");
        require(pattern, "String", from);
        pattern.end();
        require(fields, "content", to);
    }

    private static void require(Fields fields, String name, String expected) {
        if (!fields.string(name).equals(expected)) {
            fields.refuse(name, "\"" + expected + "\"");
        }
    }

    /** The id of {@code unk_token}, if there is one. */
    static OptionalInt unknown(Fields model, Map<String, Integer> vocabulary) {
        if (!model.has("unk_token")) {
            return OptionalInt.empty();
        }
        String name = model.string("unk_token");
        Integer id = vocabulary.get(name);
        if (id == null) {
            return model.refuse("unk_token", "a token of the vocabulary");
        }
        return OptionalInt.of(id);
    }
}
