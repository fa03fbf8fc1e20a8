package dev.athanor.generate.constraint;

/** What comes after the rule that is being read: the next part of {@code node}, and below it what comes after that. */
final class Frame {
    /** Nothing more. */
    static final Frame BOTTOM = new Frame();

    final int node;

    /** Part of a sequence that comes next, or how often a repetition has been. */
    final int index;

    /** How many arrays and objects are open. */
    final int depth;

    final Frame below;
    private final int hash;

    private Frame() {
        node = -1;
        index = 0;
        depth = 0;
        below = this;
        hash = 1;
    }

    Frame(int node, int index, int depth, Frame below) {
        this.node = node;
        this.index = index;
        this.depth = depth;
        this.below = below;
        this.hash = ((below.hash * 31 + node) * 31 + index) * 31 + depth;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // frames below are shared, and the bottom lies below itself
    public boolean equals(Object other) {
        if (!(other instanceof Frame that)) {
            return false;
        }
        Frame a = this;
        Frame b = that;
        while (a != b) {
            if (a.hash != b.hash || a.node != b.node || a.index != b.index || a.depth != b.depth || a.node < 0) {
                return false;
            }
            a = a.below;
            b = b.below;
        }
        return true;
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
