package dev.athanor.generate.constraint;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How the code points of a set are written as bytes: in UTF-8, or as a JSON string writes them. States are shared. */
final class Encoder {
    /** The code point is complete. */
    static final int DONE = -1;

    /** No code point of the set goes on with this byte. */
    static final int DEAD = -2;

    /** What a JSON string may not hold as it is: control characters, the quote and the backslash. */
    private static final CodeSet MUST_ESCAPE =
            CodeSet.union(List.of(CodeSet.range(0, 0x1F), CodeSet.of('"'), CodeSet.of('\\')));

    private static final String SHORT = "\"\\/bfnrt";
    private static final String SHORT_MEANS = "\"\\/\b\f\n\r\t";

    private record Key(CodeSet set, boolean escaped) {}

    private record Span(int first, int last) {}

    private final Budget budget;
    private final Map<Key, Integer> starts = new HashMap<>();

    /** For each state: first byte, last byte and the state after them, in turn. */
    private final List<int[]> table = new ArrayList<>();

    Encoder(Budget budget) {
        this.budget = budget;
    }

    /** State before the first byte of a code point of {@code set}. */
    int start(CodeSet set, boolean escaped) {
        return starts.computeIfAbsent(new Key(set, escaped), key -> build(key));
    }

    /** State after byte {@code b}, 0 to 255: {@link #DONE}, {@link #DEAD} or one within a code point. */
    int next(int state, int b) {
        int[] row = table.get(state);
        for (int i = 0; i < row.length; i += 3) {
            if (b >= row[i] && b <= row[i + 1]) {
                return row[i + 2];
            }
        }
        return DEAD;
    }

    private int build(Key key) {
        Trie root = new Trie(false);
        CodeSet raw = key.escaped ? key.set.intersect(MUST_ESCAPE.complement()) : key.set;
        for (int i = 0; i < raw.ranges(); i++) {
            utf8(root, raw.first(i), raw.last(i));
        }
        if (key.escaped) {
            escapes(root, key.set);
        }
        return flatten(root);
    }

    /** Spans of one trie are equal or apart: what covers a whole byte is never cut, what does not stands alone. */
    private static final class Trie {
        /** Whether spans are of hexadecimal digits rather than bytes. */
        final boolean hex;

        final Map<Span, Trie> next = new LinkedHashMap<>();

        Trie(boolean hex) {
            this.hex = hex;
        }

        Trie child(int first, int last) {
            return next.computeIfAbsent(new Span(first, last), span -> new Trie(hex));
        }
    }

    /** Depth is at most 7 bytes: a backslash, u and four digits. */
    private int flatten(Trie trie) {
        budget.states(1);
        int state = table.size();
        table.add(new int[0]);
        List<int[]> row = new ArrayList<>();
        trie.next.forEach((span, child) -> {
            int target = child.next.isEmpty() ? DONE : flatten(child);
            if (trie.hex) {
                hexBytes(span, target, row);
            } else {
                row.add(new int[] {span.first, span.last, target});
            }
        });
        table.set(state, row.stream().flatMapToInt(Arrays::stream).toArray());
        return state;
    }

    private static void hexBytes(Span digits, int target, List<int[]> row) {
        if (digits.first < 10) {
            row.add(new int[] {'0' + digits.first, '0' + Math.min(digits.last, 9), target});
        }
        if (digits.last >= 10) {
            int first = Math.max(digits.first, 10) - 10;
            row.add(new int[] {'a' + first, 'a' + digits.last - 10, target});
            row.add(new int[] {'A' + first, 'A' + digits.last - 10, target});
        }
    }

    /** Splits a range where the number of bytes changes. */
    private static void utf8(Trie root, int first, int last) {
        int from = first;
        for (int bytes = 1; bytes <= 4; bytes++) {
            int end = bytes == 1 ? 0x7F : bytes == 2 ? 0x7FF : bytes == 3 ? 0xFFFF : CodeSet.LAST;
            if (from <= last && from <= end) {
                digits(root, from, Math.min(last, end), bytes - 1, bytes);
                from = end + 1;
            }
        }
    }

    /** Bytes from the first on; {@code left} bytes of six bits follow this one. */
    private static void digits(Trie at, int first, int last, int left, int bytes) {
        boolean lead = left == bytes - 1;
        int mark = !lead ? 0x80 : bytes == 1 ? 0 : bytes == 2 ? 0xC0 : bytes == 3 ? 0xE0 : 0xF0;
        split(first, last, 6 * left, (low, high, from, to) -> {
            Trie child = at.child(mark | low, mark | high);
            if (left > 0) {
                digits(child, from, to, left - 1, bytes);
            }
        });
    }

    private static void hexDigits(Trie at, int first, int last, int left) {
        split(first, last, 4 * left, (low, high, from, to) -> {
            Trie child = at.child(low, high);
            if (left > 0) {
                hexDigits(child, from, to, left - 1);
            }
        });
    }

    /** A span of one digit, and the range of the digits after it. */
    private interface Part {
        void take(int low, int high, int from, int to);
    }

    /**
     * Cuts a range of numbers by their digit above {@code shift} bits: a cut digit stands alone, whole ones together.
     */
    private static void split(int first, int last, int shift, Part part) {
        int mask = (1 << shift) - 1;
        int low = first >>> shift;
        int high = last >>> shift;
        boolean cutBelow = (first & mask) != 0;
        boolean cutAbove = (last & mask) != mask;
        if (low == high && (cutBelow || cutAbove)) {
            part.take(low, low, first & mask, last & mask);
            return;
        }
        if (cutBelow) {
            part.take(low, low, first & mask, mask);
        }
        int from = cutBelow ? low + 1 : low;
        int to = cutAbove ? high - 1 : high;
        if (from <= to) {
            part.take(from, to, 0, mask);
        }
        if (cutAbove) {
            part.take(high, high, 0, last & mask);
        }
    }

    private static void escapes(Trie root, CodeSet set) {
        Trie slash = new Trie(false);
        for (int i = 0; i < SHORT.length(); i++) {
            if (set.contains(SHORT_MEANS.charAt(i))) {
                slash.child(SHORT.charAt(i), SHORT.charAt(i));
            }
        }
        Trie hex = new Trie(true);
        for (int i = 0; i < set.ranges(); i++) {
            if (set.first(i) <= 0xFFFF) {
                hexDigits(hex, set.first(i), Math.min(set.last(i), 0xFFFF), 3);
            }
        }
        if (!hex.next.isEmpty()) {
            slash.next.put(new Span('u', 'u'), hex);
        }
        if (!slash.next.isEmpty()) {
            root.next.put(new Span('\\', '\\'), slash);
        }
    }
}
