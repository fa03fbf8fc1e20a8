package dev.athanor.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Byte-pair encoding of characters as SentencePiece has it (Kudo and Richardson 2018; Llama 2, Mistral): spaces are
 * symbols, pairs of symbols are merged, and a character that is no symbol becomes the tokens of its bytes.
 */
public final class SentencePieceTokenizer implements Tokenizer {
    /** Names under which families end a document, the surest first. */
    private static final List<String> ENDS = List.of("</s>", "<eos>", "<|endoftext|>", "<|end_of_text|>");

    private final SentencePieceVocabulary vocabulary;
    private final SentencePieceRules rules;
    private final Map<String, Integer> ids = new HashMap<>();
    private final byte[][] bytes;
    private final BitSet special = new BitSet();
    private final SymbolEncoder.Table table;
    private final TextSplitter splitter;

    SentencePieceTokenizer(SentencePieceVocabulary vocabulary, SentencePieceRules rules) {
        this.vocabulary = vocabulary;
        this.rules = rules;
        List<String> tokens = vocabulary.tokens();
        this.bytes = new byte[tokens.size()][];
        int[] byteIds = new int[256];
        Arrays.fill(byteIds, -1);
        for (int id = 0; id < tokens.size(); id++) {
            String name = tokens.get(id);
            if (ids.put(name, id) != null) {
                throw new TokenizerFormatException("vocabulary: expected every token once, found " + Fields.shown(name)
                        + " twice, at last with id " + id);
            }
            int value = rules.byteFallback() ? byteValue(name) : -1;
            if (value >= 0) {
                byteIds[value] = id;
            }
            bytes[id] = value >= 0
                    ? new byte[] {(byte) value}
                    : name.replace(Spaces.SPACE, ' ').getBytes(StandardCharsets.UTF_8);
        }
        for (AddedToken token : rules.addedTokens()) {
            requireId(token.id(), "added token " + Fields.shown(token.content()));
            special.set(token.id(), token.special());
        }
        rules.before().forEach(id -> requireId(id, "the ids before a text"));
        rules.after().forEach(id -> requireId(id, "the ids after a text"));
        rules.unknown().ifPresent(id -> requireId(id, "the unknown token"));
        this.table = table(byteIds);
        this.splitter = new TextSplitter(
                rules.addedTokens(),
                text -> rules.spaces().normalise(rules.normalization().apply(text)));
    }

    private void requireId(int id, String where) {
        if (id < 0 || id >= bytes.length) {
            throw new TokenizerFormatException(
                    where + ": expected an id between 0 and " + (bytes.length - 1) + ", found " + id);
        }
    }

    /** 0 to 255 for {@code <0x00>} to {@code <0xFF>}, else -1. */
    static int byteValue(String name) {
        boolean form = name.length() == 6 && name.startsWith("<0x") && name.endsWith(">");
        if (!form || !name.equals(name.substring(0, 3) + name.substring(3, 5).toUpperCase(Locale.ROOT) + ">")) {
            return -1;
        }
        boolean digits = HexFormat.isHexDigit(name.charAt(3)) && HexFormat.isHexDigit(name.charAt(4));
        return digits ? HexFormat.fromHexDigits(name, 3, 5) : -1;
    }

    private SymbolEncoder.Table table(int[] byteIds) {
        int[] basic = new int[0x10000];
        Arrays.fill(basic, -1);
        Map<Integer, Integer> other = new HashMap<>();
        Map<Integer, String> lone = new HashMap<>();
        for (int i = 0; i < vocabulary.lone().size(); i++) {
            String character = vocabulary.lone().get(i);
            lone.put(bytes.length + i, character);
            put(character, bytes.length + i, basic, other);
        }
        ids.forEach((name, id) -> put(name, id, basic, other));
        return new SymbolEncoder.Table(basic, other, lone, byteIds, new Merger(merges()), ids, rules);
    }

    private static void put(String name, int symbol, int[] basic, Map<Integer, Integer> other) {
        if (name.isEmpty() || name.codePointCount(0, name.length()) > 1) {
            return;
        }
        int c = name.codePointAt(0);
        if (c < basic.length) {
            basic[c] = symbol;
        } else {
            other.put(c, symbol);
        }
    }

    private MergeTable merges() {
        MergeTable merges = new MergeTable(vocabulary.merges().size());
        for (SentencePieceVocabulary.Merge m : vocabulary.merges()) {
            long before = merges.merge(m.left(), m.right());
            if (before != MergeTable.NONE) {
                throw new TokenizerFormatException("merges: expected every pair once, found " + m.left() + " and "
                        + m.right() + " again, first merged at " + MergeTable.rank(before));
            }
            merges.put(m.left(), m.right(), m.rank(), m.result());
        }
        return merges;
    }

    @Override
    public int vocabularySize() {
        return bytes.length;
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
        SymbolEncoder encoder = new SymbolEncoder(table);
        before.forEach(encoder::append);
        splitter.split(text, specials, new TextSplitter.Parts() {
            @Override
            public void text(String part, int start, int end, boolean first) {
                encoder.encode(rules.spaces().symbols(part.substring(start, end), first));
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
        if (id < 0 || id >= bytes.length) {
            throw new IllegalArgumentException("id: expected 0 to " + (bytes.length - 1) + ", found " + id);
        }
        return bytes[id];
    }

    @Override
    public byte[] bytes(int id) {
        return token(id).clone();
    }

    /** {@inheritDoc} The space that encoding puts before a text is taken away. */
    @Override
    public String decode(int... ids) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < ids.length; i++) {
            byte[] token = token(ids[i]);
            int from = 0;
            if (i == 0) {
                int most = switch (rules.stripped()) {
                    case NOTHING -> 0;
                    case ONE_SPACE -> 1;
                    case FIRST_TOKEN -> token.length;
                };
                while (from < Math.min(most, token.length) && token[from] == ' ') {
                    from++;
                }
            }
            out.write(token, from, token.length - from);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    @Override
    public boolean isSpecial(int id) {
        return special.get(id);
    }

    /** {@inheritDoc} Names have ▁ where they have a space. */
    @Override
    public int id(String token) {
        Integer id = ids.get(token);
        if (id == null) {
            id = ids.get(token.replace(' ', Spaces.SPACE));
        }
        return id == null ? -1 : id;
    }

    @Override
    public int endOfText() {
        for (String name : ENDS) {
            Integer id = ids.get(name);
            if (id != null && special.get(id)) {
                return id;
            }
        }
        return -1;
    }

    /** Cuts at added tokens that are no special ones. */
    void split(String text, TextSplitter.Parts parts) {
        splitter.split(text, false, parts);
    }

    /** Ids of a part of a text whose spaces are ▁ already. */
    int[] encodeSymbols(String symbols) {
        SymbolEncoder encoder = new SymbolEncoder(table);
        encoder.encode(symbols);
        return encoder.ids();
    }

    /** What the merges of {@code symbols} begin with. */
    int[] symbolsOf(String symbols) {
        return new SymbolEncoder(table).first(symbols);
    }

    /** A symbol for people; some symbols are no tokens. */
    String symbolText(int symbol) {
        return symbol < bytes.length
                ? TokenText.of(bytes[symbol])
                : vocabulary.lone().get(symbol - bytes.length);
    }

    SentencePieceVocabulary vocabulary() {
        return vocabulary;
    }

    /** What surrounds the merges. */
    public SentencePieceRules rules() {
        return rules;
    }

    /** Names by id, ▁ for a space. */
    public List<String> tokens() {
        return new ArrayList<>(vocabulary.tokens());
    }
}
