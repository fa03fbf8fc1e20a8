package dev.athanor.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** Makes tokenizers of the vocabularies in GGUF files. */
final class GgufReader {
    private final GgufVocabulary vocabulary;
    private final List<String> tokens;

    private GgufReader(GgufVocabulary vocabulary) {
        this.vocabulary = vocabulary;
        int size = vocabulary.tokens().size();
        while (size > 0 && vocabulary.type(size - 1) == GgufVocabulary.UNUSED) {
            size--; // rows of the model without tokens
        }
        this.tokens = vocabulary.tokens().subList(0, size);
    }

    static Tokenizer read(GgufVocabulary vocabulary) {
        GgufReader reader = new GgufReader(vocabulary);
        return switch (vocabulary.model()) {
            case "gpt2" -> reader.byteLevel();
            case "llama" -> reader.sentencePiece();
            default ->
                throw new TokenizerFormatException(
                        "tokenizer.ggml.model: expected gpt2 (byte-level BPE) or llama (SentencePiece), found "
                                + Fields.shown(vocabulary.model()));
        };
    }

    private List<AddedToken> added() {
        List<AddedToken> added = new ArrayList<>();
        for (int id = 0; id < tokens.size(); id++) {
            String name = tokens.get(id);
            switch (vocabulary.type(id)) {
                case GgufVocabulary.UNKNOWN, GgufVocabulary.CONTROL, GgufVocabulary.UNUSED ->
                    added.add(AddedToken.special(id, name));
                case GgufVocabulary.USER_DEFINED ->
                    added.add(new AddedToken(id, name, false, false, false, false, false));
                default -> {}
            }
        }
        return added;
    }

    private List<Integer> around(boolean add, OptionalInt id, String name) {
        if (add && id.isEmpty()) {
            throw new TokenizerFormatException("tokenizer.ggml." + name + "_token_id: expected an id, since add_" + name
                    + "_token is true, found none");
        }
        return add ? List.of(id.getAsInt()) : List.of();
    }

    private Tokenizer byteLevel() {
        GgufCuts cuts = GgufCuts.named(vocabulary.pre());
        List<AddedToken> added = added();
        Map<Integer, AddedToken> byId = new HashMap<>();
        added.forEach(token -> byId.put(token.id(), token));
        Map<String, Integer> ids = new HashMap<>();
        List<byte[]> bytes = new ArrayList<>();
        for (int id = 0; id < tokens.size(); id++) {
            ids.put(tokens.get(id), id);
            bytes.add(
                    byId.containsKey(id)
                            ? tokens.get(id).getBytes(StandardCharsets.UTF_8)
                            : ByteAlphabet.decode(tokens.get(id)));
        }
        TextRules rules = new TextRules(
                cuts.normalization(),
                cuts.preTokenizer(),
                added,
                cuts.wholePieces(),
                around(vocabulary.addBos(), vocabulary.bos(), "bos"),
                around(vocabulary.addEos(), vocabulary.eos(), "eos"));
        return new BpeTokenizer(bytes, merges(ids), rules);
    }

    private List<BpeTokenizer.Merge> merges(Map<String, Integer> ids) {
        List<BpeTokenizer.Merge> merges = new ArrayList<>(vocabulary.merges().size());
        for (String merge : vocabulary.merges()) {
            int space = merge.indexOf(' ', 1);
            String left = space < 0 ? merge : merge.substring(0, space);
            String right = space < 0 ? "" : merge.substring(space + 1);
            Integer l = ids.get(left);
            Integer r = ids.get(right);
            Integer result = ids.get(left + right);
            if (l == null || r == null || result == null) {
                throw new TokenizerFormatException(
                        "tokenizer.ggml.merges: expected two tokens and a space between them, "
                                + "and a token they make, found " + Fields.shown(merge) + " as merge " + merges.size());
            }
            merges.add(new BpeTokenizer.Merge(l, r, result));
        }
        return merges;
    }

    private Tokenizer sentencePiece() {
        if (vocabulary.scores().isEmpty()) {
            throw new TokenizerFormatException("tokenizer.ggml.scores: expected one for each token, found none");
        }
        List<Boolean> text = IntStream.range(0, tokens.size())
                .mapToObj(id -> vocabulary.type(id) == GgufVocabulary.NORMAL
                        && !tokens.get(id).isEmpty())
                .toList();
        List<Float> scores = vocabulary.scores().subList(0, tokens.size());
        boolean bytes = IntStream.range(0, tokens.size()).anyMatch(id -> vocabulary.type(id) == GgufVocabulary.BYTE);
        OptionalInt unknown = vocabulary.unknown().isPresent()
                ? vocabulary.unknown()
                : IntStream.range(0, tokens.size())
                        .filter(id -> vocabulary.type(id) == GgufVocabulary.UNKNOWN)
                        .findFirst();
        boolean adds = vocabulary.addSpacePrefix();
        SentencePieceRules rules = new SentencePieceRules(
                Normalization.NONE,
                adds ? Spaces.PREPENDED : Spaces.REPLACED,
                false,
                false,
                bytes,
                unknown,
                true,
                adds ? SentencePieceRules.Stripped.ONE_SPACE : SentencePieceRules.Stripped.NOTHING,
                added(),
                around(vocabulary.addBos(), vocabulary.bos(), "bos"),
                around(vocabulary.addEos(), vocabulary.eos(), "eos"));
        return new SentencePieceTokenizer(SentencePieceVocabulary.byScores(tokens, scores, text), rules);
    }
}
