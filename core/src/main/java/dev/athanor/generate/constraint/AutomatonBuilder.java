package dev.athanor.generate.constraint;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/** Builds an automaton from a regular expression, or from pieces; every position and edge is paid for first. */
final class AutomatonBuilder {
    /** Where a part of the expression begins and ends. */
    record Piece(boolean nullable, int[] first, int[] last) {
        static final Piece NOTHING = new Piece(true, new int[0], new int[0]);

        Piece optional() {
            return new Piece(true, first, last);
        }

        Piece required() {
            return new Piece(false, first, last);
        }
    }

    private final Budget budget;
    private final List<CodeSet> labels = new ArrayList<>();
    private final List<int[]> follow = new ArrayList<>();
    private final BitSet escaped = new BitSet();

    AutomatonBuilder(Budget budget) {
        this.budget = budget;
    }

    Automaton build(Regex regex) {
        return finish(piece(regex));
    }

    Automaton finish(Piece whole) {
        BitSet last = new BitSet();
        for (int p : whole.last) {
            last.set(p);
        }
        return new Automaton(
                        labels.toArray(CodeSet[]::new),
                        escaped,
                        follow.toArray(int[][]::new),
                        whole.first,
                        last,
                        whole.nullable)
                .trimmed();
    }

    int position(CodeSet label) {
        budget.states(1);
        labels.add(label);
        follow.add(new int[0]);
        return labels.size() - 1;
    }

    /** The parser bounds the depth of this recursion. */
    private Piece piece(Regex regex) {
        return switch (regex) {
            case Regex.Symbol(CodeSet set) -> {
                int[] only = {position(set)};
                yield new Piece(false, only, only);
            }
            case Regex.Sequence(List<Regex> parts) -> {
                Piece whole = Piece.NOTHING;
                for (Regex part : parts) {
                    whole = sequence(whole, piece(part));
                }
                yield whole;
            }
            case Regex.Choice(List<Regex> options) -> choice(options);
            case Regex.Repeat repeat -> repeat(repeat);
        };
    }

    Piece sequence(Piece left, Piece right) {
        link(left.last, right.first);
        return new Piece(
                left.nullable && right.nullable,
                left.nullable ? join(left.first, right.first) : left.first,
                right.nullable ? join(left.last, right.last) : right.last);
    }

    private Piece choice(List<Regex> options) {
        boolean nullable = false;
        List<int[]> first = new ArrayList<>();
        List<int[]> last = new ArrayList<>();
        for (Regex option : options) {
            Piece piece = piece(option);
            nullable |= piece.nullable;
            first.add(piece.first);
            last.add(piece.last);
        }
        return new Piece(nullable, join(first), join(last));
    }

    /** Optional copies nest, {@code (x(x(x)?)?)?}, so that a copy leads only to the next one. */
    private Piece repeat(Regex.Repeat repeat) {
        boolean unbounded = repeat.max() == Regex.UNBOUNDED;
        int copies = unbounded ? Math.max(repeat.min(), 1) : repeat.max();
        boolean nullable = repeat.min() == 0;
        int min = repeat.min();
        List<int[]> last = new ArrayList<>();
        int[] first = new int[0];
        int[] before = new int[0];
        for (int i = 0; i < copies; i++) {
            Piece copy = piece(repeat.part());
            if (copy.nullable) {
                nullable = true;
                min = 0;
            }
            if (i == 0) {
                first = copy.first;
            }
            link(before, copy.first);
            before = copy.last;
            if (unbounded && i == copies - 1) {
                link(copy.last, copy.first);
            }
            if (i + 1 >= min) {
                last.add(copy.last);
            }
        }
        return new Piece(nullable, first, join(last));
    }

    Piece copy(Automaton automaton) {
        int offset = labels.size();
        for (int p = 0; p < automaton.size(); p++) {
            int at = position(automaton.labels()[p]);
            escaped.set(at, automaton.escaped().get(p));
            follow.set(at, shifted(automaton.follow()[p], offset));
            budget.edges(automaton.follow()[p].length);
        }
        return new Piece(
                automaton.nullable(),
                shifted(automaton.first(), offset),
                shifted(automaton.last().stream().toArray(), offset));
    }

    private static int[] shifted(int[] positions, int offset) {
        return Arrays.stream(positions).map(p -> p + offset).toArray();
    }

    void link(int[] from, int[] to) {
        if (to.length == 0) {
            return;
        }
        budget.edges((long) from.length * to.length);
        for (int p : from) {
            follow.set(p, join(follow.get(p), to));
        }
    }

    private static int[] join(int[] a, int[] b) {
        if (a.length == 0 || b.length == 0) {
            return a.length == 0 ? b : a;
        }
        return join(List.of(a, b));
    }

    private static int[] join(List<int[]> lists) {
        int length = 0;
        for (int[] list : lists) {
            length += list.length;
        }
        int[] all = new int[length];
        int n = 0;
        boolean rising = true;
        for (int[] list : lists) {
            for (int p : list) {
                rising &= n == 0 || all[n - 1] < p;
                all[n++] = p;
            }
        }
        return rising ? all : Arrays.stream(all).sorted().distinct().toArray();
    }
}
