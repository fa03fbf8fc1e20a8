package dev.athanor.cli;

import java.util.Comparator;
import java.util.List;

/** The name that was meant. */
final class Nearest {
    /** Longer words are no mistyped names. */
    private static final int LONGEST = 40;

    private Nearest() {}

    /** {@code ; did you mean X?}, or nothing where none of {@code names} is near. */
    static String hint(String typed, List<String> names) {
        if (typed.length() > LONGEST) {
            return "";
        }
        return names.stream()
                .filter(name -> (typed.length() > 1 && name.startsWith(typed))
                        || UsageErrors.distance(typed, name) <= Math.max(2, name.length() / 3))
                .min(Comparator.comparingInt(name -> UsageErrors.distance(typed, name)))
                .map(name -> "; did you mean " + name + "?")
                .orElse("");
    }
}
