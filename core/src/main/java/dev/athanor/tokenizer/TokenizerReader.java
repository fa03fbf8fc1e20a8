package dev.athanor.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads one tokenizer.json. The vocabulary and the merges are read as they come; every other part is small. */
final class TokenizerReader {
    /** Most ids, and most merges. */
    static final int MOST = 1 << 20;

    /** Parts of a merge that are kept: more than two are wrong, however many they are. */
    private static final int MOST_SHOWN = 8;

    private static final Set<String> PARTS = Set.of(
            "version",
            "truncation",
            "padding",
            "added_tokens",
            "normalizer",
            "pre_tokenizer",
            "post_processor",
            "decoder",
            "model");

    private final JsonParser parser;
    private final Map<String, Object> parts = new HashMap<>();
    private final Map<String, Object> flags = new HashMap<>(); // of the model
    private final Map<String, Integer> vocabulary = new HashMap<>();
    private final List<String> merges = new ArrayList<>(); // left, right, left, right

    private final Optional<VocabularyScanner> scanner;

    TokenizerReader(JsonParser parser) {
        this(parser, Optional.empty());
    }

    /**
     * @param parser of the file, its vocabulary and its merges left empty where they are to be read elsewhere
     * @param scanner reads them
     */
    TokenizerReader(JsonParser parser, Optional<VocabularyScanner> scanner) {
        this.parser = parser;
        this.scanner = scanner;
    }

