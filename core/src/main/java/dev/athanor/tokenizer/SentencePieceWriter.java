package dev.athanor.tokenizer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes the tokenizer.json of a SentencePiece-style BPE. */
final class SentencePieceWriter {
    private static final String SPACE = String.valueOf(Spaces.SPACE);

    private SentencePieceWriter() {}

    static String write(SentencePieceTokenizer t) {
        SentencePieceRules rules = t.rules();
        List<String> names = t.tokens();
        List<Object> added = new ArrayList<>();
        rules.addedTokens().forEach(token -> added.add(TokenizerWriter.added(token)));
        Map<String, Object> root = TokenizerWriter.root(added);
        List<Object> normalizers = new ArrayList<>();
        if (rules.normalization() == Normalization.NFC) {
            normalizers.add(TokenizerWriter.object("type", "NFC"));
        }
        if (rules.spaces() == Spaces.PREPENDED) {
            normalizers.add(TokenizerWriter.object("type", "Prepend", "prepend", SPACE));
        }
        if (rules.spaces().normalises()) {
            normalizers.add(replace(" ", SPACE));
        } else {
            root.put("pre_tokenizer", metaspace(rules));
        }
        if (!normalizers.isEmpty()) {
            root.put("normalizer", TokenizerWriter.object("type", "Sequence", "normalizers", normalizers));
        }
        if (!rules.before().isEmpty() || !rules.after().isEmpty()) {
            root.put("post_processor", TokenizerWriter.template(rules.before(), rules.after(), names));
        }
        root.put("decoder", decoder(rules));
        root.put("model", model(t, names));
        return TokenizerWriter.json(root);
    }

    private static Map<String, Object> replace(String from, String to) {
        return TokenizerWriter.object(
                "type", "Replace", "pattern", TokenizerWriter.object("String", from), "content", to);
    }

    private static Map<String, Object> metaspace(SentencePieceRules rules) {
        String scheme = switch (rules.spaces()) {
            case FIRST -> "first";
            case NEVER -> "never";
            default -> "always";
        };
        return TokenizerWriter.object(
                "type", "Metaspace", "replacement", SPACE, "prepend_scheme", scheme, "split", rules.cutsWords());
    }

    private static Map<String, Object> decoder(SentencePieceRules rules) {
        List<Object> steps = new ArrayList<>();
        if (rules.stripped() == SentencePieceRules.Stripped.FIRST_TOKEN) {
            steps.add(TokenizerWriter.object("type", "ByteFallback"));
            steps.add(TokenizerWriter.object(
                    "type", "Metaspace", "replacement", SPACE, "prepend_scheme", "always", "split", true));
        } else {
            steps.add(replace(SPACE, " "));
            steps.add(TokenizerWriter.object("type", "ByteFallback"));
            steps.add(TokenizerWriter.object("type", "Fuse"));
            if (rules.stripped() == SentencePieceRules.Stripped.ONE_SPACE) {
                steps.add(TokenizerWriter.object("type", "Strip", "content", " ", "start", 1, "stop", 0));
            }
        }
        return TokenizerWriter.object("type", "Sequence", "decoders", steps);
    }

    private static Map<String, Object> model(SentencePieceTokenizer t, List<String> names) {
        SentencePieceRules rules = t.rules();
        Map<String, Object> vocabulary = new LinkedHashMap<>();
        for (int id = 0; id < names.size(); id++) {
            vocabulary.put(names.get(id), id);
        }
        List<Object> merges = new ArrayList<>();
        for (SentencePieceVocabulary.Merge m : t.vocabulary().merges()) {
            if (m.left() < names.size() && m.right() < names.size()) {
                merges.add(List.of(names.get(m.left()), names.get(m.right())));
            }
        }
        Object unknown = rules.unknown().isPresent() ? names.get(rules.unknown().getAsInt()) : TokenizerWriter.NULL;
        return TokenizerWriter.object(
                "type",
                "BPE",
                "dropout",
                TokenizerWriter.NULL,
                "unk_token",
                unknown,
                "continuing_subword_prefix",
                TokenizerWriter.NULL,
                "end_of_word_suffix",
                TokenizerWriter.NULL,
                "fuse_unk",
                rules.fuseUnknown(),
                "byte_fallback",
                rules.byteFallback(),
                "ignore_merges",
                rules.wholePieces(),
                "vocab",
                vocabulary,
                "merges",
                merges);
    }
}
