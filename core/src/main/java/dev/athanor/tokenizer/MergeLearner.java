package dev.athanor.tokenizer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Finds the merges for counted pieces. All pieces lie in one array with a fence between them; a token of several bytes
 * has its id at its first place and minus its length at its last, so that both neighbours are found without links. Each
 * merge touches only the places where its pair occurs.
 */
final class MergeLearner {
    private static final int FENCE = Integer.MIN_VALUE;
    private static final int INSIDE = -1;

    /** A pair that occurs less often teaches nothing. */
    private static final int LEAST = 2;

    private static final int BLOCK_BITS = 4;

    private final int[] ids; // [places]
    private final int[] pieceOfBlock; // the piece that each block of places begins in
    private final int[] starts; // first place of each piece, and the end
    private final long[] counts; // of each piece
    private final List<byte[]> tokens;
    private final Set<Bytes> taken;
    private final PairTable pairs = new PairTable(1 << 16);
    private final PairQueue queue = new PairQueue();

    /**
     * @param tokens bytes of every id so far; grows with every merge
     * @param taken names that no merge may make, those of special tokens
     */
    MergeLearner(PieceCounts pieces, int[] byteIds, List<byte[]> tokens, Set<Bytes> taken) {
        this.tokens = tokens;
        this.taken = taken;
        int places = Math.addExact(Math.addExact(pieces.totalBytes(), pieces.size()), 1);
        ids = new int[places];
        pieceOfBlock = new int[(places >> BLOCK_BITS) + 1];
        starts = new int[pieces.size() + 1];
        counts = new long[pieces.size()];
        Arrays.fill(pieceOfBlock, -1);
        int at = 0;
        ids[at++] = FENCE;
        for (int p = 0; p < counts.length; p++) {
            starts[p] = at;
            counts[p] = pieces.count(p);
            for (int i = 0; i < pieces.length(p); i++) {
                if (pieceOfBlock[at >> BLOCK_BITS] < 0) {
                    pieceOfBlock[at >> BLOCK_BITS] = p;
                }
                ids[at++] = byteIds[pieces.byteAt(p, i)];
            }
            ids[at++] = FENCE;
        }
        starts[counts.length] = at;
    }

    /** Merges until there are {@code vocabulary} tokens or no pair occurs twice. */
    List<BpeTokenizer.Merge> learn(int vocabulary, BpeLearner.Progress progress) {
        countPairs();
        List<BpeTokenizer.Merge> merges = new ArrayList<>();
        int wanted = vocabulary - tokens.size();
        while (tokens.size() < vocabulary && !queue.isEmpty()) {
            long key = queue.key();
            long count = queue.count();
            queue.remove();
            int entry = pairs.find(key);
            long now = pairs.count(entry);
            if (now < LEAST) {
                pairs.forget(entry);
            } else if (now != count) {
                queue.add(key, now);
            } else {
                byte[] joined = join(tokens.get((int) (key >> 32)), tokens.get((int) key));
                if (!taken.contains(new Bytes(joined))) {
                    merges.add(new BpeTokenizer.Merge((int) (key >> 32), (int) key, tokens.size()));
                    tokens.add(joined);
                    merge(entry, merges.getLast());
                    progress.merged(merges.size(), wanted);
                }
            }
        }
        return merges;
    }

    private static byte[] join(byte[] left, byte[] right) {
        byte[] both = Arrays.copyOf(left, left.length + right.length);
        System.arraycopy(right, 0, both, left.length, right.length);
        return both;
    }

    private void countPairs() {
        int[] numbers = new int[1 << 16]; // occurrences of each pair of bytes, so that each list of places is made once
        int first = tokens.size() - 256;
        for (int at = 1; at + 1 < ids.length; at++) {
            if (ids[at] >= 0 && ids[at + 1] >= 0) {
                numbers[(ids[at] - first) << 8 | (ids[at + 1] - first)]++;
            }
        }
        for (int i = 0; i < numbers.length; i++) {
            if (numbers[i] > 0) {
                pairs.reserve(MergeTable.pair((i >> 8) + first, (i & 0xFF) + first), numbers[i]);
            }
        }
        for (int p = 0; p < counts.length; p++) {
            for (int at = starts[p]; ids[at + 1] != FENCE; at++) {
                pairs.add(MergeTable.pair(ids[at], ids[at + 1]), counts[p], at);
            }
        }
        for (int entry = 0; entry < pairs.size(); entry++) {
            queue.add(pairs.key(entry), pairs.count(entry));
        }
    }

    private int length(int id) {
        return tokens.get(id).length;
    }

    private long countAt(int place) {
        int piece = pieceOfBlock[place >> BLOCK_BITS];
        while (starts[piece + 1] <= place) {
            piece++;
        }
        return counts[piece];
    }

    /** Merges one pair everywhere, from left to right, and counts the pairs that come and go beside it. */
    private void merge(int entry, BpeTokenizer.Merge merge) {
        int leftLength = length(merge.left());
        int rightLength = length(merge.right());
        int length = leftLength + rightLength;
        PairTable fresh = new PairTable(16);
        int[] places = pairs.places(entry);
        int n = pairs.placeCount(entry);
        for (int i = 0; i < n; i++) {
            int at = places[i];
            int right = at + leftLength;
            if (ids[at] != merge.left() || ids[right] != merge.right()) {
                continue; // merged with another neighbour since, or just now
            }
            long count = countAt(at);
            int previous = previous(at);
            if (previous >= 0) {
                subtract(fresh, ids[previous], merge.left(), merge.result(), count);
                fresh.add(MergeTable.pair(ids[previous], merge.result()), count, previous);
            }
            int next = at + length;
            if (ids[next] != FENCE) {
                subtract(fresh, merge.right(), ids[next], merge.result(), count);
                fresh.add(MergeTable.pair(merge.result(), ids[next]), count, at);
            }
            ids[right] = INSIDE;
            ids[at] = merge.result();
            ids[next - 1] = -length;
        }
        pairs.forget(entry);
        for (int i = 0; i < fresh.size(); i++) {
            if (fresh.count(i) >= LEAST) {
                pairs.move(fresh, i);
                queue.add(fresh.key(i), fresh.count(i));
            }
        }
    }

    private void subtract(PairTable fresh, int left, int right, int result, long count) {
        PairTable table = left == result || right == result ? fresh : pairs;
        table.subtract(MergeTable.pair(left, right), count);
    }

    /** Where the token before {@code at} begins, or -1 at the start of a piece. */
    private int previous(int at) {
        int mark = ids[at - 1];
        return mark == FENCE ? -1 : mark >= 0 ? at - 1 : at + mark;
    }
}
