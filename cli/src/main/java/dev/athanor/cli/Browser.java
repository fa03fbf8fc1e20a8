package dev.athanor.cli;

import java.io.IOException;
import java.util.List;
import java.util.Locale;

/** Opens an address in the person's browser, where there is a desktop; says nothing where there is none. */
final class Browser {
    private Browser() {}

    static void open(String address) {
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        boolean mac = system.contains("mac");
        boolean desktop = mac || System.getenv("DISPLAY") != null || System.getenv("WAYLAND_DISPLAY") != null;
        if (!desktop) {
            return;
        }
        try {
            new ProcessBuilder(List.of(mac ? "open" : "xdg-open", address))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            System.err.println("athanor: no browser could be opened; open the address yourself");
        }
    }
}
