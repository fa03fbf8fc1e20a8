package dev.athanor.tokenizer;

/**
 * Applies merges to one piece of text, lowest rank first, leftmost first among equals. Short pieces are searched; long
 * ones use a queue over a linked list, n log n in the length, so a megabyte of one letter is no trap.
 */
final class Merger {
    /** Longest piece for which searching all pairs is faster than keeping a queue. */
    static final int SHORT = 48;

    private static final long RANK = -1L << 32;

    private final MergeTable merges;

    Merger(MergeTable merges) {
        this.merges = merges;
    }

    /**
     * Merges the first {@code n} ids in place and returns how many are left; {@code found} is room for {@link #SHORT}
     * numbers.
     */
    int merge(int[] ids, int n, long[] found) {
        return n <= SHORT ? mergeShort(ids, n, found) : mergeLong(ids, n);
    }

    private int mergeShort(int[] ids, int n, long[] found) {
        for (int i = 0; i + 1 < n; i++) {
            found[i] = merges.merge(ids[i], ids[i + 1]);
        }
        int left = n;
        while (left > 1) {
            int best = 0;
            long rank = found[0] & RANK; // without what it makes: among equals the leftmost goes first
            for (int i = 1; i + 1 < left; i++) {
                if (found[i] < rank) {
                    best = i;
                    rank = found[i] & RANK;
                }
            }
            if (found[best] == MergeTable.NONE) {
                break;
            }
            ids[best] = MergeTable.result(found[best]);
            left--;
            for (int i = best + 1; i < left; i++) { // too few for a call of arraycopy
                ids[i] = ids[i + 1];
                found[i] = found[i + 1];
            }
            if (best + 1 < left) {
                found[best] = merges.merge(ids[best], ids[best + 1]);
            }
            if (best > 0) {
                found[best - 1] = merges.merge(ids[best - 1], ids[best]);
            }
        }
        return left;
    }

    private int mergeLong(int[] ids, int n) {
        int[] next = new int[n];
        int[] previous = new int[n];
        LongHeap queue = new LongHeap(); // rank above, position below
        for (int i = 0; i < n; i++) {
            next[i] = i + 1;
            previous[i] = i - 1;
            if (i + 1 < n) {
                offer(queue, ids, i, i + 1);
            }
        }
        while (!queue.isEmpty()) {
            long candidate = queue.remove();
            int at = (int) candidate;
            int right = ids[at] < 0 ? n : next[at];
            long merge = right < n ? merges.merge(ids[at], ids[right]) : MergeTable.NONE;
            if (merge == MergeTable.NONE || MergeTable.rank(merge) != (int) (candidate >> 32)) {
                continue; // one of the two has been merged since
            }
            ids[at] = MergeTable.result(merge);
            ids[right] = -1;
            next[at] = next[right];
            if (next[right] < n) {
                previous[next[right]] = at;
                offer(queue, ids, at, next[right]);
            }
            if (previous[at] >= 0) {
                offer(queue, ids, previous[at], at);
            }
        }
        int left = 0;
        for (int i = 0; i < n; i = next[i]) {
            ids[left++] = ids[i];
        }
        return left;
    }

    private void offer(LongHeap queue, int[] ids, int left, int right) {
        long merge = merges.merge(ids[left], ids[right]);
        if (merge != MergeTable.NONE) {
            queue.add(((long) MergeTable.rank(merge) << 32) | left);
        }
    }
}
