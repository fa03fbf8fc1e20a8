package dev.athanor.generate.constraint;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Rules that name each other. Every rule knows how many levels of arrays and objects its shortest text opens; one is
 * entered only where that many are left, so that what has begun can always be ended.
 */
final class Grammar implements Constraint {
    private static final int NEVER = Integer.MAX_VALUE;

    private final Node[] nodes;
    private final int[] levels;
    private final int maxDepth;
    private final Readings start;

    private Grammar(Node[] nodes, int[] levels, int maxDepth, int root) {
        this.nodes = nodes;
        this.levels = levels;
        this.maxDepth = maxDepth;
        this.start = Readings.start(this, root);
    }

    @Override
    public State start() {
        return start;
    }

    Node node(int id) {
        return nodes[id];
    }

    /** Whether a text of rule {@code id} can be written where {@code depth} arrays and objects are open. */
    boolean fits(int id, int depth) {
        return levels[id] <= maxDepth - depth;
    }

    /** Collects rules; a rule may be named before it is known. */
    static final class Builder {
        /** Rules are small, but a schema must not buy them without end. */
        private static final int RULES_PER_NODE = 32;

        private final ConstraintLimits limits;
        private final Encoder encoder;
        private final List<Node> nodes = new ArrayList<>();

        Builder(ConstraintLimits limits) {
            this(limits, new Budget(limits, "the pattern"));
        }

        Builder(ConstraintLimits limits, Budget budget) {
            this.limits = limits;
            this.encoder = new Encoder(budget);
        }

        int reserve() {
            if (nodes.size() > (long) RULES_PER_NODE * limits.maxSchemaNodes()) {
                throw new ConstraintException(
                        "#",
                        "a schema of at most " + RULES_PER_NODE * (long) limits.maxSchemaNodes()
                                + " rules was expected, and this one needs more; make it smaller");
            }
            nodes.add(new Node.Choice(new int[0]));
            return nodes.size() - 1;
        }

        void set(int id, Node node) {
            nodes.set(id, node);
        }

        int add(Node node) {
            int id = reserve();
            set(id, node);
            return id;
        }

        int terminal(Automaton automaton) {
            return automaton.isEmpty() ? choice() : add(new Node.Terminal(Reader.of(automaton, encoder)));
        }

        int sequence(int... parts) {
            return add(new Node.Sequence(parts));
        }

        int choice(int... options) {
            return add(new Node.Choice(options));
        }

        Grammar build(int root, String place) {
            int[] levels = levels();
            if (levels[root] == NEVER) {
                throw new ConstraintException(
                        place, "a schema that some document satisfies was expected, and none satisfies this one");
            }
            if (levels[root] > limits.maxDepth()) {
                throw new ConstraintException(
                        place,
                        "a schema for documents at most " + limits.maxDepth()
                                + " levels deep was expected, and this one needs " + levels[root]);
            }
            return new Grammar(nodes.toArray(Node[]::new), levels, limits.maxDepth(), root);
        }

        /** Least levels by going over all rules until nothing changes, which settles one level in each round. */
        private int[] levels() {
            int[] levels = new int[nodes.size()];
            Arrays.fill(levels, NEVER);
            boolean changed = true;
            while (changed) {
                changed = false;
                for (int id = levels.length - 1; id >= 0; id--) {
                    int found = levels(nodes.get(id), levels);
                    changed |= found != levels[id];
                    levels[id] = found;
                }
            }
            return levels;
        }

        private static int levels(Node node, int[] levels) {
            return switch (node) {
                case Node.Terminal terminal -> 0;
                case Node.Sequence(int[] parts) ->
                    Arrays.stream(parts).map(part -> levels[part]).max().orElse(0);
                case Node.Choice(int[] options) ->
                    Arrays.stream(options).map(option -> levels[option]).min().orElse(NEVER);
                case Node.Repeat repeat when repeat.min() == 0 -> 0;
                case Node.Repeat repeat when repeat.min() == 1 -> levels[repeat.first()];
                case Node.Repeat repeat -> Math.max(levels[repeat.first()], levels[repeat.later()]);
                case Node.Nested(int inside) -> levels[inside] == NEVER ? NEVER : levels[inside] + 1;
            };
        }
    }
}
