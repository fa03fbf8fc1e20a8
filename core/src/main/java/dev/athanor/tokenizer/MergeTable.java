package dev.athanor.tokenizer;

import java.util.Arrays;

/**
 * From a pair of ids to the rank of their merge and the id it makes: one flat hash table, since encoding asks it for
 * every pair.
 */
final class MergeTable {
    private final long[] pairs;
    private final int[] ranks;
    private final int[] merged;
    private final int mask;

    MergeTable(int merges) {
        int capacity = Integer.highestOneBit(Math.max(8, merges * 3)) * 2;
        pairs = new long[capacity];
        ranks = new int[capacity];
        merged = new int[capacity];
        mask = capacity - 1;
        Arrays.fill(pairs, -1);
    }

    static long pair(int left, int right) {
        return ((long) left << 32) | right;
    }

    private int slot(long pair) {
        long hash = pair * 0x9E3779B97F4A7C15L;
        int slot = (int) (hash >>> 32) & mask;
        while (pairs[slot] != pair && pairs[slot] != -1) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    void put(int left, int right, int rank, int result) {
        long pair = pair(left, right);
        int slot = slot(pair);
        pairs[slot] = pair;
        ranks[slot] = rank;
        merged[slot] = result;
    }

    /** Where the pair's merge is kept, or -1 when the pair does not merge. */
    int find(int left, int right) {
        long pair = pair(left, right);
        int slot = slot(pair);
        return pairs[slot] == pair ? slot : -1;
    }

    int rank(int slot) {
        return ranks[slot];
    }

    int result(int slot) {
        return merged[slot];
    }
}
