package dev.athanor.generate.constraint;

import java.util.ArrayList;
import java.util.List;

/** Patterns as automata. */
final class Patterns {
    static final Regex ANYTHING = Regex.repeat(Regex.set(CodeSet.ANY), 0, Regex.UNBOUNDED);

    private Patterns() {}

    /** Texts that match from end to end. */
    static Automaton whole(String pattern, String place, Budget budget) {
        List<Regex> options = new ArrayList<>();
        for (RegexParser.Alternative each : new RegexParser(pattern, place, budget).alternatives()) {
            options.add(each.body());
        }
        return Automaton.of(Regex.choice(options), budget);
    }

    /** Texts in which something matches, as the keyword {@code pattern} means it. */
    static Automaton anywhere(String pattern, String place, Budget budget) {
        List<Regex> options = new ArrayList<>();
        for (RegexParser.Alternative each : new RegexParser(pattern, place, budget).alternatives()) {
            options.add(Regex.sequence(
                    each.fromStart() ? Regex.NOTHING : ANYTHING, each.body(), each.toEnd() ? Regex.NOTHING : ANYTHING));
        }
        return Automaton.of(Regex.choice(options), budget);
    }

    /** Texts of {@code min} to {@code max} code points. */
    static Automaton length(int min, int max, Budget budget) {
        return Automaton.of(Regex.repeat(Regex.set(CodeSet.ANY), min, max), budget);
    }

    /** A pattern of this program's own. */
    static Automaton own(String pattern, Budget budget) {
        return whole(pattern, "a built-in pattern", budget);
    }
}
