package dev.athanor.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/** Makes the vocabularies of GGUF files. What they cannot say is lost; see {@link Tokenizers#toGguf}. */
final class GgufWriter {
    private GgufWriter() {}

    static GgufVocabulary write(Tokenizer tokenizer) {
        return switch (tokenizer) {
            case BpeTokenizer bpe -> byteLevel(bpe);
            case SentencePieceTokenizer pieces -> sentencePiece(pieces);
            case CharTokenizer characters -> characters(characters);
            default ->
                throw new IllegalArgumentException(
                        "tokenizer: expected one Athanor made, found " + tokenizer.getClass());
        };
    }

    private static int type(AddedToken token) {
        return token.special() ? GgufVocabulary.CONTROL : GgufVocabulary.USER_DEFINED;
    }

    private static OptionalInt only(List<Integer> ids) {
        return ids.size() == 1 ? OptionalInt.of(ids.getFirst()) : OptionalInt.empty();
    }

    private static OptionalInt end(Tokenizer t, List<Integer> after) {
        int end = t.endOfText();
        return after.isEmpty() ? (end < 0 ? OptionalInt.empty() : OptionalInt.of(end)) : only(after);
    }

    private static GgufVocabulary byteLevel(BpeTokenizer t) {
        TextRules rules = t.rules();
        Integer[] types = new Integer[t.vocabularySize()];
        Arrays.fill(types, GgufVocabulary.NORMAL);
        rules.addedTokens().forEach(token -> types[token.id()] = type(token));
        List<String> names = new ArrayList<>();
        for (int id = 0; id < types.length; id++) {
            names.add(
                    types[id] == GgufVocabulary.NORMAL
                            ? ByteAlphabet.encode(t.bytes(id))
                            : new String(t.bytes(id), StandardCharsets.UTF_8));
        }
        List<String> merges = t.merges().stream()
                .map(m -> names.get(m.left()) + " " + names.get(m.right()))
                .toList();
        OptionalInt before = only(rules.before());
        return new GgufVocabulary(
                "gpt2",
                GgufCuts.of(rules).name(),
                names,
                List.of(),
                List.of(types),
                merges,
                before,
                end(t, rules.after()),
                OptionalInt.empty(),
                before.isPresent(),
                only(rules.after()).isPresent(),
                false);
    }

    private static GgufVocabulary sentencePiece(SentencePieceTokenizer t) {
        SentencePieceRules rules = t.rules();
        List<String> names = t.tokens();
        Integer[] types = new Integer[names.size()];
        Float[] scores = new Float[names.size()];
        Arrays.fill(types, GgufVocabulary.NORMAL);
        Arrays.fill(scores, GgufVocabulary.UNUSED_SCORE / 10); // of what no merge makes
        for (SentencePieceVocabulary.Merge m : t.vocabulary().merges()) {
            scores[m.result()] = Math.max(scores[m.result()], -m.rank());
        }
        rules.addedTokens().forEach(token -> types[token.id()] = type(token));
        for (int id = 0; id < types.length; id++) {
            if (rules.byteFallback() && SentencePieceTokenizer.byteValue(names.get(id)) >= 0) {
                types[id] = GgufVocabulary.BYTE;
            }
            scores[id] = types[id] == GgufVocabulary.NORMAL ? scores[id] : 0f;
        }
        rules.unknown().ifPresent(id -> types[id] = GgufVocabulary.UNKNOWN);
        OptionalInt before = only(rules.before());
        return new GgufVocabulary(
                "llama",
                "default",
                names,
                List.of(scores),
                List.of(types),
                List.of(),
                before,
                end(t, rules.after()),
                rules.unknown(),
                before.isPresent(),
                only(rules.after()).isPresent(),
                rules.spaces().adds());
    }

    /** Characters are SentencePiece without anything to merge. */
    private static GgufVocabulary characters(CharTokenizer t) {
        List<String> names = new ArrayList<>();
        for (int id = 0; id < t.vocabularySize(); id++) {
            String name = t.decode(id);
            if (name.indexOf(Spaces.SPACE) >= 0) {
                throw new TokenizerFormatException(
                        "character vocabulary: expected no ▁, which stands for a space in GGUF," + " found it as id "
                                + id + "; keep this model in its Hugging Face directory");
            }
            names.add(name.replace(' ', Spaces.SPACE));
        }
        Float[] scores = new Float[names.size()];
        Arrays.fill(scores, 0f);
        Integer[] types = new Integer[names.size()];
        Arrays.fill(types, GgufVocabulary.NORMAL);
        return new GgufVocabulary(
                "llama",
                "default",
                names,
                List.of(scores),
                List.of(types),
                List.of(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                false,
                false,
                false);
    }
}
