package dev.athanor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The command line in a process of its own. */
final class Child {
    private Child() {}

    /** Starts the command line; its standard error can be read. */
    static Process start(Map<String, String> environment, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        // What the developer's own hub is must not matter.
        builder.environment().keySet().removeIf(name -> name.startsWith("HF_"));
        builder.environment().putAll(environment);
        return builder.start();
    }

    /**
     * How to ask a child to end. A process started in the background of a shell without job control ignores SIGINT, and
     * so do its children.
     */
    record Signal(String name, int exitCode) {
        /** Bit of SIGINT in the mask of ignored signals. */
        private static final long SIGINT_BIT = 1L << 1;

        static Signal thatReachesChildren() throws IOException {
            Path status = Path.of("/proc/self/status");
            if (Files.isReadable(status)) {
                for (String line : Files.readAllLines(status)) {
                    if (line.startsWith("SigIgn:")
                            && (Long.parseUnsignedLong(line.substring(7).strip(), 16) & SIGINT_BIT) != 0) {
                        System.out.println(
                                "this process ignores SIGINT, so its child gets SIGTERM, which ends it the same way");
                        return new Signal("TERM", 128 + 15);
                    }
                }
            }
            return new Signal("INT", Main.INTERRUPTED);
        }

        void send(long pid) throws IOException {
            try {
                assertEquals(
                        0,
                        new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                                .inheritIO()
                                .start()
                                .waitFor());
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
    }
}
