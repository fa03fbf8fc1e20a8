package dev.athanor.generate.constraint;

import java.util.ArrayList;
import java.util.List;

/** A regular expression over code points. */
sealed interface Regex {
    Regex NOTHING = new Sequence(List.of());

    record Symbol(CodeSet set) implements Regex {}

    record Sequence(List<Regex> parts) implements Regex {}

    record Choice(List<Regex> options) implements Regex {}

    /** {@code max} is {@link #UNBOUNDED} for no bound. */
    record Repeat(Regex part, int min, int max) implements Regex {}

    int UNBOUNDED = Integer.MAX_VALUE;

    /** One after the other; parts that are only the empty text vanish, so that repeating nothing costs nothing. */
    static Regex sequence(List<Regex> parts) {
        List<Regex> kept = new ArrayList<>();
        for (Regex part : parts) {
            if (!part.equals(NOTHING)) {
                kept.add(part);
            }
        }
        return kept.size() == 1 ? kept.getFirst() : new Sequence(List.copyOf(kept));
    }

    static Regex sequence(Regex... parts) {
        return sequence(List.of(parts));
    }

    static Regex choice(List<Regex> options) {
        boolean onlyNothing = !options.isEmpty();
        for (Regex option : options) {
            onlyNothing &= option.equals(NOTHING);
        }
        if (onlyNothing) {
            return NOTHING;
        }
        return options.size() == 1 ? options.getFirst() : new Choice(List.copyOf(options));
    }

    static Regex choice(Regex... options) {
        return choice(List.of(options));
    }

    static Regex repeat(Regex part, int min, int max) {
        return part.equals(NOTHING) || max == 0 ? NOTHING : new Repeat(part, min, max);
    }

    static Regex set(CodeSet set) {
        return new Symbol(set);
    }

    static Regex text(String text) {
        return sequence(text.codePoints()
                .mapToObj(code -> (Regex) new Symbol(CodeSet.of(code)))
                .toList());
    }
}
