package dev.athanor.tokenizer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Byte-level byte-pair encoding (Sennrich et al. 2016; GPT-2): text is cut into pieces, pieces into bytes, and pairs are merged. */
public final class BpeTokenizer implements Tokenizer {
    /** The usual name of the token that ends a document. */
    public static final String END_OF_TEXT = "<|endoftext|>";

    /** A learned merge: ids {@code left} and {@code right} become {@code result}. */
    public record Merge(int left, int right, int result) {}

    private final List<byte[]> tokens;
    private final List<Merge> merges;
    private final Map<String, Integer> special;
    private final int[] byteIds = new int[256];
    private final Merger merger;

    /**
     * @param tokens bytes of every id; special tokens have the UTF-8 of their name
     * @param merges in order of rank
     * @param special names and ids of the control tokens
     */
    public BpeTokenizer(List<byte[]> tokens, List<Merge> merges, Map<String, Integer> special) {
        this.tokens = List.copyOf(tokens);
        this.merges = List.copyOf(merges);
        this.special = Collections.unmodifiableMap(new HashMap<>(special));
        Arrays.fill(byteIds, -1);
        for (int id = 0; id < tokens.size(); id++) {
            if (tokens.get(id).length == 1 && !special.containsValue(id)) {
                byteIds[tokens.get(id)[0] & 0xFF] = id;
            }
        }
        for (int b = 0; b < 256; b++) {
            if (byteIds[b] < 0) {
                throw new TokenizerFormatException("vocabulary: expected a token for each of the 256 bytes, found none for byte " + b);
            }
        }
        MergeTable table = new MergeTable(merges.size());
        for (int rank = 0; rank < merges.size(); rank++) {
            Merge m = merges.get(rank);
            table.put(m.left, m.right, rank, m.result);
        }
        this.merger = new Merger(table);
    }

    @Override
    public int vocabularySize() {
        return tokens.size();
    }

    @Override
    public int[] encode(String text) {
        int[] out = new int[Math.max(16, text.length() / 3)];
        int count = 0;
        for (int start = 0; start < text.length(); ) {
            int end = PreTokens.end(text, start);
            byte[] bytes = text.substring(start, end).getBytes(StandardCharsets.UTF_8);
            int[] piece = new int[bytes.length];
            for (int i = 0; i < bytes.length; i++) {
                piece[i] = byteIds[bytes[i] & 0xFF];
            }
            int n = merger.merge(piece, piece.length);
            if (count + n > out.length) {
                out = Arrays.copyOf(out, Math.max(count + n, out.length * 2));
            }
            System.arraycopy(piece, 0, out, count, n);
            count += n;
            start = end;
        }
        return Arrays.copyOf(out, count);
    }

    @Override
    public byte[] bytes(int id) {
        return tokens.get(id).clone();
    }

    @Override
    public String decode(int... ids) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int id : ids) {
            bytes.writeBytes(tokens.get(id));
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Override
    public boolean isSpecial(int id) {
        return special.containsValue(id);
    }

    @Override
    public int id(String token) {
        Integer id = special.get(token);
        if (id != null) {
            return id;
        }
        byte[] bytes = token.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < tokens.size(); i++) {
            if (Arrays.equals(tokens.get(i), bytes)) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public int endOfText() {
        return special.getOrDefault(END_OF_TEXT, -1);
    }

    /** Merges in order of rank. */
    public List<Merge> merges() {
        return merges;
    }

    /** Control tokens by name, in order of id. */
    public List<Map.Entry<String, Integer>> specialTokens() {
        List<Map.Entry<String, Integer>> list = new ArrayList<>(special.entrySet());
        list.sort(Map.Entry.comparingByValue());
        return list;
    }
}
