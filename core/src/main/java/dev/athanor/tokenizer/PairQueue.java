package dev.athanor.tokenizer;

import java.util.Arrays;

/** Pairs, the commonest first; the smaller pair of ids where counts are equal. */
final class PairQueue {
    private long[] counts = new long[64];
    private long[] keys = new long[64];
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    long count() {
        return counts[0];
    }

    long key() {
        return keys[0];
    }

    private boolean before(int a, long count, long key) {
        return counts[a] > count || (counts[a] == count && keys[a] < key);
    }

    void add(long key, long count) {
        if (size == keys.length) {
            int more = Math.addExact(size, size >> 1);
            counts = Arrays.copyOf(counts, more);
            keys = Arrays.copyOf(keys, more);
        }
        int at = size++;
        while (at > 0 && !before((at - 1) >> 1, count, key)) {
            set(at, (at - 1) >> 1);
            at = (at - 1) >> 1;
        }
        counts[at] = count;
        keys[at] = key;
    }

    /** Removes the first; the queue must not be empty. */
    void remove() {
        long count = counts[--size];
        long key = keys[size];
        int at = 0;
        while (2 * at + 1 < size) {
            int child = 2 * at + 1;
            if (child + 1 < size && before(child + 1, counts[child], keys[child])) {
                child++;
            }
            if (!before(child, count, key)) {
                break;
            }
            set(at, child);
            at = child;
        }
        counts[at] = count;
        keys[at] = key;
    }

    private void set(int to, int from) {
        counts[to] = counts[from];
        keys[to] = keys[from];
    }
}
