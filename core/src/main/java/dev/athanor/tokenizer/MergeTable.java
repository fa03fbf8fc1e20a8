package dev.athanor.tokenizer;

import java.util.Arrays;

/**
 * From a pair of ids to the rank of their merge and the id it makes: one flat hash table, since encoding asks it for
 * every pair. Pairs of the first 256 ids, which are bytes in most vocabularies and what every piece begins as, have a
 * table of their own.
 */
final class MergeTable {
    /** What {@link #merge} answers where a pair does not merge; larger than every other answer. */
    static final long NONE = Long.MAX_VALUE;

    private static final int BYTES = 256;

    private final long[] table; // pair, then rank above and result below
    private final long[] ofBytes = new long[BYTES * BYTES];
    private final int mask;

    MergeTable(int merges) {
        int capacity = Integer.highestOneBit(Math.max(8, merges)) * 4;
        table = new long[2 * capacity];
        mask = 2 * capacity - 1;
        Arrays.fill(table, -1);
        Arrays.fill(ofBytes, NONE);
    }

    static long pair(int left, int right) {
        return ((long) left << 32) | right;
    }

    private int slot(long pair) {
        long hash = pair * 0x9E3779B97F4A7C15L;
        int slot = ((int) (hash >>> 32) << 1) & mask;
        while (table[slot] != pair && table[slot] != -1) {
            slot = (slot + 2) & mask;
        }
        return slot;
    }

    void put(int left, int right, int rank, int result) {
        long pair = pair(left, right);
        long merge = ((long) rank << 32) | result;
        int slot = slot(pair);
        table[slot] = pair;
        table[slot + 1] = merge;
        if (left < BYTES && right < BYTES) {
            ofBytes[left * BYTES + right] = merge;
        }
    }

    /** The merge of two ids, lower ranks before higher ones, or {@link #NONE}. */
    long merge(int left, int right) {
        if (((left | right) & -BYTES) == 0) {
            return ofBytes[left * BYTES + right];
        }
        long pair = pair(left, right);
        int slot = slot(pair);
        return table[slot] == pair ? table[slot + 1] : NONE;
    }

    /** The rank of a merge that is one. */
    static int rank(long merge) {
        return (int) (merge >>> 32);
    }

    /** The id that a merge makes. */
    static int result(long merge) {
        return (int) merge;
    }
}
