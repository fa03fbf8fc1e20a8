package dev.athanor.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Byte-level byte-pair encoding (Sennrich et al. 2016; GPT-2): text is cut into pieces, pieces into bytes, and pairs
 * are merged.
 */
public final class BpeTokenizer implements Tokenizer {
    /** The usual name of the token that ends a document. */
    public static final String END_OF_TEXT = "<|endoftext|>";

    /** Names under which families end a document, the surest first. */
    private static final List<String> ENDS = List.of(END_OF_TEXT, "<|end_of_text|>", "</s>");

    /** A learned merge: ids {@code left} and {@code right} become {@code result}. */
    public record Merge(int left, int right, int result) {}

    private final List<byte[]> tokens;
    private final List<Merge> merges;
    private final TextRules rules;
    private final Map<String, Integer> added = new HashMap<>();
    private final TokenTable ids;
    private final BitSet special = new BitSet();
    private final int[] byteIds = new int[256];
    private final Merger merger;
    private final WholePieces whole;
    private final TextSplitter splitter;

    /**
     * GPT-2's cuts.
     *
     * @param tokens bytes of every id; special tokens have the UTF-8 of their name
     * @param merges in order of rank
     * @param special names and ids of the control tokens
     */
    public BpeTokenizer(List<byte[]> tokens, List<Merge> merges, Map<String, Integer> special) {
        this(tokens, merges, new TextRules(PreTokenizer.GPT2, specials(special)));
    }

    /**
     * @param tokens bytes of every id; added tokens have the UTF-8 of their name
     * @param merges in order of rank
     * @param rules what surrounds the merges
     */
    public BpeTokenizer(List<byte[]> tokens, List<Merge> merges, TextRules rules) {
        this.tokens = tokens.stream().map(byte[]::clone).toList();
        this.merges = List.copyOf(merges);
        this.rules = rules;
        rules.before().forEach(id -> requireId(id, "the ids before a text"));
        rules.after().forEach(id -> requireId(id, "the ids after a text"));
        BitSet names = new BitSet();
        for (AddedToken token : rules.addedTokens()) {
            requireId(token.id(), "added token " + Fields.shown(token.content()));
            names.set(token.id());
            special.set(token.id(), token.special());
            if (added.put(token.content(), token.id()) != null) {
                throw new TokenizerFormatException(
                        "added token " + Fields.shown(token.content()) + ": expected once, found twice");
            }
        }
        Arrays.fill(byteIds, -1);
        this.ids = new TokenTable(this.tokens);
        for (int id = 0; id < tokens.size(); id++) {
            byte[] bytes = tokens.get(id);
            if (names.get(id)) {
                continue;
            }
            if (bytes.length == 1) {
                byteIds[bytes[0] & 0xFF] = id;
            }
            if (!ids.add(id)) {
                throw new TokenizerFormatException("vocabulary: expected every token once, found "
                        + Fields.shown(ByteAlphabet.encode(bytes)) + " twice, at last with id " + id);
            }
        }
        requireBytes();
        this.merger = new Merger(table(this.merges));
        this.whole = new WholePieces(this.tokens, ids, byteIds, merger, rules.wholePieces());
        this.splitter = new TextSplitter(rules.addedTokens(), rules.normalization()::apply);
    }

    private static List<AddedToken> specials(Map<String, Integer> special) {
        List<AddedToken> list = new ArrayList<>();
        special.forEach((name, id) -> list.add(AddedToken.special(id, name)));
        list.sort(Comparator.comparingInt(AddedToken::id));
        return list;
    }

    private void requireId(int id, String where) {
        if (id < 0 || id >= tokens.size()) {
            throw new TokenizerFormatException(
                    where + ": expected an id between 0 and " + (tokens.size() - 1) + ", found " + id);
        }
    }

    /** Some vocabularies leave out the bytes that UTF-8 never has; no other may miss. */
    private void requireBytes() {
        for (int b = 0; b < 256; b++) {
            if (byteIds[b] < 0 && b != 0xC0 && b != 0xC1 && b < 0xF5) {
                throw new TokenizerFormatException(
                        "vocabulary: expected a token for each byte that UTF-8 uses, found none for byte " + b);
            }
        }
    }

    private MergeTable table(List<Merge> merges) {
        MergeTable table = new MergeTable(merges.size());
        for (int rank = 0; rank < merges.size(); rank++) {
            Merge m = merges.get(rank);
            String where = "merge " + rank;
            requireId(m.left, where);
            requireId(m.right, where);
            requireId(m.result, where);
            long before = table.merge(m.left, m.right);
            if (before != MergeTable.NONE) {
                throw new TokenizerFormatException(where + ": expected every pair once, found " + m.left + " and "
                        + m.right + " again, first merged at " + MergeTable.rank(before));
            }
            table.put(m.left, m.right, rank, m.result);
        }
        return table;
    }

    @Override
    public int vocabularySize() {
        return tokens.size();
    }

    /** {@inheritDoc} Added tokens that are not special are recognised: they are pieces of text. */
    @Override
    public int[] encode(String text) {
        return encode(text, false, List.of(), List.of());
    }

    @Override
    public int[] encodeWithSpecials(String text) {
        return encode(text, true, List.of(), List.of());
    }

    @Override
    public int[] encodeForModel(String text) {
        return encode(text, false, rules.before(), rules.after());
    }

    private int[] encode(String text, boolean specials, List<Integer> before, List<Integer> after) {
        PieceEncoder encoder = new PieceEncoder(byteIds, merger, whole, rules.prefixSpace());
        before.forEach(encoder::append);
        splitter.split(text, specials, new TextSplitter.Parts() {
            @Override
            public void text(String part, int start, int end, boolean first) {
                encoder.encode(part, start, end, rules.preTokenizer());
            }

            @Override
            public void token(int id) {
                encoder.append(id);
            }
        });
        after.forEach(encoder::append);
        return encoder.ids();
    }

    private byte[] token(int id) {
        if (id < 0 || id >= tokens.size()) {
            throw new IllegalArgumentException("id: expected 0 to " + (tokens.size() - 1) + ", found " + id);
        }
        return tokens.get(id);
    }

    @Override
    public byte[] bytes(int id) {
        return token(id).clone();
    }

    @Override
    public String decode(int... ids) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int id : ids) {
            bytes.writeBytes(token(id));
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Override
    public boolean isSpecial(int id) {
        return special.get(id);
    }

    @Override
    public int id(String token) {
        Integer id = added.get(token);
        return id == null ? ids.find(token.getBytes(StandardCharsets.UTF_8)) : id;
    }

    /** Id of the token that is exactly {@code piece}, added tokens aside; -1 where there is none. */
    int pieceId(String piece) {
        return ids.find(piece.getBytes(StandardCharsets.UTF_8));
    }

    /** Id of the token of one byte, -1 where there is none. */
    int byteId(int value) {
        return byteIds[value];
    }

    @Override
    public int endOfText() {
        for (String name : ENDS) {
            Integer id = added.get(name);
            if (id != null && special.get(id)) {
                return id;
            }
        }
        return -1;
    }

    /** Merges in order of rank. */
    public List<Merge> merges() {
        return merges;
    }

    /** What surrounds the merges. */
    public TextRules rules() {
        return rules;
    }

    /** Control tokens by name, in order of id. */
    public List<Map.Entry<String, Integer>> specialTokens() {
        List<Map.Entry<String, Integer>> list = new ArrayList<>();
        for (AddedToken token : rules.addedTokens()) {
            if (token.special()) {
                list.add(Map.entry(token.content(), token.id()));
            }
        }
        list.sort(Map.Entry.comparingByValue());
        return list;
    }
}
