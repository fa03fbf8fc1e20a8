package dev.athanor.generate.constraint;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Two automata read the same text side by side: their product, as far as it can be reached. */
final class Intersection {
    private record Labels(CodeSet left, CodeSet right) {}

    private final Automaton left;
    private final Automaton right;
    private final Budget budget;
    private final Map<Long, Integer> found = new HashMap<>();
    private final List<Long> pairs = new ArrayList<>();
    private final List<CodeSet> labels = new ArrayList<>();
    private final Map<Labels, CodeSet> common = new HashMap<>();

    Intersection(Automaton left, Automaton right, Budget budget) {
        this.left = left;
        this.right = right;
        this.budget = budget;
    }

    Automaton build() {
        int[] first = both(left.first(), right.first());
        List<int[]> follow = new ArrayList<>();
        BitSet last = new BitSet();
        for (int i = 0; i < pairs.size(); i++) {
            int l = (int) (pairs.get(i) >>> 32);
            int r = (int) (long) pairs.get(i);
            follow.add(both(left.follow()[l], right.follow()[r]));
            last.set(i, left.last().get(l) && right.last().get(r));
        }
        return new Automaton(
                        labels.toArray(CodeSet[]::new),
                        new BitSet(),
                        follow.toArray(int[][]::new),
                        first,
                        last,
                        left.nullable() && right.nullable())
                .trimmed();
    }

    private int[] both(int[] lefts, int[] rights) {
        List<Integer> next = new ArrayList<>();
        budget.edges((long) lefts.length * rights.length);
        for (int l : lefts) {
            for (int r : rights) {
                CodeSet label = common.computeIfAbsent(
                        new Labels(left.labels()[l], right.labels()[r]), both -> both.left.intersect(both.right));
                if (!label.isEmpty()) {
                    next.add(pair(l, r, label));
                }
            }
        }
        return next.stream().mapToInt(p -> p).toArray();
    }

    private int pair(int l, int r, CodeSet label) {
        long key = (long) l << 32 | r;
        Integer known = found.get(key);
        if (known != null) {
            return known;
        }
        budget.states(1);
        found.put(key, pairs.size());
        pairs.add(key);
        labels.add(label);
        return pairs.size() - 1;
    }
}
