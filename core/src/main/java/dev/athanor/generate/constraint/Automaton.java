package dev.athanor.generate.constraint;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * An automaton without empty moves (Glushkov's): a position is entered by reading a code point of its label, and from
 * every position an end can be reached.
 *
 * @param labels what each position reads
 * @param escaped whether a position reads its code point as a JSON string writes it
 * @param follow positions after each position
 * @param first positions to begin with
 * @param last positions a text may end at
 * @param nullable whether the empty text belongs
 */
record Automaton(CodeSet[] labels, BitSet escaped, int[][] follow, int[] first, BitSet last, boolean nullable) {
    static Automaton text(String text, Budget budget) {
        return of(Regex.text(text), budget);
    }

    static Automaton of(Regex regex, Budget budget) {
        return new AutomatonBuilder(budget).build(regex);
    }

    int size() {
        return labels.length;
    }

    /** Whether no text belongs. */
    boolean isEmpty() {
        return first.length == 0 && !nullable;
    }

    /** Inside the quotes of a JSON string. */
    Automaton quoted(Budget budget) {
        BitSet all = new BitSet();
        all.set(0, size());
        Automaton inside = new Automaton(labels, all, follow, first, last, nullable);
        Automaton quote = text("\"", budget);
        return concat(List.of(quote, inside, quote), budget);
    }

    /** One after the other. */
    static Automaton concat(List<Automaton> parts, Budget budget) {
        AutomatonBuilder builder = new AutomatonBuilder(budget);
        AutomatonBuilder.Piece whole = AutomatonBuilder.Piece.NOTHING;
        for (Automaton part : parts) {
            whole = builder.sequence(whole, builder.copy(part));
        }
        return builder.finish(whole);
    }

    /** Texts that belong to both. Neither may be {@link #quoted}. */
    Automaton intersect(Automaton other, Budget budget) {
        return new Intersection(this, other, budget).build();
    }

    boolean accepts(String text) {
        int[] codes = text.codePoints().toArray();
        if (codes.length == 0) {
            return nullable;
        }
        BitSet now = new BitSet();
        for (int i = 0; i < codes.length; i++) {
            BitSet then = new BitSet();
            if (i == 0) {
                enter(first, codes[i], then);
            } else {
                for (int p = now.nextSetBit(0); p >= 0; p = now.nextSetBit(p + 1)) {
                    enter(follow[p], codes[i], then);
                }
            }
            now = then;
        }
        return now.intersects(last);
    }

    private void enter(int[] positions, int code, BitSet into) {
        for (int p : positions) {
            if (labels[p].contains(code)) {
                into.set(p);
            }
        }
    }

    /** Without positions that nothing reads or that lead to no end. */
    Automaton trimmed() {
        BitSet useful = useful();
        if (useful.cardinality() == size()) {
            return this;
        }
        int[] renamed = new int[size()];
        int n = 0;
        for (int p = 0; p < size(); p++) {
            renamed[p] = useful.get(p) ? n++ : -1;
        }
        CodeSet[] newLabels = new CodeSet[n];
        int[][] newFollow = new int[n][];
        BitSet newEscaped = new BitSet();
        BitSet newLast = new BitSet();
        for (int p = useful.nextSetBit(0); p >= 0; p = useful.nextSetBit(p + 1)) {
            newLabels[renamed[p]] = labels[p];
            newFollow[renamed[p]] = kept(follow[p], renamed);
            newEscaped.set(renamed[p], escaped.get(p));
            newLast.set(renamed[p], last.get(p));
        }
        return new Automaton(newLabels, newEscaped, newFollow, kept(first, renamed), newLast, nullable);
    }

    private static int[] kept(int[] positions, int[] renamed) {
        return Arrays.stream(positions).map(p -> renamed[p]).filter(p -> p >= 0).toArray();
    }

    private BitSet useful() {
        int[][] before = before();
        BitSet seen = new BitSet();
        List<Integer> open = new ArrayList<>();
        for (int p = last.nextSetBit(0); p >= 0; p = last.nextSetBit(p + 1)) {
            if (!labels[p].isEmpty()) {
                seen.set(p);
                open.add(p);
            }
        }
        while (!open.isEmpty()) {
            for (int q : before[open.removeLast()]) {
                if (!seen.get(q) && !labels[q].isEmpty()) {
                    seen.set(q);
                    open.add(q);
                }
            }
        }
        return seen;
    }

    private int[][] before() {
        int[] counts = new int[size()];
        for (int[] next : follow) {
            for (int q : next) {
                counts[q]++;
            }
        }
        int[][] before = new int[size()][];
        for (int p = 0; p < size(); p++) {
            before[p] = new int[counts[p]];
        }
        for (int p = 0; p < size(); p++) {
            for (int q : follow[p]) {
                before[q][--counts[q]] = p;
            }
        }
        return before;
    }
}
