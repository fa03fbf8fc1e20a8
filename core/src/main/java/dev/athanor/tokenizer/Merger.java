package dev.athanor.tokenizer;

import java.util.PriorityQueue;

/**
 * Applies merges to one piece of text, lowest rank first, leftmost first among equals. Short pieces are searched; long ones use a queue
 * over a linked list, n log n in the length, so a megabyte of one letter is no trap.
 */
final class Merger {
    /** Longest piece for which searching all pairs is faster than keeping a queue. */
    private static final int SHORT = 48;

    private final MergeTable merges;

    Merger(MergeTable merges) {
        this.merges = merges;
    }

    /** Merges the first {@code n} ids in place and returns how many are left. */
    int merge(int[] ids, int n) {
        return n <= SHORT ? mergeShort(ids, n) : mergeLong(ids, n);
    }

    private int mergeShort(int[] ids, int n) {
        int left = n;
        while (left > 1) {
            int best = -1;
            int bestSlot = -1;
            for (int i = 0; i + 1 < left; i++) {
                int slot = merges.find(ids[i], ids[i + 1]);
                if (slot >= 0 && (bestSlot < 0 || merges.rank(slot) < merges.rank(bestSlot))) {
                    best = i;
                    bestSlot = slot;
                }
            }
            if (bestSlot < 0) {
                break;
            }
            ids[best] = merges.result(bestSlot);
            System.arraycopy(ids, best + 2, ids, best + 1, left - best - 2);
            left--;
        }
        return left;
    }

    /** A merge that was possible when it was queued. */
    private record Candidate(int rank, int position, int left, int right, int slot) implements Comparable<Candidate> {
        @Override
        public int compareTo(Candidate other) {
            return rank != other.rank ? Integer.compare(rank, other.rank) : Integer.compare(position, other.position);
        }
    }

    private int mergeLong(int[] ids, int n) {
        int[] next = new int[n];
        int[] previous = new int[n];
        PriorityQueue<Candidate> queue = new PriorityQueue<>();
        for (int i = 0; i < n; i++) {
            next[i] = i + 1;
            previous[i] = i - 1;
            if (i + 1 < n) {
                offer(queue, ids, i, i + 1);
            }
        }
        while (!queue.isEmpty()) {
            Candidate c = queue.poll();
            int right = c.position < n && ids[c.position] == c.left ? next[c.position] : n;
            if (right >= n || ids[right] != c.right) {
                continue; // one of the two has been merged since
            }
            ids[c.position] = merges.result(c.slot);
            ids[right] = -1;
            next[c.position] = next[right];
            if (next[right] < n) {
                previous[next[right]] = c.position;
                offer(queue, ids, c.position, next[right]);
            }
            if (previous[c.position] >= 0) {
                offer(queue, ids, previous[c.position], c.position);
            }
        }
        int left = 0;
        for (int i = 0; i < n; i = next[i]) {
            ids[left++] = ids[i];
        }
        return left;
    }

    private void offer(PriorityQueue<Candidate> queue, int[] ids, int left, int right) {
        int slot = merges.find(ids[left], ids[right]);
        if (slot >= 0) {
            queue.add(new Candidate(merges.rank(slot), left, ids[left], ids[right], slot));
        }
    }
}
