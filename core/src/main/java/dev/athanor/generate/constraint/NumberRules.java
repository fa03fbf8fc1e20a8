package dev.athanor.generate.constraint;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Rules for numbers. Bounded ones are written without an exponent, as digits can then be compared one by one. */
final class NumberRules {
    private static final String INTEGER = "0|-?[1-9][0-9]*";

    /** Exponents of four digits are beyond every double. */
    private static final String NUMBER = "-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?";

    private record Asked(Bounds bounds, boolean whole) {}

    private final Grammar.Builder grammar;
    private final Budget budget;
    private final Map<Asked, List<Integer>> made = new HashMap<>();

    NumberRules(Grammar.Builder grammar, Budget budget) {
        this.grammar = grammar;
        this.budget = budget;
    }

    List<Integer> rules(Bounds bounds, boolean whole) {
        return made.computeIfAbsent(new Asked(bounds, whole), asked -> make(bounds, whole));
    }

    private List<Integer> make(Bounds bounds, boolean whole) {
        if (bounds.equals(Bounds.NONE)) {
            return List.of(grammar.terminal(Patterns.own(whole ? INTEGER : NUMBER, budget)));
        }
        Bounds exact = whole ? bounds.whole() : bounds;
        Magnitudes magnitudes = new Magnitudes(!whole);
        List<Integer> rules = new ArrayList<>();
        boolean positive = exact.high().map(high -> high.signum() >= 0).orElse(true);
        if (positive) {
            List<Regex> limits = new ArrayList<>();
            exact.low()
                    .filter(low -> low.signum() > 0 || low.signum() == 0 && exact.above())
                    .ifPresent(low -> limits.add(magnitudes.atLeast(low, exact.above())));
            exact.high().ifPresent(high -> limits.add(magnitudes.atMost(high, exact.below())));
            rules.add(grammar.terminal(both(magnitudes, limits)));
        }
        boolean negative = exact.low().map(low -> low.signum() < 0).orElse(true);
        if (negative) {
            List<Regex> limits = new ArrayList<>();
            Optional<BigDecimal> least = exact.high().filter(high -> high.signum() < 0);
            limits.add(
                    least.isPresent()
                            ? magnitudes.atLeast(least.get().negate(), exact.below())
                            : magnitudes.atLeast(BigDecimal.ZERO, true));
            exact.low().ifPresent(low -> limits.add(magnitudes.atMost(low.negate(), exact.above())));
            Automaton minus = Automaton.text("-", budget);
            rules.add(grammar.terminal(Automaton.concat(List.of(minus, both(magnitudes, limits)), budget)));
        }
        return rules;
    }

    private Automaton both(Magnitudes magnitudes, List<Regex> limits) {
        Automaton all = Automaton.of(magnitudes.any(), budget);
        for (Regex limit : limits) {
            all = all.intersect(Automaton.of(limit, budget), budget);
        }
        return all;
    }
}
