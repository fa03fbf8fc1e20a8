package dev.athanor.tokenizer;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Learns merges from text: the commonest pair of neighbouring ids becomes a new id, again and again. Text is fed in
 * pieces and only the distinct pieces between cuts are kept, with their counts, so memory follows the vocabulary of the
 * text rather than its length. Ties go to the pair of smaller ids, as in Hugging Face's trainer, whose ids these are
 * when it counts the same texts with a least frequency of 2.
 */
public final class BpeLearner {
    /** Characters read at once; a piece that is longer makes more room. */
    private static final int CHUNK = 1 << 20;

    /** A cut is final when this many characters behind it are known. */
    private static final int LOOK_AHEAD = 4;

    /** Told after every merge. */
    public interface Progress {
        /** Says nothing. */
        Progress SILENT = (done, wanted) -> {};

        /** {@code done} merges are found of {@code wanted} at most. */
        void merged(int done, int wanted);
    }

    private final PreTokenizer cuts;
    private final PieceCounts pieces = new PieceCounts();

    /** Learns with GPT-2's cuts. */
    public BpeLearner() {
        this(PreTokenizer.GPT2);
    }

    /** Learns with the given cuts. */
    public BpeLearner(PreTokenizer cuts) {
        this.cuts = cuts;
    }

    /** Counts the pieces of {@code text}, a whole document. */
    public void feed(String text) {
        for (int start = 0; start < text.length(); ) {
            int end = cuts.end(text, start, text.length());
            pieces.add(text, start, end);
            start = end;
        }
    }

    /** Counts the pieces of a document of any length; the result is that of feeding it as one string. */
    public void feed(Reader document) throws IOException {
        StringBuilder waiting = new StringBuilder();
        char[] chunk = new char[CHUNK];
        int enough = CHUNK;
        for (int n = document.read(chunk); n >= 0; n = document.read(chunk)) {
            waiting.append(chunk, 0, n);
            if (waiting.length() < enough) {
                continue;
            }
            waiting.delete(0, feedFinal(waiting.toString()));
            // Twice the piece that did not end, so that a long piece is not scanned once per chunk.
            enough = Math.max(CHUNK, Math.multiplyExact(waiting.length(), 2));
        }
        feed(waiting.toString());
    }

    /** Counts the pieces that more text cannot change; returns where the rest begins. */
    private int feedFinal(String text) {
        int settled = text.length() - LOOK_AHEAD;
        while (settled > 0 && CharClass.isSpace(text.charAt(settled - 1))) {
            settled--; // where a run of spaces is cut depends on how it ends
        }
        int start = 0;
        while (start < text.length()) {
            int end = cuts.end(text, start, text.length());
            if (end > settled) {
                break;
            }
            pieces.add(text, start, end);
            start = end;
        }
        return start;
    }

    /** As {@link #learn(int, List, Progress)} without word of progress. */
    public BpeTokenizer learn(int vocabulary, List<String> specialTokens) {
        return learn(vocabulary, specialTokens, Progress.SILENT);
    }

    /**
     * The tokenizer of {@code vocabulary} ids: special tokens first, then the 256 bytes, then merges. Fewer ids come
     * out when the text has no pair left that occurs twice.
     */
    public BpeTokenizer learn(int vocabulary, List<String> specialTokens, Progress progress) {
        int least = 256 + specialTokens.size();
        if (vocabulary < least) {
            throw new IllegalArgumentException("vocabulary: expected at least " + least + " (256 bytes and "
                    + specialTokens.size() + " special tokens), found " + vocabulary);
        }
        List<byte[]> tokens = new ArrayList<>();
        List<AddedToken> special = new ArrayList<>();
        Set<Bytes> taken = new HashSet<>();
        for (String name : specialTokens) {
            if (!taken.add(Bytes.utf8(name, 0, name.length())) || name.isEmpty()) {
                throw new IllegalArgumentException("special tokens: expected different names, found \"" + name + "\"");
            }
            special.add(AddedToken.special(tokens.size(), name));
            tokens.add(name.getBytes(StandardCharsets.UTF_8));
        }
        int[] byteIds = addBytes(tokens);
        List<BpeTokenizer.Merge> merges = new MergeLearner(pieces, byteIds, tokens, taken).learn(vocabulary, progress);
        return new BpeTokenizer(tokens, merges, new TextRules(cuts, special));
    }

    /** The bytes in the order of the byte alphabet's characters, which is the order Hugging Face gives them. */
    private static int[] addBytes(List<byte[]> tokens) {
        int[] byteIds = new int[256];
        List<Integer> order = new ArrayList<>();
        for (int b = 0; b < 256; b++) {
            order.add(b);
        }
        order.sort(Comparator.comparing(b -> ByteAlphabet.encode(new byte[] {(byte) (int) b})));
        for (int b : order) {
            byteIds[b] = tokens.size();
            tokens.add(new byte[] {(byte) b});
        }
        return byteIds;
    }
}
