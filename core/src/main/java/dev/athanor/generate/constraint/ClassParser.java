package dev.athanor.generate.constraint;

import java.util.ArrayList;
import java.util.List;

/** Reads a class of characters after its opening bracket. */
final class ClassParser {
    private final RegexParser in;
    private final int open;

    ClassParser(RegexParser in) {
        this.in = in;
        this.open = in.position() - 1;
    }

    CodeSet parse() {
        boolean negated = in.take('^');
        List<CodeSet> sets = new ArrayList<>();
        while (!in.peek(']')) {
            CodeSet first = member();
            boolean range = in.peek('-') && !in.peekSecond(']');
            if (range && isSingle(first)) {
                in.read();
                CodeSet last = member();
                if (!isSingle(last) || last.first(0) < first.first(0)) {
                    throw in.problem(open, "a range from a character to a later one was expected in the class");
                }
                first = CodeSet.range(first.first(0), last.first(0));
            }
            sets.add(first);
        }
        in.read();
        if (sets.isEmpty()) {
            throw in.problem(open, "a class with at least one character was expected, found an empty one");
        }
        CodeSet all = CodeSet.union(sets);
        return negated ? all.complement() : all;
    }

    private CodeSet member() {
        if (in.atEnd()) {
            throw in.problem(open, "a class was expected to be closed, found the pattern's end; add a bracket");
        }
        int at = in.position();
        int c = in.read();
        if (c == '\\') {
            return in.peek('b') ? backspace() : in.escape(true);
        }
        if (c == '[') {
            throw in.unknown(at, "an unescaped [ inside a class, which dialects read differently");
        }
        if (c == '&' && in.peek('&')) {
            throw in.unknown(at, "&& inside a class, which dialects read differently");
        }
        return CodeSet.of(c);
    }

    private CodeSet backspace() {
        in.read();
        return CodeSet.of('\b');
    }

    private static boolean isSingle(CodeSet set) {
        return set.ranges() == 1 && set.first(0) == set.last(0);
    }
}
