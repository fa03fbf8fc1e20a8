package dev.athanor.tokenizer;

import java.util.BitSet;
import java.util.List;

/**
 * Which pieces of text are one token. Most tokens are what their bytes merge to, but not all: another merge may come in
 * between, so each is tried when the tokenizer is made. Pieces of up to seven bytes, which nearly all are, fit in a
 * number together with their length and are looked up by it: one line of the processor's cache for each.
 */
final class WholePieces {
    /** Longest piece that is a number. */
    static final int SMALL = 7;

    private final long[] small; // number of a piece, then its id; 0 where free
    private final int shift;
    private final TokenTable table;
    private final BitSet whole = new BitSet();

    /**
     * @param table which ids are tokens of text
     * @param always whether every piece that is a token stays whole ({@code ignore_merges})
     */
    WholePieces(List<byte[]> tokens, TokenTable table, int[] byteIds, Merger merger, boolean always) {
        this.table = table;
        int capacity = Integer.highestOneBit(Math.max(8, tokens.size())) * 2;
        this.small = new long[2 * capacity];
        this.shift = 64 - Integer.numberOfTrailingZeros(capacity);
        long[] found = new long[Merger.SHORT];
        int[] ids = new int[64];
        for (int id = 0; id < tokens.size(); id++) {
            byte[] token = tokens.get(id);
            if (token.length == 0 || table.find(token) != id) {
                continue;
            }
            if (ids.length < token.length) {
                ids = new int[token.length];
            }
            if (always || merges(token, id, byteIds, merger, ids, found)) {
                add(token, id);
            }
        }
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
        whole.set(id);
        if (token.length > SMALL) {
            return;
        }
        long number = number(token.length);
        for (byte b : token) {
            number = number(number, b & 0xFF);
        }
        int slot = slot(number);
        small[slot] = number;
        small[slot + 1] = id;
    }

    /** The number of a piece of {@code n} bytes, to be continued with each of them by {@link #number(long, int)}. */
    static long number(int n) {
        return n;
    }

    /** The number of a piece after one more of its bytes. */
    static long number(long number, int next) {
        return (number << 8) | next;
    }

    private int slot(long number) {
        int slot = 2 * (int) ((number * 0x9E3779B97F4A7C15L) >>> shift);
        while (small[slot] != number && small[slot] != 0) {
            slot = (slot + 2) & (small.length - 1);
        }
        return slot;
    }

    /** The id of the piece of this number, or -1 when it is not one token. */
    int find(long number) {
        int slot = slot(number);
        return small[slot] == 0 ? -1 : (int) small[slot + 1];
    }

    /** The id of the first {@code n} bytes of {@code piece}, whose hash is known, or -1 when they are not one token. */
    int find(byte[] piece, int n, long hash) {
        int id = table.find(piece, n, hash);
        return id >= 0 && whole.get(id) ? id : -1;
    }
}
