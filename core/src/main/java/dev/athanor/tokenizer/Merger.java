package dev.athanor.tokenizer;

/**
 * Applies merges to one piece of text, lowest rank first, leftmost first among equals. Short pieces are searched; long
 * ones use a queue over a linked list, n log n in the length, so a megabyte of one letter is no trap.
 */
final class Merger {
    /** Longest piece for which searching all pairs is faster than keeping a queue. */
    static final int SHORT = 48;

    private static final int NO_RANK = Integer.MAX_VALUE;

    private final MergeTable merges;

    Merger(MergeTable merges) {
        this.merges = merges;
    }

    /**
     * Merges the first {@code n} ids in place and returns how many are left; {@code ranks} is room for {@link #SHORT}
     * numbers.
     */
    int merge(int[] ids, int n, int[] ranks) {
        return n <= SHORT ? mergeShort(ids, n, ranks) : mergeLong(ids, n);
    }

    private int rank(int left, int right) {
        int slot = merges.find(left, right);
        return slot < 0 ? NO_RANK : merges.rank(slot);
    }

    private int mergeShort(int[] ids, int n, int[] ranks) {
        for (int i = 0; i + 1 < n; i++) {
            ranks[i] = rank(ids[i], ids[i + 1]);
        }
        int left = n;
        while (left > 1) {
            int best = 0;
            for (int i = 1; i + 1 < left; i++) {
                if (ranks[i] < ranks[best]) {
                    best = i;
                }
            }
            if (ranks[best] == NO_RANK) {
                break;
            }
            ids[best] = merges.result(merges.find(ids[best], ids[best + 1]));
            left--;
            System.arraycopy(ids, best + 2, ids, best + 1, left - best - 1);
            if (best + 1 < left) {
                System.arraycopy(ranks, best + 2, ranks, best + 1, left - best - 2);
                ranks[best] = rank(ids[best], ids[best + 1]);
            }
            if (best > 0) {
                ranks[best - 1] = rank(ids[best - 1], ids[best]);
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
            int slot = right < n ? merges.find(ids[at], ids[right]) : -1;
            if (slot < 0 || merges.rank(slot) != (int) (candidate >> 32)) {
                continue; // one of the two has been merged since
            }
            ids[at] = merges.result(slot);
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
        int rank = rank(ids[left], ids[right]);
        if (rank != NO_RANK) {
            queue.add(((long) rank << 32) | left);
        }
    }
}
