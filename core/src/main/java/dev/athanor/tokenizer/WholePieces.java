package dev.athanor.tokenizer;

import java.util.BitSet;

/**
 * Which pieces of text are one token. Most tokens are what their bytes merge to, but not all: another merge may come in
 * between, so each is tried when the tokenizer is made. Pieces of up to fifteen bytes, which nearly all are, fit with
 * their length in one or two numbers and are looked up by them: one line of the processor's cache for each.
 */
final class WholePieces {
    /** Longest piece that is one number. */
    static final int SMALL = 7;

    /** Longest piece that is two. */
    static final int MEDIUM = 15;

    private final TokenTable table;
    private final BitSet whole = new BitSet();
    private final long[] small; // number of a piece, its id; 0 where free
    private final long[] medium; // the two numbers of a piece, its id, nothing; 0 where free

    /**
     * @param table which ids are tokens of text
     * @param always whether every piece that is a token stays whole ({@code ignore_merges})
     */
    WholePieces(TokenTable table, int[] byteIds, Merger merger, boolean always) {
        this.table = table;
        int smalls = 0;
        int mediums = 0;
        long[] found = new long[Merger.SHORT];
        int[] ids = new int[64];
        for (int id = 0; id < table.size(); id++) {
            byte[] token = table.token(id);
            if (token.length == 0 || table.find(token) != id) {
                continue;
            }
            if (ids.length < token.length) {
                ids = new int[token.length];
            }
            if (always || merges(token, id, byteIds, merger, ids, found)) {
                whole.set(id);
                smalls += token.length <= SMALL ? 1 : 0;
                mediums += token.length > SMALL && token.length <= MEDIUM ? 1 : 0;
            }
        }
        small = new long[2 * capacity(smalls)];
        medium = new long[4 * capacity(mediums)];
        whole.stream().forEach(id -> add(table.token(id), id));
    }

    /** A power of two of which at most half is used. */
    private static int capacity(int entries) {
        return Integer.highestOneBit(Math.max(8, entries)) * 4;
    }

    private static boolean merges(byte[] token, int id, int[] byteIds, Merger merger, int[] ids, long[] found) {
        for (int i = 0; i < token.length; i++) {
            ids[i] = byteIds[token[i] & 0xFF];
            if (ids[i] < 0) {
                return false;
            }
        }
        return merger.merge(ids, token.length, found) == 1 && ids[0] == id;
    }

    private void add(byte[] token, int id) {
        if (token.length > MEDIUM) {
            return;
        }
        long first = 0;
        long second = token.length;
        for (byte b : token) {
            first = (first << 8) | (second >>> 56);
            second = (second << 8) | (b & 0xFF);
        }
        if (token.length <= SMALL) {
            int slot = slot(second);
            small[slot] = second;
            small[slot + 1] = id;
        } else {
            int slot = slot(first, second);
            medium[slot] = first;
            medium[slot + 1] = second;
            medium[slot + 2] = id;
        }
    }

    /** A hash of a piece's two numbers, of which the upper bits are the best. */
    static long hash(long first, long second) {
        return (first * 0xC2B2AE3D27D4EB4FL + second) * 0x9E3779B97F4A7C15L;
    }

    private int slot(long number) {
        int slot = ((int) (hash(0, number) >>> 33) << 1) & (small.length - 1);
        while (small[slot] != number && small[slot] != 0) {
            slot = (slot + 2) & (small.length - 1);
        }
        return slot;
    }

    private int slot(long first, long second) {
        int slot = ((int) (hash(first, second) >>> 33) << 2) & (medium.length - 1);
        while ((medium[slot + 1] != second || medium[slot] != first) && medium[slot] != 0) {
            slot = (slot + 4) & (medium.length - 1);
        }
        return slot;
    }

    /**
     * The id of the piece of these numbers, or -1 when it is not one token. The bytes of a piece, its length before
     * them, are the digits of one number in base 256 of which {@code second} is what fits in 64 bits.
     */
    int find(long first, long second) {
        if (first == 0) {
            int slot = slot(second);
            return small[slot] == 0 ? -1 : (int) small[slot + 1];
        }
        int slot = slot(first, second);
        return medium[slot] == 0 ? -1 : (int) medium[slot + 2];
    }

    /** The id of the first {@code n} bytes of {@code piece}, whose hash is known, or -1 when they are not one token. */
    int find(byte[] piece, int n, long hash) {
        int id = table.find(piece, n, hash);
        return id >= 0 && whole.get(id) ? id : -1;
    }
}
