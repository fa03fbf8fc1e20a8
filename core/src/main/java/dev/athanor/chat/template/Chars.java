package dev.athanor.chat.template;

/** What Python calls white space and a line's end, which Java calls otherwise. */
final class Chars {
    private Chars() {}

    /** Python's {@code str.isspace}; all such characters are in the basic plane. */
    static boolean isSpace(char c) {
        return (c >= 0x09 && c <= 0x0d)
                || (c >= 0x1c && c <= 0x20)
                || c == 0x85
                || c == 0xa0
                || c == 0x1680
                || (c >= 0x2000 && c <= 0x200a)
                || c == 0x2028
                || c == 0x2029
                || c == 0x202f
                || c == 0x205f
                || c == 0x3000;
    }

    /** Python's {@code str.splitlines} cuts at these. */
    static boolean isLineEnd(char c) {
        return (c >= 0x0a && c <= 0x0d) || (c >= 0x1c && c <= 0x1e) || c == 0x85 || c == 0x2028 || c == 0x2029;
    }

    static int startOfStripped(String text, int start, int end) {
        int at = start;
        while (at < end && isSpace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    static int endOfStripped(String text, int start, int end) {
        int at = end;
        while (at > start && isSpace(text.charAt(at - 1))) {
            at--;
        }
        return at;
    }

    /** Where a string first occurs, or -1; takes time in proportion to the lengths, whatever the strings. */
    static int find(String text, String wanted, int from, Meter meter) {
        // The library's search takes the product of the lengths at worst.
        int found = wanted.length() <= 1 ? text.indexOf(wanted, from) : findLong(text, wanted, from);
        meter.chars((found < 0 ? text.length() : found) - from + wanted.length());
        return found;
    }

    private static int findLong(String text, String wanted, int from) {
        int[] fallback = new int[wanted.length()];
        for (int i = 1, matched = 0; i < wanted.length(); i++) {
            while (matched > 0 && wanted.charAt(i) != wanted.charAt(matched)) {
                matched = fallback[matched - 1];
            }
            matched += wanted.charAt(i) == wanted.charAt(matched) ? 1 : 0;
            fallback[i] = matched;
        }
        for (int i = from, matched = 0; i < text.length(); i++) {
            while (matched > 0 && text.charAt(i) != wanted.charAt(matched)) {
                matched = fallback[matched - 1];
            }
            matched += text.charAt(i) == wanted.charAt(matched) ? 1 : 0;
            if (matched == wanted.length()) {
                return i + 1 - matched;
            }
        }
        return -1;
    }
}
