package dev.athanor.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ctrl-C in a training process of its own. */
class InterruptTest {
    @Test
    void anInterruptedTrainingSavesSaysHowToGoOnAndEndsWithTheSameBits(@TempDir Path folder) throws Exception {
        Path text = Texts.small(folder);
        Path interrupted = folder.resolve("a run");
        Process child = Child.start(Map.of(), train(text, interrupted));
        StringBuilder err = new StringBuilder();
        Child.Signal signal = Child.Signal.thatReachesChildren();
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
}
