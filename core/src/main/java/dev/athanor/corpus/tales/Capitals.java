package dev.athanor.corpus.tales;

/** Gives sentences their capital letters. */
final class Capitals {
    private Capitals() {}

    /**
     * Makes the first letter after {@code start} a capital, and the first after every full stop. After {@code ?"} or
     * {@code !"} the sentence goes on ({@code "Where?" asks Tom}); after {@code ."} it does not.
     */
    static void sentences(StringBuilder text, int start) {
        boolean due = true;
        for (int i = start; i < text.length(); i++) {
            char c = text.charAt(i);
            if (due && Character.isLetter(c)) {
                text.setCharAt(i, Character.toUpperCase(c));
                due = false;
            } else if (c == ' ' && i > start) {
                char before = text.charAt(i - 1);
                boolean fullStopInQuotes = before == '"' && i - 2 >= start && text.charAt(i - 2) == '.';
                due |= before == '.' || before == '?' || before == '!' || fullStopInQuotes;
            }
        }
    }
}
