package dev.athanor.generate.constraint;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What compiling one constraint has spent. */
final class Budget {
    /** An automaton's edges are cheaper than its states and more numerous. */
    private static final int EDGES_PER_STATE = 8;

    private final ConstraintLimits limits;
    private String place;
    private final Map<String, Optional<CodeSet>> categories = new HashMap<>();
    private long states;
    private long edges;

    Budget(ConstraintLimits limits, String place) {
        this.limits = limits;
        this.place = place;
    }

    ConstraintLimits limits() {
        return limits;
    }

    /** Where the states that follow are needed. */
    void at(String where) {
        place = where;
    }

    /** Looking through all of Unicode takes milliseconds, which a pattern may ask for thousands of times. */
    Optional<CodeSet> category(String name) {
        return categories.computeIfAbsent(name, CharClasses::category);
    }

    void states(long more) {
        states += more;
        if (states > limits.maxStates()) {
            throw tooLarge();
        }
    }

    void edges(long more) {
        edges += more;
        if (edges > (long) EDGES_PER_STATE * limits.maxStates()) {
            throw tooLarge();
        }
    }

    private ConstraintException tooLarge() {
        return new ConstraintException(
                place,
                "an automaton of at most " + limits.maxStates()
                        + " states was expected, and this one needs more; use smaller counts or fewer alternatives");
    }
}
