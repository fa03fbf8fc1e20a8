package dev.athanor.cli;

/**
 * Text of a model as a terminal may show it: no control character reaches the terminal inside a table or a progress
 * display.
 */
final class Visible {
    private Visible() {}

    /** One line: ends of lines become {@code /}, other control characters U+FFFD. */
    static String line(String text) {
        return text.replace("\r\n", "\n").replace("\n", " / ").replaceAll("\\p{Cntrl}", "\uFFFD");
    }

    /**
     * Text of any number of lines: ends of lines and tabs stay, other control characters and those that turn the
     * direction of writing become escapes.
     */
    static String text(String text) {
        StringBuilder shown = new StringBuilder();
        text.replace("\r\n", "\n").codePoints().forEach(c -> {
            boolean turns = c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069;
            if (turns || (Character.isISOControl(c) && c != '\n' && c != '\t')) {
                shown.append(String.format("\\u%04x", c));
            } else {
                shown.appendCodePoint(c);
            }
        });
        return shown.toString();
    }

    /** A token: spaces as {@code ␣}, control characters as escapes, nothing else changed. */
    static String token(String text) {
        StringBuilder shown = new StringBuilder();
        text.codePoints().forEach(c -> {
            switch (c) {
                case ' ' -> shown.append('␣');
                case '\n' -> shown.append("\\n");
                case '\r' -> shown.append("\\r");
                case '\t' -> shown.append("\\t");
                default -> {
                    if (Character.isISOControl(c)) {
                        shown.append(String.format("\\u%04x", c));
                    } else {
                        shown.appendCodePoint(c);
                    }
                }
            }
        });
        return shown.toString();
    }
}
