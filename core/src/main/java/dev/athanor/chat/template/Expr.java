package dev.athanor.chat.template;

import java.util.List;

/** An expression as it was written; {@code line} counts from 1. */
sealed interface Expr {
    int line();

    record Literal(Value value, int line) implements Expr {}

    record Name(String name, int line) implements Expr {}

    record ListLiteral(List<Expr> items, boolean tuple, int line) implements Expr {}

    record MapLiteral(List<Pair> pairs, int line) implements Expr {}

    record Attribute(Expr target, String name, int line) implements Expr {}

    record Item(Expr target, Expr index, int line) implements Expr {}

    /** {@code target[start:stop:step]}; what is left out is none, as in Python. */
    record Slice(Expr target, Expr start, Expr stop, Expr step, int line) implements Expr {}

    record Call(Expr target, Arguments arguments, int line) implements Expr {}

    record Filter(Expr target, String name, Arguments arguments, int line) implements Expr {}

    record Test(Expr target, String name, Arguments arguments, int line) implements Expr {}

    record Not(Expr operand, int line) implements Expr {}

    /** {@code -x} or {@code +x}. */
    record Sign(boolean minus, Expr operand, int line) implements Expr {}

    record Binary(String operator, Expr left, Expr right, int line) implements Expr {}

    /** {@code a ~ b ~ c} */
    record Join(List<Expr> parts, int line) implements Expr {}

    /** {@code a and b and c}, or the same with or. */
    record Logic(boolean all, List<Expr> parts, int line) implements Expr {}

    /** {@code a < b <= c} */
    record Compare(Expr first, List<Comparison> rest, int line) implements Expr {}

    record Choice(Expr condition, Expr yes, Expr no, int line) implements Expr {}

    record Pair(Expr key, Expr value) {}

    record Comparison(String operator, Expr right) {}

    record Named(String name, Expr value) {}

    /** Arguments of a call; {@code lists} were written with a star, {@code maps} with two. */
    record Arguments(List<Expr> positional, List<Named> named, List<Expr> lists, List<Expr> maps) {
        static final Arguments NONE = new Arguments(List.of(), List.of(), List.of(), List.of());
    }
}
