package dev.athanor.cli;

/** Text a person can paste into a POSIX shell. */
final class Shell {
    private Shell() {}

    /** {@code word}, in quotes where the shell would take it apart. */
    static String quote(Object word) {
        String text = word.toString();
        return text.matches("[A-Za-z0-9_./:=,+@%-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
    }
}
