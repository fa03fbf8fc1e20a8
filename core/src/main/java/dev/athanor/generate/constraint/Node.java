package dev.athanor.generate.constraint;

/** A rule of a grammar; other rules are named by their number. */
sealed interface Node {
    /** Text of an automaton. */
    record Terminal(Reader reader) implements Node {}

    /** One after the other, at least one. */
    record Sequence(int[] parts) implements Node {}

    /** One of them; none means that no text belongs. */
    record Choice(int[] options) implements Node {}

    /** {@code min} to {@code max} times; from the second time on {@code later}, which brings the comma along. */
    record Repeat(int first, int later, int min, int max) implements Node {}

    /** The inside of an array or object: one level deeper. */
    record Nested(int inside) implements Node {}
}
