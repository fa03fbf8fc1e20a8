package dev.athanor.tokenizer;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;

/**
 * From the bytes of a token to its id: flat arrays, since encoding asks for every piece of a text and nearly every
 * piece is one token.
 */
final class TokenTable {
    /**
     * How far from its first place a token may lie. The table is at most half full, where the furthest of a million is
     * some dozens away; only a vocabulary made for the purpose has them all in one place, and would be read for hours.
     */
    private static final int MOST_PROBES = 1024;

    private final long[] slots; // upper half of the hash above, id + 1 below; 0 where free
    private final byte[] bytes; // of all tokens, one behind the other
    private final int[] ends; // token i lies between ends[i] and ends[i + 1]

    /** An empty table with room for {@code tokens}, of which {@link #add} takes any. */
    TokenTable(List<byte[]> tokens) {
        this(joined(tokens), ends(tokens));
    }

    /**
     * An empty table as the other.
     *
     * @param bytes of all tokens, one behind the other
     * @param ends where they begin, and behind them where the last one ends
     */
    TokenTable(byte[] bytes, int[] ends) {
        this.bytes = bytes;
        this.ends = ends;
        slots = new long[Integer.highestOneBit(Math.max(8, size() * 2)) * 2];
    }

    private static int[] ends(List<byte[]> tokens) {
        int[] ends = new int[tokens.size() + 1];
        int total = 0;
        for (int id = 0; id < tokens.size(); id++) {
            total = Math.addExact(total, tokens.get(id).length);
            ends[id + 1] = total;
        }
        return ends;
    }

    private static byte[] joined(List<byte[]> tokens) {
        int[] ends = ends(tokens);
        byte[] bytes = new byte[ends[tokens.size()]];
        for (int id = 0; id < tokens.size(); id++) {
            System.arraycopy(tokens.get(id), 0, bytes, ends[id], tokens.get(id).length);
        }
        return bytes;
    }

    /** How many tokens there are, known ones or not. */
    int size() {
        return ends.length - 1;
    }

    /** How many bytes token {@code id} has. */
    int length(int id) {
        return ends[id + 1] - ends[id];
    }

    /** The first byte of token {@code id}, which has one. */
    byte first(int id) {
        return bytes[ends[id]];
    }

    /** A copy of the bytes of token {@code id}. */
    byte[] token(int id) {
        return Arrays.copyOfRange(bytes, ends[id], ends[id + 1]);
    }

    /** Appends the bytes of token {@code id}. */
    void write(int id, ByteArrayOutputStream to) {
        to.write(bytes, ends[id], length(id));
    }

    /** The hash of no bytes, to be continued by {@link #hash(long, byte)}. */
    static long hash() {
        return 0x2545F4914F6CDD1DL;
    }

    /** The hash of what {@code hash} stands for and one byte more. */
    static long hash(long hash, byte next) {
        return (hash ^ next) * 0x9E3779B97F4A7C15L;
    }

    /** The hash of what {@code hash} stands for and some bytes more. */
    static long hash(long hash, byte[] bytes, int start, int end) {
        for (int i = start; i < end; i++) {
            hash = hash(hash, bytes[i]);
        }
        return hash;
    }

    /** Makes token {@code id} known; whether no other with its bytes was. */
    boolean add(int id) {
        long hash = hash(hash(), bytes, ends[id], ends[id + 1]);
        int slot = slot(bytes, ends[id], length(id), hash);
        if (slot < 0) {
            throw new TokenizerFormatException("vocabulary: expected tokens that a table can tell apart, found "
                    + MOST_PROBES + " in one place; is this a tokenizer's file?");
        }
        if (slots[slot] != 0) {
            return false;
        }
        slots[slot] = tag(hash) | (id + 1);
        return true;
    }

    /** The id of the first {@code n} bytes of {@code piece}, whose hash is known, or -1. */
    int find(byte[] piece, int n, long hash) {
        return find(piece, 0, n, hash);
    }

    /** The id of {@code n} bytes of {@code piece} from {@code at} on, whose hash is known, or -1. */
    int find(byte[] piece, int at, int n, long hash) {
        int slot = slot(piece, at, n, hash);
        return slot < 0 ? -1 : (int) slots[slot] - 1;
    }

    /** The id of {@code token}, or -1. */
    int find(byte[] token) {
        return find(token, token.length);
    }

    /** The id of the first {@code n} bytes of {@code piece}, or -1. */
    int find(byte[] piece, int n) {
        return find(piece, n, hash(hash(), piece, 0, n));
    }

    private static long tag(long hash) {
        return hash & 0xFFFFFFFF_00000000L;
    }

    /** Where a token is or would go; -1 where that is further from its first place than any token is. */
    private int slot(byte[] piece, int at, int n, long hash) {
        int mask = slots.length - 1;
        int slot = (int) ((hash ^ (hash >>> 29)) >>> 17) & mask;
        for (int probe = 0; probe < MOST_PROBES; probe++) {
            if (slots[slot] == 0 || tag(slots[slot]) == tag(hash) && same((int) slots[slot] - 1, piece, at, n)) {
                return slot;
            }
            slot = (slot + 1) & mask;
        }
        return -1;
    }

    private boolean same(int id, byte[] piece, int at, int n) {
        return Arrays.equals(bytes, ends[id], ends[id + 1], piece, at, at + n);
    }
}
