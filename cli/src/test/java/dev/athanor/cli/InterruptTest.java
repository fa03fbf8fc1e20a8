package dev.athanor.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ctrl-C in a training process of its own. */
class InterruptTest {
    @Test
    void anInterruptedTrainingSavesSaysHowToGoOnAndEndsWithTheSameBits(@TempDir Path folder) throws Exception {
        Path text = Texts.small(folder);
        Path interrupted = folder.resolve("a run");
        Process child = start(train(text, interrupted));
        StringBuilder err = new StringBuilder();
        Signal signal = Signal.thatReachesChildren();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(child.getErrorStream(), StandardCharsets.UTF_8))) {
            boolean sent = false;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                err.append(line).append('\n');
                if (line.startsWith("step ") && !sent) {
                    sent = true;
                    signal.send(child.pid());
                }
            }
        }
        assertTrue(child.waitFor(60, TimeUnit.SECONDS), "the process did not end: " + err);
        assertEquals(signal.exitCode(), child.exitValue(), err.toString());
        assertTrue(err.toString().contains("go on with: athanor train --resume '" + interrupted + "'"), err.toString());
        assertTrue(Files.isRegularFile(interrupted.resolve("model.safetensors")), "the model so far");

        Outcome resumed = Outcome.of("train", "--resume", interrupted.toString(), "--threads", "2", "--json");
        assertEquals(0, resumed.code(), resumed.err());
        assertTrue(resumed.err().contains("resuming after step "), resumed.err());
        Path undisturbed = folder.resolve("undisturbed");
        Outcome whole = Outcome.of(train(text, undisturbed).toArray(new String[0]));
        assertEquals(0, whole.code(), whole.err());
        assertEquals(whole.json().path("val_loss"), resumed.json().path("val_loss"));
        assertArrayEquals(
                Files.readAllBytes(undisturbed.resolve("model.safetensors")),
                Files.readAllBytes(interrupted.resolve("model.safetensors")));
    }

    private static List<String> train(Path text, Path out) {
        return List.of(
                "train",
                "--data",
                text.toString(),
                "--out",
                out.toString(),
                "--preset",
                "nano-char",
                "--steps",
                "24",
                "--seed",
                "3",
                "--threads",
                "1",
                "--json");
    }

    private static Process start(List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(arguments);
        return new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /**
     * How to ask a child to end. A process started in the background of a shell without job control ignores SIGINT, and
     * so do its children.
     */
    private record Signal(String name, int exitCode) {
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
