package dev.athanor.generate;

import java.util.List;
import java.util.OptionalInt;

/** Finds stop texts in growing text, also where one begins in one token and ends in another. */
public final class StopTexts {
    private final List<String> stops;

    public StopTexts(List<String> stops) {
        this.stops = stops;
    }

    /** Where the first stop text that begins at {@code from} or later begins. */
    public OptionalInt find(StringBuilder text, int from) {
        int first = -1;
        for (String stop : stops) {
            int at = text.indexOf(stop, from);
            if (at >= 0 && (first < 0 || at < first)) {
                first = at;
            }
        }
        return first < 0 ? OptionalInt.empty() : OptionalInt.of(first);
    }

    /** Length of the part of {@code text} that no stop text can still take back, whatever comes. */
    public int certain(StringBuilder text) {
        int certain = text.length();
        for (String stop : stops) {
            for (int n = Math.min(stop.length() - 1, text.length()); n > 0; n--) {
                if (endsWithStartOf(text, stop, n)) {
                    certain = Math.min(certain, text.length() - n);
                    break;
                }
            }
        }
        return certain;
    }

    private static boolean endsWithStartOf(StringBuilder text, String stop, int n) {
        int begin = text.length() - n;
        for (int i = 0; i < n; i++) {
            if (text.charAt(begin + i) != stop.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
