package dev.athanor.tokenizer;

import java.util.Arrays;

/** Pairs of neighbouring ids, how often they occur, and where: flat arrays behind one hash table. */
final class PairTable {
    private static final int[] NOWHERE = {};

    private int[] table; // entry + 1 by hash, 0 where free
    private long[] keys;
    private long[] counts;
    private int[][] places;
    private int[] placeCounts;
    private int size;

    PairTable(int capacity) {
        table = new int[Integer.highestOneBit(Math.max(8, capacity)) * 4];
        keys = new long[capacity];
        counts = new long[capacity];
        places = new int[capacity][];
        placeCounts = new int[capacity];
    }

    int size() {
        return size;
    }

    long key(int entry) {
        return keys[entry];
    }

    long count(int entry) {
        return counts[entry];
    }

    int[] places(int entry) {
        return places[entry];
    }

    int placeCount(int entry) {
        return placeCounts[entry];
    }

    /** The entry of {@code key}, or -1. */
    int find(long key) {
        return table[slot(key)] - 1;
    }

    /** Adds {@code count} occurrences of {@code key} at {@code place}. */
    void add(long key, long count, int place) {
        int entry = entry(key);
        counts[entry] += count;
        int n = placeCounts[entry];
        if (n == places[entry].length) {
            places[entry] = Arrays.copyOf(places[entry], n == 0 ? 2 : n + (n >> 1) + 1);
        }
        places[entry][n] = place;
        placeCounts[entry] = n + 1;
    }

    /**
     * Takes {@code count} occurrences of {@code key} away, if it is here; its places stay and are checked when they are
     * used.
     */
    void subtract(long key, long count) {
        int entry = find(key);
        if (entry >= 0) {
            counts[entry] -= count;
            if (counts[entry] == 0) {
                forget(entry);
            }
        }
    }

    /** Room for exactly {@code n} places of {@code key}. */
    void reserve(long key, int n) {
        places[entry(key)] = new int[n];
    }

    /** Takes over an entry of another table. */
    void move(PairTable from, int entry) {
        int to = entry(from.keys[entry]);
        counts[to] = from.counts[entry];
        places[to] = from.places[entry];
        placeCounts[to] = from.placeCounts[entry];
    }

    /** Gives the memory of the places back; the pair will not be merged again. */
    void forget(int entry) {
        counts[entry] = 0;
        places[entry] = NOWHERE;
        placeCounts[entry] = 0;
    }

    private int entry(long key) {
        int slot = slot(key);
        if (table[slot] != 0) {
            return table[slot] - 1;
        }
        if (size == keys.length) {
            int more = Math.addExact(size, (size >> 1) + 16);
            keys = Arrays.copyOf(keys, more);
            counts = Arrays.copyOf(counts, more);
            places = Arrays.copyOf(places, more);
            placeCounts = Arrays.copyOf(placeCounts, more);
        }
        keys[size] = key;
        places[size] = NOWHERE;
        table[slot] = ++size;
        int entry = size - 1;
        if (size * 2L > table.length) {
            rehash();
        }
        return entry;
    }

    private int slot(long key) {
        int mask = table.length - 1;
        int slot = (int) ((key * 0x9E3779B97F4A7C15L) >>> 32) & mask;
        while (table[slot] != 0 && keys[table[slot] - 1] != key) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private void rehash() {
        table = new int[Math.multiplyExact(table.length, 2)];
        for (int entry = 0; entry < size; entry++) {
            table[slot(keys[entry])] = entry + 1;
        }
    }
}