    Tokenizer read() {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new TokenizerFormatException("expected a JSON object, found " + kind(parser.currentToken()));
        }
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String part = parser.currentName();
            parser.nextToken();
            if (!PARTS.contains(part)) {
                throw new TokenizerFormatException("expected the parts of a tokenizer, found " + Fields.shown(part));
            }
            if (part.equals("model")) {
                model();
            } else {
                parts.put(part, JsonTree.read(parser));
            }
        }
        if (parser.nextToken() != null) {
            throw new TokenizerFormatException(
                    "expected nothing after the tokenizer, found " + kind(parser.currentToken()));
        }
        return build();
    }

    /** A JSON value for a message; the parser has none at the end of its text. */
    private static String kind(@Nullable JsonToken token) {
        return token == null
                ? "nothing"
                : switch (token) {
                    case START_OBJECT -> "an object";
                    case START_ARRAY -> "a list";
                    case VALUE_STRING -> "a string";
                    case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
                    default -> String.valueOf(token.asString());
                };
    }

    private void model() {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw new TokenizerFormatException("model: expected an object, found " + kind(parser.currentToken()));
        }
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String field = parser.currentName();
            JsonToken token = parser.nextToken();
            if (field.equals("vocab") && token == JsonToken.START_OBJECT) {
                vocabulary();
            } else if (field.equals("merges") && token == JsonToken.START_ARRAY) {
                merges();
            } else if (field.equals("vocab") || field.equals("merges")) {
                throw new TokenizerFormatException("model." + field + ": expected "
                        + (field.equals("vocab") ? "an object of tokens and their ids" : "a list of pairs")
                        + ", found " + kind(token));
            } else {
                flags.put(field, JsonTree.read(parser));
            }
        }
    }

    private void vocabulary() {
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String token = parser.currentName();
            if (parser.nextToken() != JsonToken.VALUE_NUMBER_INT
                    || parser.getString().length() > 9
                    || parser.getString().startsWith("-")) {
                throw new TokenizerFormatException("model.vocab: expected an id for " + Fields.shown(token) + ", found "
                        + Fields.shown(parser.getString()));
            }
            vocabulary.put(token, Integer.parseInt(parser.getString()));
            requireRoom(vocabulary.size());
        }
    }

    private static void requireRoom(int size) {
        if (size > MOST) {
            throw new TokenizerFormatException("model: expected at most " + MOST + " tokens and merges, found more");
        }
    }

    /** Old files write "a b", new ones ["a", "b"]. */
    private void merges() {
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            List<String> parts = switch (token) {
                case VALUE_STRING -> List.of(parser.getString().split(" ", -1));
                case START_ARRAY -> strings();
                default -> List.of();
            };
            if (parts.size() != 2) {
                throw new TokenizerFormatException("model.merges: expected two tokens in merge " + merges.size() / 2
                        + ", found " + (parts.isEmpty() ? kind(token) : Fields.shown(parts)));
            }
            merges.addAll(parts);
            requireRoom(merges.size() / 2);
        }
    }

    /** The list that begins here; empty where not all of it are strings. */
    private List<String> strings() {
        List<String> strings = new ArrayList<>(2);
        boolean only = true;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() == JsonToken.VALUE_STRING && strings.size() < MOST_SHOWN) {
                strings.add(parser.getString());
            } else {
                only = false;
                parser.skipChildren();
            }
        }
        return only ? strings : List.of();
    }

    private Object part(String name) {
        return parts.getOrDefault(name, JsonTree.NULL);
    }

    private Tokenizer build() {
        for (String name : List.of("truncation", "padding")) {
            if (part(name) != JsonTree.NULL) {
                throw new TokenizerFormatException(name
                        + ": expected null, since Athanor never does it silently, found " + Fields.shown(part(name)));
            }
        }
        Fields model = Fields.of("model", flags);
        if (model.has("type") && !model.string("type").equals("BPE")) {
            model.refuse("type", "\"BPE\"");
        }
        if (model.has("dropout") && !model.value("dropout").toString().matches("0|0\\.0")) {
            model.refuse("dropout", "null, since it makes ids random");
        }
        model.requireEmpty("continuing_subword_prefix");
        model.requireEmpty("end_of_word_suffix");
        model.ignore("type", "dropout");
        if (SentencePieceReader.describes(part("normalizer"), part("pre_tokenizer"))) {
            if (scanner.isPresent()) {
                throw new VocabularyScanner.Unusual();
            }
            return sentencePiece(model);
        }
        model.requireOff("byte_fallback");
        model.ignore("unk_token", "fuse_unk"); // with a token for every byte nothing is unknown
        boolean wholePieces = model.flag("ignore_merges", false);
        model.end();
        List<AddedToken> added = TextRulesReader.addedTokens(part("added_tokens"));
        if (isCharacters()) {
            if (scanner.isPresent()) {
                throw new VocabularyScanner.Unusual();
            }
            return characters(added);
        }
        TextRules rules = rules(added, wholePieces);
        if (scanner.isPresent()) {
            return new BpeTokenizer(scanner.get().tokens(added), scanner.get(), rules);
        }
        List<String> names = names(added);
        return new BpeTokenizer(tokens(names, added), resolvedMerges(), rules);
    }

    private TextRules rules(List<AddedToken> added, boolean wholePieces) {
        TextRulesReader.Around around = TextRulesReader.postProcessor(part("post_processor"));
        TextRules rules = new TextRules(
                TextRulesReader.normalization(part("normalizer")),
                TextRulesReader.preTokenizer(part("pre_tokenizer")),
                added,
                wholePieces,
                around.before(),
                around.after(),
                TextRulesReader.prefixSpace(part("pre_tokenizer")));
        TextRulesReader.decoder(part("decoder"));
        return rules;
    }

    private Tokenizer sentencePiece(Fields model) {
        List<AddedToken> added = TextRulesReader.addedTokens(part("added_tokens"));
        List<String> names = names(added);
        TextRulesReader.Around around = TextRulesReader.postProcessor(part("post_processor"));
        SentencePieceReader.Before before = SentencePieceReader.before(part("normalizer"), part("pre_tokenizer"));
        SentencePieceRules rules = new SentencePieceRules(
                before.normalization(),
                before.spaces(),
                before.cutsWords(),
                model.flag("ignore_merges", false),
                model.flag("byte_fallback", false),
                SentencePieceReader.unknown(model, vocabulary),
                model.flag("fuse_unk", false),
                SentencePieceReader.decoder(part("decoder")),
                added,
                around.before(),
                around.after());
        model.ignore("unk_token");
        model.end();
        List<SentencePieceVocabulary.Merge> ranked = new ArrayList<>();
        for (BpeTokenizer.Merge m : resolvedMerges()) {
            ranked.add(new SentencePieceVocabulary.Merge(m.left(), m.right(), m.result(), ranked.size()));
        }
        return new SentencePieceTokenizer(new SentencePieceVocabulary(names, ranked, List.of()), rules);
    }

    private boolean isCharacters() {
        return part("pre_tokenizer") instanceof Map<?, ?> map
                && TokenizerWriter.characterSplit().equals(map);
    }

    private Tokenizer characters(List<AddedToken> added) {
        if (!added.isEmpty() || !merges.isEmpty()) {
            throw new TokenizerFormatException("expected single characters without added tokens and merges, found "
                    + (added.isEmpty() ? merges.size() / 2 + " merges" : added.getFirst()));
        }
        for (String name : List.of("normalizer", "post_processor")) {
            if (part(name) != JsonTree.NULL) {
                throw new TokenizerFormatException(
                        name + ": expected null beside single characters, found " + Fields.shown(part(name)));
            }
        }
        if (!Map.of("type", "Fuse").equals(part("decoder"))) {
            throw new TokenizerFormatException(
                    "decoder: expected Fuse beside single characters, found " + Fields.shown(part("decoder")));
        }
        return new CharTokenizer(names(List.of()));
    }

    /** Names by id. Ids must be dense, so that a model's rows and the tokens are one to one. */
    private List<String> names(List<AddedToken> added) {
        for (AddedToken token : added) {
            Integer other = vocabulary.putIfAbsent(token.content(), token.id());
            if (other != null && other != token.id()) {
                throw new TokenizerFormatException("added token " + Fields.shown(token.content()) + ": expected its id "
                        + other + " of the vocabulary, found " + token.id());
            }
        }
        if (vocabulary.isEmpty()) {
            throw new TokenizerFormatException("model.vocab: expected tokens, found none");
        }
        String[] names = new String[vocabulary.size()];
        Set<Integer> seen = new HashSet<>();
        vocabulary.forEach((name, id) -> {
            if (id >= names.length || !seen.add(id)) {
                throw new TokenizerFormatException("model.vocab: expected each of the ids 0 to " + (names.length - 1)
                        + " once, found " + id + (id < names.length ? " again" : "") + " for " + Fields.shown(name));
            }
            names[id] = name;
        });
        return List.of(names);
    }

    private static List<byte[]> tokens(List<String> names, List<AddedToken> added) {
        Set<Integer> plain = new HashSet<>();
        added.forEach(token -> plain.add(token.id()));
        List<byte[]> tokens = new ArrayList<>(names.size());
        for (int id = 0; id < names.size(); id++) {
            String name = names.get(id);
            tokens.add(plain.contains(id) ? name.getBytes(StandardCharsets.UTF_8) : ByteAlphabet.decode(name));
        }
        return tokens;
    }

    private List<BpeTokenizer.Merge> resolvedMerges() {
        List<BpeTokenizer.Merge> resolved = new ArrayList<>(merges.size() / 2);
        for (int i = 0; i < merges.size(); i += 2) {
            String left = merges.get(i);
            String right = merges.get(i + 1);
            resolved.add(new BpeTokenizer.Merge(find(left, i / 2), find(right, i / 2), find(left + right, i / 2)));
        }
        return resolved;
    }

    private int find(String token, int merge) {
        Integer id = vocabulary.get(token);
        if (id == null) {
            throw new TokenizerFormatException("model.merges: expected the parts and the result of merge " + merge
                    + " in the vocabulary, found no " + Fields.shown(token));
        }
        return id;
    }
}
