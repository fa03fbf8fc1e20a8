package dev.athanor.generate.constraint;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** All ways to read the text so far. */
final class Readings implements Constraint.State {
    /**
     * Beyond this many, later readings are left out: a smaller language, never a wrong one, as every reading can be
     * brought to an end. Only schemas whose alternatives stay alike for long get here.
     */
    private static final int MOST = 2048;

    private final Grammar grammar;
    private final Reading[] all;
    private final boolean accepts;
    private final int hash;

    private Readings(Grammar grammar, Reading[] all, boolean accepts) {
        this.grammar = grammar;
        this.all = all;
        this.accepts = accepts;
        int sum = accepts ? 1 : 0;
        for (Reading reading : all) {
            sum += reading.hashCode();
        }
        this.hash = sum;
    }

    static Readings start(Grammar grammar, int root) {
        Entering entering = new Entering(grammar);
        entering.enter(root, 0, Frame.BOTTOM);
        return entering.readings();
    }

    @Override
    public boolean accepts() {
        return accepts;
    }

    @Override
    public boolean mustEnd() {
        return accepts && all.length == 0;
    }

    @Override
    public Optional<Constraint.State> next(byte b) {
        if (all.length == 1) {
            Reader.Step step = all[0].reader.step(all[0].places, b & 0xFF);
            if (!step.ends()) {
                return step.places().length == 0
                        ? Optional.empty()
                        : Optional.of(new Readings(
                                grammar,
                                new Reading[] {new Reading(all[0].reader, step.places(), all[0].after)},
                                false));
            }
        }
        Entering entering = new Entering(grammar);
        for (Reading reading : all) {
            Reader.Step step = reading.reader.step(reading.places, b & 0xFF);
            if (step.places().length > 0) {
                entering.add(new Reading(reading.reader, step.places(), reading.after));
            }
            if (step.ends()) {
                entering.resume(reading.after);
            }
        }
        Readings next = entering.readings();
        return next.all.length == 0 && !next.accepts ? Optional.empty() : Optional.of(next);
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // states of two grammars are never equal
    public boolean equals(Object other) {
        if (this == other) {
            return true;
        }
        if (!(other instanceof Readings that)
                || hash != that.hash
                || grammar != that.grammar
                || accepts != that.accepts
                || all.length != that.all.length) {
            return false;
        }
        return all.length == 1 ? all[0].equals(that.all[0]) : Set.of(all).equals(Set.of(that.all));
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /** Goes from rules to the automata that may read next. */
    private static final class Entering {
        private record Work(int node, int depth, Frame after) {}

        private final Grammar grammar;
        private final List<Reading> found = new ArrayList<>(2);
        private final Set<Reading> known = new HashSet<>();
        private final Deque<Work> open = new ArrayDeque<>();
        private final Set<Work> entered = new HashSet<>();
        private boolean accepts;

        Entering(Grammar grammar) {
            this.grammar = grammar;
        }

        Readings readings() {
            return new Readings(grammar, found.toArray(Reading[]::new), accepts);
        }

        void add(Reading reading) {
            if (found.size() < MOST && (found.isEmpty() || isNew(reading))) {
                found.add(reading);
            }
        }

        private boolean isNew(Reading reading) {
            if (known.isEmpty()) {
                known.addAll(found);
            }
            return known.add(reading);
        }

        void enter(int node, int depth, Frame after) {
            push(node, depth, after);
            drain();
        }

        void resume(Frame frame) {
            goOn(frame);
            drain();
        }

        private void push(int node, int depth, Frame after) {
            if (grammar.fits(node, depth)) {
                open.push(new Work(node, depth, after));
            }
        }

        private void drain() {
            while (!open.isEmpty() && found.size() < MOST) {
                Work work = open.pop();
                if (entered.add(work)) {
                    expand(work);
                }
            }
            open.clear();
        }

        private void expand(Work work) {
            switch (grammar.node(work.node)) {
                case Node.Terminal(Reader reader) -> {
                    if (reader.first().length > 0) {
                        add(new Reading(reader, reader.first(), work.after));
                    }
                    if (reader.nullable()) {
                        goOn(work.after);
                    }
                }
                case Node.Sequence(int[] parts) -> part(work.node, parts, 0, work.depth, work.after);
                case Node.Choice(int[] options) -> {
                    for (int i = options.length - 1; i >= 0; i--) {
                        push(options[i], work.depth, work.after);
                    }
                }
                case Node.Repeat repeat -> again(work.node, repeat, 0, work.depth, work.after);
                case Node.Nested(int inside) -> push(inside, work.depth + 1, work.after);
            }
        }

        private void goOn(Frame frame) {
            Frame now = frame;
            while (true) {
                if (now.node < 0) {
                    accepts = true;
                    return;
                }
                if (grammar.node(now.node) instanceof Node.Sequence(int[] parts)) {
                    part(now.node, parts, now.index, now.depth, now.below);
                    return;
                }
                if (!(grammar.node(now.node) instanceof Node.Repeat repeat)) {
                    throw new IllegalStateException("only sequences and repetitions go on");
                }
                another(now.node, repeat, now.index, now.depth, now.below);
                if (now.index < repeat.min()) {
                    return;
                }
                now = now.below;
            }
        }

        private void again(int node, Node.Repeat repeat, int count, int depth, Frame after) {
            another(node, repeat, count, depth, after);
            if (count >= repeat.min()) {
                goOn(after);
            }
        }

        private void part(int node, int[] parts, int index, int depth, Frame after) {
            Frame then = index + 1 < parts.length ? new Frame(node, index + 1, depth, after) : after;
            push(parts[index], depth, then);
        }

        private void another(int node, Node.Repeat repeat, int count, int depth, Frame after) {
            if (count >= repeat.max()) {
                return;
            }
            boolean unbounded = repeat.max() == Regex.UNBOUNDED;
            int counted = unbounded ? Math.min(count + 1, Math.max(repeat.min(), 1)) : count + 1;
            push(count == 0 ? repeat.first() : repeat.later(), depth, new Frame(node, counted, depth, after));
        }
    }
}
