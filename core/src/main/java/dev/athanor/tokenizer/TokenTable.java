package dev.athanor.tokenizer;

import java.util.Arrays;
import java.util.List;

/**
 * From the bytes of a token to its id: flat arrays, since encoding asks for every piece of a text and nearly every
 * piece is one token.
 */
final class TokenTable {
    private final long[] slots; // upper half of the hash above, id + 1 below; 0 where free
    private final byte[] bytes; // of all tokens, one behind the other
    private final int[] ends; // token i lies between ends[i] and ends[i + 1]

    /** An empty table with room for {@code tokens}, of which {@link #add} takes any. */
    TokenTable(List<byte[]> tokens) {
        ends = new int[tokens.size() + 1];
        int total = 0;
        for (int id = 0; id < tokens.size(); id++) {
            total = Math.addExact(total, tokens.get(id).length);
            ends[id + 1] = total;
        }
        bytes = new byte[total];
        for (int id = 0; id < tokens.size(); id++) {
            System.arraycopy(tokens.get(id), 0, bytes, ends[id], tokens.get(id).length);
        }
        slots = new long[Integer.highestOneBit(Math.max(8, tokens.size() * 2)) * 2];
    }

    /** The hash of no bytes, to be continued by {@link #hash(long, byte)}. */
    static long hash() {
        return 0x2545F4914F6CDD1DL;
    }

    /** The hash of what {@code hash} stands for and one byte more. */
    static long hash(long hash, byte next) {
        return (hash ^ next) * 0x9E3779B97F4A7C15L;
    }

    private static long hash(byte[] token) {
        long hash = hash();
        for (byte b : token) {
            hash = hash(hash, b);
        }
        return hash;
    }

    /** Makes token {@code id} known; whether no other with its bytes was. */
    boolean add(int id) {
        byte[] token = Arrays.copyOfRange(bytes, ends[id], ends[id + 1]);
        long hash = hash(token);
        int slot = slot(token, token.length, hash);
        if (slots[slot] != 0) {
            return false;
        }
        slots[slot] = tag(hash) | (id + 1);
        return true;
    }

    /** The id of the first {@code n} bytes of {@code piece}, whose hash is known, or -1. */
    int find(byte[] piece, int n, long hash) {
        return (int) slots[slot(piece, n, hash)] - 1;
    }

    /** The id of {@code token}, or -1. */
    int find(byte[] token) {
        return find(token, token.length, hash(token));
    }

    private static long tag(long hash) {
        return hash & 0xFFFFFFFF_00000000L;
    }

    private int slot(byte[] piece, int n, long hash) {
        int mask = slots.length - 1;
        int slot = (int) ((hash ^ (hash >>> 29)) >>> 17) & mask;
        while (slots[slot] != 0 && !(tag(slots[slot]) == tag(hash) && same((int) slots[slot] - 1, piece, n))) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private boolean same(int id, byte[] piece, int n) {
        return Arrays.equals(bytes, ends[id], ends[id + 1], piece, 0, n);
    }
}
