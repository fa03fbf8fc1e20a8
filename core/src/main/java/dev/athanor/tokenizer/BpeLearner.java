package dev.athanor.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/**
 * Learns merges from text: the commonest pair of neighbouring ids becomes a new id, again and again. Text is fed in pieces and only
 * the distinct pieces between spaces are kept, with their counts, so memory follows the size of the vocabulary of the text rather than
 * the text. Ties go to the pair of smaller ids, as in Hugging Face's trainer.
 */
public final class BpeLearner {
    private final Map<String, long[]> counts = new HashMap<>();

    /** Counts the pieces of {@code text}. */
    public void feed(String text) {
        for (int start = 0; start < text.length(); ) {
            int end = PreTokens.end(text, start);
            counts.computeIfAbsent(text.substring(start, end), piece -> new long[1])[0]++;
            start = end;
        }
    }

    /** A distinct piece of the text. */
    private static final class Piece {
        final int[] ids;
        final long count;
        int length;

        Piece(int[] ids, long count) {
            this.ids = ids;
            this.count = count;
            this.length = ids.length;
        }
    }

    private record Candidate(int left, int right, long count) {}

    /** How often a pair occurs and in which pieces. */
    private static final class Pair {
        long count;
        final Pieces pieces = new Pieces();
    }

    /** A growing list of piece numbers. */
    private static final class Pieces {
        int[] list = new int[4];
        int size;

        void add(int piece) {
            if (size > 0 && list[size - 1] == piece) {
                return;
            }
            if (size == list.length) {
                list = Arrays.copyOf(list, size * 2);
            }
            list[size++] = piece;
        }
    }

    /**
     * The tokenizer of {@code vocabulary} ids: special tokens first, then the 256 bytes, then merges. Fewer ids come out when the text
     * has no pair left that occurs twice.
     */
    public BpeTokenizer learn(int vocabulary, List<String> specialTokens) {
        int least = 256 + specialTokens.size();
        if (vocabulary < least) {
            throw new IllegalArgumentException("vocabulary: expected at least " + least + " (256 bytes and " + specialTokens.size()
                    + " special tokens), found " + vocabulary);
        }
        List<byte[]> tokens = new ArrayList<>();
        Map<String, Integer> special = new LinkedHashMap<>();
        for (String name : specialTokens) {
            special.put(name, tokens.size());
            tokens.add(name.getBytes(StandardCharsets.UTF_8));
        }
        int firstByte = tokens.size();
        int[] byteIds = new int[256];
        // In the order of the byte alphabet's characters, which is the order Hugging Face gives them.
        List<Integer> order = new ArrayList<>();
        for (int b = 0; b < 256; b++) {
            order.add(b);
        }
        order.sort(Comparator.comparing(b -> ByteAlphabet.encode(new byte[] {(byte) (int) b})));
        for (int b : order) {
            byteIds[b] = tokens.size();
            tokens.add(new byte[] {(byte) b});
        }
        List<BpeTokenizer.Merge> merges = merge(pieces(byteIds), tokens, vocabulary);
        if (tokens.size() < firstByte + 256) {
            throw new IllegalStateException("every byte must have a token");
        }
        return new BpeTokenizer(tokens, merges, special);
    }

    private List<Piece> pieces(int[] byteIds) {
        List<String> texts = new ArrayList<>(counts.keySet());
        texts.sort(Comparator.naturalOrder());
        List<Piece> pieces = new ArrayList<>(texts.size());
        for (String text : texts) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            int[] ids = new int[bytes.length];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = byteIds[bytes[i] & 0xFF];
            }
            pieces.add(new Piece(ids, counts.getOrDefault(text, new long[1])[0]));
        }
        return pieces;
    }

    private static List<BpeTokenizer.Merge> merge(List<Piece> pieces, List<byte[]> tokens, int vocabulary) {
        Map<Long, Pair> pairs = new HashMap<>();
        for (int p = 0; p < pieces.size(); p++) {
            Piece piece = pieces.get(p);
            for (int i = 0; i + 1 < piece.length; i++) {
                change(pairs, piece.ids[i], piece.ids[i + 1], piece.count, p);
            }
        }
        PriorityQueue<Candidate> queue = new PriorityQueue<>(Comparator.comparingLong(Candidate::count)
                .reversed()
                .thenComparingInt(Candidate::left)
                .thenComparingInt(Candidate::right));
        pairs.forEach((key, pair) -> queue.add(new Candidate((int) (key >> 32), (int) (long) key, pair.count)));
        List<BpeTokenizer.Merge> merges = new ArrayList<>();
        while (tokens.size() < vocabulary && !queue.isEmpty()) {
            Candidate best = queue.poll();
            Pair pair = pairs.get(MergeTable.pair(best.left, best.right));
            if (pair == null || pair.count != best.count) {
                if (pair != null && pair.count > 0) {
                    queue.add(new Candidate(best.left, best.right, pair.count));
                }
                continue;
            }
            if (best.count < 2) {
                break;
            }
            int id = tokens.size();
            tokens.add(join(tokens.get(best.left), tokens.get(best.right)));
            merges.add(new BpeTokenizer.Merge(best.left, best.right, id));
            pairs.remove(MergeTable.pair(best.left, best.right));
            Map<Long, Pair> fresh = new HashMap<>();
            for (int i = 0; i < pair.pieces.size; i++) {
                apply(pieces.get(pair.pieces.list[i]), pair.pieces.list[i], best, id, pairs, fresh);
            }
            fresh.forEach((key, p) -> queue.add(new Candidate((int) (key >> 32), (int) (long) key, p.count)));
        }
        return merges;
    }

    /** Merges one pair everywhere in a piece and updates the counts of the pairs around it. */
    private static void apply(
            Piece piece, int number, Candidate merged, int id, Map<Long, Pair> pairs, Map<Long, Pair> fresh) {
        int[] ids = piece.ids;
        int out = 0;
        for (int i = 0; i < piece.length; i++) {
            if (i + 1 < piece.length && ids[i] == merged.left && ids[i + 1] == merged.right) {
                if (out > 0) {
                    decrease(pairs, ids[out - 1], merged.left, piece.count);
                    remember(fresh, change(pairs, ids[out - 1], id, piece.count, number), ids[out - 1], id);
                }
                if (i + 2 < piece.length) {
                    decrease(pairs, merged.right, ids[i + 2], piece.count);
                    remember(fresh, change(pairs, id, ids[i + 2], piece.count, number), id, ids[i + 2]);
                }
                ids[out++] = id;
                i++;
            } else {
                ids[out++] = ids[i];
            }
        }
        piece.length = out;
    }

    private static void remember(Map<Long, Pair> fresh, Pair pair, int left, int right) {
        fresh.put(MergeTable.pair(left, right), pair);
    }

    private static Pair change(Map<Long, Pair> pairs, int left, int right, long count, int piece) {
        Pair pair = pairs.computeIfAbsent(MergeTable.pair(left, right), key -> new Pair());
        pair.count += count;
        pair.pieces.add(piece);
        return pair;
    }

    private static void decrease(Map<Long, Pair> pairs, int left, int right, long count) {
        Pair pair = pairs.get(MergeTable.pair(left, right));
        if (pair != null) {
            pair.count -= count;
        }
    }

    private static byte[] join(byte[] left, byte[] right) {
        byte[] both = Arrays.copyOf(left, left.length + right.length);
        System.arraycopy(right, 0, both, left.length, right.length);
        return both;
    }
}
