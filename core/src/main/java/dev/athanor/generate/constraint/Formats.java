package dev.athanor.generate.constraint;

import java.util.Map;
import java.util.TreeMap;

/** Formats of strings, as patterns. */
final class Formats {
    private static final String DATE = "(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
            + "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
            + "|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)";

    /** RFC 3339 without leap seconds, and with at most nine digits of a second. */
    private static final String TIME =
            "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,9})?" + "(?:Z|[+-](?:0[0-9]|1[0-7]):[0-5][0-9])";

    private static final String BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private static final String LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";

    /** Of email the common part: a local name without quotes at a domain of at least two labels. */
    static final Map<String, String> KNOWN = new TreeMap<>(Map.of(
            "date",
            DATE,
            "time",
            TIME,
            "date-time",
            DATE + "T" + TIME,
            "uuid",
            "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}",
            "ipv4",
            BYTE + "(?:\\." + BYTE + "){3}",
            "email",
            "[A-Za-z0-9_+-]{1,20}(?:\\.[A-Za-z0-9_+-]{1,20}){0,2}@" + LABEL + "(?:\\." + LABEL
                    + "){0,2}\\.[A-Za-z]{2,12}"));

    private Formats() {}

    static Automaton automaton(String name, Budget budget) {
        return Patterns.own(KNOWN.getOrDefault(name, ""), budget);
    }
}
