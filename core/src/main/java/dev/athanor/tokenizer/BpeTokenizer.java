package dev.athanor.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.RandomAccess;

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

    private final int[] merges; // left, right, result
    private final TextRules rules;
    private final Map<String, Integer> added = new HashMap<>();
    private final TokenTable ids;
    private final BitSet special = new BitSet();
    private final int[] byteIds = new int[256];
    private final Merger merger;
    private final PieceSource whole;
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
        this(new TokenTable(tokens), ids -> flat(merges), rules);
    }

    /** Where merges come from that name their tokens: left, right and result of each, in order of rank. */
    interface MergeSource {
        /** @param ids where tokens are found, added tokens aside */
        int[] merges(TokenTable ids);
    }

    /**
     * @param ids bytes of every id; added tokens have the UTF-8 of their name; none is known yet
     * @param merges asked once, when the tokens are known
     * @param rules what surrounds the merges
     */
    BpeTokenizer(TokenTable ids, MergeSource merges, TextRules rules) {
        this.ids = ids;
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
        for (int id = 0; id < ids.size(); id++) {
            if (names.get(id)) {
                continue;
            }
            if (ids.length(id) == 1) {
                byteIds[ids.first(id) & 0xFF] = id;
            }
            if (!ids.add(id)) {
                throw new TokenizerFormatException("vocabulary: expected every token once, found "
                        + Fields.shown(ByteAlphabet.encode(ids.token(id))) + " twice, at last with id " + id);
            }
        }
        requireBytes();
        this.merges = merges.merges(ids);
        this.merger = new Merger(table());
        this.whole = new PieceSource(ids, byteIds, merger, rules.wholePieces());
        this.splitter = new TextSplitter(rules.addedTokens(), rules.normalization()::apply);
    }

    private static int[] flat(List<Merge> merges) {
        int[] flat = new int[Math.multiplyExact(3, merges.size())];
        int n = 0;
        for (Merge m : merges) {
            flat[n++] = m.left;
            flat[n++] = m.right;
            flat[n++] = m.result;
        }
        return flat;
    }

    private static List<AddedToken> specials(Map<String, Integer> special) {
        List<AddedToken> list = new ArrayList<>();
        special.forEach((name, id) -> list.add(AddedToken.special(id, name)));
        list.sort(Comparator.comparingInt(AddedToken::id));
        return list;
    }

    private void requireId(int id, String where) {
        if (id < 0 || id >= ids.size()) {
            throw new TokenizerFormatException(
                    where + ": expected an id between 0 and " + (ids.size() - 1) + ", found " + id);
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

    private MergeTable table() {
        MergeTable table = new MergeTable(merges.length / 3);
        for (int rank = 0; rank < merges.length / 3; rank++) {
            int left = merges[3 * rank];
            int right = merges[3 * rank + 1];
            int result = merges[3 * rank + 2];
            if ((left | right | result) < 0 || Math.max(Math.max(left, right), result) >= ids.size()) {
                String where = "merge " + rank;
                requireId(left, where);
                requireId(right, where);
                requireId(result, where);
            }
            long before = table.merge(left, right);
            if (before != MergeTable.NONE) {
                throw new TokenizerFormatException("merge " + rank + ": expected every pair once, found " + left
                        + " and " + right + " again, first merged at " + MergeTable.rank(before));
            }
            table.put(left, right, rank, result);
        }
        return table;
    }

    @Override
    public int vocabularySize() {
        return ids.size();
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
        PieceEncoder encoder = new PieceEncoder(byteIds, merger, whole, text.length(), rules.prefixSpace());
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

    private int known(int id) {
        if (id < 0 || id >= ids.size()) {
            throw new IllegalArgumentException("id: expected 0 to " + (ids.size() - 1) + ", found " + id);
        }
        return id;
    }

    @Override
    public byte[] bytes(int id) {
        return ids.token(known(id));
    }

    @Override
    public String decode(int... ids) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int id : ids) {
            this.ids.write(known(id), bytes);
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
        return new Merges(merges);
    }

    /** Merges that are objects only where somebody asks for one: encoding never does. */
    private static final class Merges extends AbstractList<Merge> implements RandomAccess {
        private final int[] flat;

        Merges(int[] flat) {
            this.flat = flat;
        }

        @Override
        public Merge get(int rank) {
            Objects.checkIndex(rank, size());
            return new Merge(flat[3 * rank], flat[3 * rank + 1], flat[3 * rank + 2]);
        }

        @Override
        public int size() {
            return flat.length / 3;
        }
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
