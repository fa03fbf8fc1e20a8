package dev.athanor.generate.constraint;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntPredicate;

/** A set of Unicode code points without surrogates: sorted ranges that do not touch. */
final class CodeSet {
    static final int LAST = 0x10FFFF;
    private static final int FIRST_SURROGATE = 0xD800;
    private static final int LAST_SURROGATE = 0xDFFF;
    static final CodeSet NONE = new CodeSet(new int[0]);
    static final CodeSet ANY = new CodeSet(new int[] {0, FIRST_SURROGATE - 1, LAST_SURROGATE + 1, LAST});

    /** First and last code point of each range in turn. */
    private final int[] bounds;

    private CodeSet(int[] bounds) {
        this.bounds = bounds;
    }

    static CodeSet of(int code) {
        return range(code, code);
    }

    /** Surrogates within the range are left out. */
    static CodeSet range(int first, int last) {
        CodeSet whole = new CodeSet(new int[] {first, last});
        return last < FIRST_SURROGATE || first > LAST_SURROGATE ? whole : whole.intersect(ANY);
    }

    /** Every code point that stands in {@code text}. */
    static CodeSet each(String text) {
        return union(text.codePoints().mapToObj(CodeSet::of).toList());
    }

    static CodeSet matching(IntPredicate test) {
        List<CodeSet> ranges = new ArrayList<>();
        int first = -1;
        for (int code = 0; code <= LAST + 1; code++) {
            boolean in = code <= LAST && test.test(code);
            if (in && first < 0) {
                first = code;
            } else if (!in && first >= 0) {
                ranges.add(new CodeSet(new int[] {first, code - 1}));
                first = -1;
            }
        }
        return union(ranges).intersect(ANY);
    }

    static CodeSet union(List<CodeSet> sets) {
        List<int[]> ranges = new ArrayList<>();
        for (CodeSet set : sets) {
            for (int i = 0; i < set.bounds.length; i += 2) {
                ranges.add(new int[] {set.bounds[i], set.bounds[i + 1]});
            }
        }
        ranges.sort(Comparator.comparingInt(range -> range[0]));
        int[] joined = new int[2 * ranges.size()];
        int n = 0;
        for (int[] range : ranges) {
            if (n > 0 && range[0] <= joined[n - 1] + 1) {
                joined[n - 1] = Math.max(joined[n - 1], range[1]);
            } else {
                joined[n++] = range[0];
                joined[n++] = range[1];
            }
        }
        return new CodeSet(Arrays.copyOf(joined, n));
    }

    CodeSet intersect(CodeSet other) {
        int[] both = new int[bounds.length + other.bounds.length];
        int n = 0;
        int i = 0;
        int k = 0;
        while (i < bounds.length && k < other.bounds.length) {
            int first = Math.max(bounds[i], other.bounds[k]);
            int last = Math.min(bounds[i + 1], other.bounds[k + 1]);
            if (first <= last) {
                both[n++] = first;
                both[n++] = last;
            }
            if (bounds[i + 1] < other.bounds[k + 1]) {
                i += 2;
            } else {
                k += 2;
            }
        }
        return new CodeSet(Arrays.copyOf(both, n));
    }

    CodeSet complement() {
        int[] rest = new int[bounds.length + 2];
        int n = 0;
        int from = 0;
        for (int i = 0; i < bounds.length; i += 2) {
            if (bounds[i] > from) {
                rest[n++] = from;
                rest[n++] = bounds[i] - 1;
            }
            from = bounds[i + 1] + 1;
        }
        if (from <= LAST) {
            rest[n++] = from;
            rest[n++] = LAST;
        }
        return new CodeSet(Arrays.copyOf(rest, n)).intersect(ANY);
    }

    boolean isEmpty() {
        return bounds.length == 0;
    }

    boolean contains(int code) {
        for (int i = 0; i < bounds.length; i += 2) {
            if (code >= bounds[i] && code <= bounds[i + 1]) {
                return true;
            }
        }
        return false;
    }

    int ranges() {
        return bounds.length / 2;
    }

    int first(int range) {
        return bounds[2 * range];
    }

    int last(int range) {
        return bounds[2 * range + 1];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CodeSet set && Arrays.equals(bounds, set.bounds);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bounds);
    }

    @Override
    public String toString() {
        return Arrays.toString(bounds);
    }
}
