package dev.athanor.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What can be told from arguments before they are parsed. */
final class Arguments {
    private Arguments() {}

    /**
     * A sentence when an argument lost characters on its way here: Java decodes arguments by the locale, and the locale
     * C knows only ASCII.
     *
     * @param encoding of arguments, as the JDK says
     */
    static Optional<String> garbled(String[] arguments, String encoding) {
        List<String> lost = new ArrayList<>();
        for (String argument : arguments) {
            if (argument.indexOf('\uFFFD') >= 0) {
                lost.add(argument);
            }
        }
        if (encoding.equalsIgnoreCase("UTF-8") || lost.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                "expected arguments in the encoding of the locale, " + encoding + ", found other characters in \""
                        + lost.getFirst() + "\"; set a UTF-8 locale, for example: export LC_ALL=C.UTF-8");
    }

    static boolean debug(String[] arguments) {
        return List.of(arguments).contains("--debug");
    }
}
