package dev.athanor.tokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Turns the components of a tokenizer.json into {@link TextRules} and refuses those that Athanor does not have. */
final class TextRulesReader {
    private TextRulesReader() {}

    static Normalization normalization(Object tree) {
        if (tree == JsonTree.NULL) {
            return Normalization.NONE;
        }
        Fields fields = Fields.of("normalizer", tree);
        String type = fields.string("type");
        if (type.equals("Sequence") && fields.list("normalizers").size() == 1) {
            fields.end();
            return normalization(fields.list("normalizers").getFirst());
        }
        if (type.equals("Sequence") && fields.list("normalizers").isEmpty()) {
            return Normalization.NONE;
        }
        if (!type.equals("NFC")) {
            throw new TokenizerFormatException("normalizer: expected none or NFC, found " + Fields.shown(tree));
        }
        fields.end();
        return Normalization.NFC;
    }

    /** The cuts: ByteLevel alone, or a known Split or Digits before it. */
    static PreTokenizer preTokenizer(Object tree) {
        if (tree == JsonTree.NULL) {
            throw new TokenizerFormatException("pre_tokenizer: expected ByteLevel, found none");
        }
        List<Object> steps = sequence("pre_tokenizer", "pretokenizers", tree);
        boolean cut = byteLevel("pre_tokenizer", steps.getLast(), steps.size() == 1);
        if (steps.size() == 1) {
            return cut ? PreTokenizer.GPT2 : PreTokenizer.NONE;
        }
        Fields first = Fields.of("pre_tokenizer", steps.getFirst());
        String type = first.string("type");
        if (steps.size() == 2 && type.equals("Digits") && cut) {
            boolean individual = first.flag("individual_digits", false);
            first.end();
            return individual ? PreTokenizer.DIGITS_GPT2 : PreTokenizer.NUMBERS_GPT2;
        }
        if (steps.size() == 2 && type.equals("Split") && !cut) {
            return split(first);
        }
        throw new TokenizerFormatException(
                "pre_tokenizer: expected ByteLevel, alone or after one Split or Digits, found " + Fields.shown(tree));
    }

    /** Whether the last step puts a space before a text. */
    static boolean prefixSpace(Object tree) {
        return Fields.of(
                        "pre_tokenizer",
                        sequence("pre_tokenizer", "pretokenizers", tree).getLast())
                .flag("add_prefix_space", false);
    }

    private static PreTokenizer split(Fields split) {
        Fields pattern = split.fields("pattern");
        String regex = pattern.string("Regex");
        pattern.end();
        if (!split.string("behavior").equals("Isolated")) {
            split.refuse("behavior", "\"Isolated\"");
        }
        split.requireOff("invert");
        split.end();
        return SplitPatterns.find(regex)
                .orElseThrow(() -> new TokenizerFormatException(
                        "pre_tokenizer.pattern: expected the pattern of GPT-2, Llama 3 (cl100k), Qwen 2 or o200k, found "
                                + Fields.shown(regex) + "; Athanor runs no other regular expressions"));
    }

    private static List<Object> sequence(String where, String name, Object tree) {
        Fields fields = Fields.of(where, tree);
        if (!fields.string("type").equals("Sequence")) {
            return List.of(tree);
        }
        List<Object> steps = new ArrayList<>(fields.list(name));
        fields.end();
        if (steps.isEmpty()) {
            throw new TokenizerFormatException(where + ": expected at least one step, found an empty Sequence");
        }
        return steps;
    }

    /** Requires a ByteLevel component that adds nothing unless it is alone; whether it cuts. */
    private static boolean byteLevel(String where, Object tree, boolean alone) {
        Fields fields = Fields.of(where, tree);
        String type = fields.string("type");
        if (!type.equals("ByteLevel")) {
            throw new TokenizerFormatException(where + ": expected the type ByteLevel, found " + type);
        }
        if (where.equals("pre_tokenizer") && !alone) {
            fields.requireOff("add_prefix_space"); // changes nothing when decoding
        }
        boolean cut = fields.flag("use_regex", true);
        fields.ignore("add_prefix_space", "trim_offsets"); // offsets do not change ids
        fields.end();
        return cut;
    }

    static void decoder(Object tree) {
        if (tree == JsonTree.NULL) {
            throw new TokenizerFormatException("decoder: expected ByteLevel, found none");
        }
        List<Object> steps = sequence("decoder", "decoders", tree);
        steps.forEach(step -> byteLevel("decoder", step, false));
    }

    /** Ids a model expects around a text: before it and after it. */
    record Around(List<Integer> before, List<Integer> after) {}

    static Around postProcessor(Object tree) {
        Around around = new Around(new ArrayList<>(), new ArrayList<>());
        if (tree == JsonTree.NULL) {
            return around;
        }
        for (Object step : sequence("post_processor", "processors", tree)) {
            Fields fields = Fields.of("post_processor", step);
            switch (fields.string("type")) {
                case "ByteLevel" -> {} // offsets only
                case "TemplateProcessing" -> template(fields, around);
                default -> fields.refuse("type", "ByteLevel or TemplateProcessing");
            }
        }
        return around;
    }

    private static void template(Fields fields, Around around) {
        Fields special = fields.fields("special_tokens");
        boolean seen = false;
        for (Object item : fields.list("single")) {
            if (!(item instanceof Map<?, ?> map)) {
                throw new TokenizerFormatException(
                        "post_processor.single: expected objects, found " + Fields.shown(item));
            }
            if (map.containsKey("Sequence")) {
                Fields text = Fields.of("post_processor.single", item).fields("Sequence");
                if (!text.string("id").equals("A")) {
                    text.refuse("id", "\"A\", the only text there is");
                }
                if (seen) {
                    throw new TokenizerFormatException("post_processor.single: expected the text once, found it twice");
                }
                seen = true;
                continue;
            }
            String name = Fields.of("post_processor.single", item)
                    .fields("SpecialToken")
                    .string("id");
            for (Object id : special.fields(name).list("ids")) {
                if (!(id instanceof Integer number)) {
                    throw new TokenizerFormatException("post_processor.special_tokens: expected ids of "
                            + Fields.shown(name) + ", found " + Fields.shown(id));
                }
                (seen ? around.after : around.before).add(number);
            }
        }
        if (!seen) {
            throw new TokenizerFormatException(
                    "post_processor.single: expected the text in it, found only special tokens");
        }
        fields.ignore("pair"); // a second text is never given
        fields.end();
    }

    static List<AddedToken> addedTokens(Object tree) {
        if (tree == JsonTree.NULL) {
            return List.of();
        }
        if (!(tree instanceof List<?> list)) {
            throw new TokenizerFormatException("added_tokens: expected a list, found " + Fields.shown(tree));
        }
        List<AddedToken> tokens = new ArrayList<>();
        for (Object item : list) {
            Fields fields = Fields.of("added_tokens", item);
            boolean special = fields.flag("special", false);
            tokens.add(new AddedToken(
                    fields.integer("id"),
                    fields.string("content"),
                    fields.flag("single_word", false),
                    fields.flag("lstrip", false),
                    fields.flag("rstrip", false),
                    fields.flag("normalized", !special),
                    special));
            fields.end();
        }
        return tokens;
    }
}
