package dev.athanor.cli;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Whether a live line can be shown. */
final class Terminal {
    private Terminal() {}

    /** Whether standard error is a terminal that can rewrite a line; standard output may be a file. */
    static boolean onStandardError() {
        Map<String, String> environment = System.getenv();
        if ("dumb".equals(environment.get("TERM"))) {
            return false;
        }
        Path link = Path.of("/proc/self/fd/2"); // Linux
        if (Files.isSymbolicLink(link)) {
            try {
                return isTerminal(Files.readSymbolicLink(link).toString());
            } catch (IOException e) {
                return false; // a line now and then is right everywhere
            }
        }
        Console console = System.console(); // elsewhere: standard input and output both
        return console != null && console.isTerminal();
    }

    static boolean isTerminal(String device) {
        return device.startsWith("/dev/pts/") || device.startsWith("/dev/tty") || device.equals("/dev/console");
    }
}
