package dev.athanor.generate.sample;

import java.util.Arrays;

/** Which of many scores are the best: falling score, equal ones by rising id, so that there is one answer. */
final class Ranking {
    private Ranking() {}

    private static boolean before(double[] scores, int[] ids, int a, int b) {
        return scores[a] > scores[b] || (scores[a] == scores[b] && ids[a] < ids[b]);
    }

    /**
     * Positions of the {@code n} best of the first {@code size} scores, best first; {@code n} is at most {@code size}.
     */
    static int[] best(double[] scores, int[] ids, int size, int n) {
        return n > size / 8 ? Arrays.copyOf(all(scores, ids, size), n) : few(scores, ids, size, n);
    }

    /** By a heap with the worst of the best on top: most scores are compared once, with that one. */
    private static int[] few(double[] scores, int[] ids, int size, int n) {
        int[] heap = new int[n];
        if (n == 0) {
            return heap;
        }
        for (int i = 0; i < n; i++) {
            heap[i] = i;
        }
        for (int i = n / 2 - 1; i >= 0; i--) {
            sink(heap, i, n, scores, ids);
        }
        double worst = scores[heap[0]];
        for (int i = n; i < size; i++) {
            if (scores[i] >= worst && before(scores, ids, i, heap[0])) {
                heap[0] = i;
                sink(heap, 0, n, scores, ids);
                worst = scores[heap[0]];
            }
        }
        for (int last = n - 1; last > 0; last--) {
            int top = heap[0];
            heap[0] = heap[last];
            heap[last] = top;
            sink(heap, 0, last, scores, ids);
        }
        return heap;
    }

    private static void sink(int[] heap, int at, int n, double[] scores, int[] ids) {
        int moved = heap[at];
        int hole = at;
        while (2 * hole + 1 < n) {
            int child = 2 * hole + 1;
            if (child + 1 < n && before(scores, ids, heap[child], heap[child + 1])) {
                child++;
            }
            if (!before(scores, ids, moved, heap[child])) {
                break;
            }
            heap[hole] = heap[child];
            hole = child;
        }
        heap[hole] = moved;
    }

    /** By merging runs of doubling length: no input makes it slower than n log n. */
    private static int[] all(double[] scores, int[] ids, int size) {
        int[] from = new int[size];
        int[] to = new int[size];
        for (int i = 0; i < size; i++) {
            from[i] = i;
        }
        for (int run = 1; run < size && run > 0; run *= 2) {
            for (int lo = 0; lo < size; lo += 2 * run) {
                merge(from, to, lo, Math.min(lo + run, size), Math.min(lo + 2 * run, size), scores, ids);
            }
            int[] swap = from;
            from = to;
            to = swap;
        }
        return from;
    }

    private static void merge(int[] from, int[] to, int lo, int mid, int hi, double[] scores, int[] ids) {
        int a = lo;
        int b = mid;
        for (int i = lo; i < hi; i++) {
            boolean right = a == mid || (b < hi && before(scores, ids, from[b], from[a]));
            to[i] = right ? from[b++] : from[a++];
        }
    }
}
