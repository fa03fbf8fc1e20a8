package dev.athanor.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same seed gives the same weights whatever the machine's vectors and however the code was compiled. */
class SameBitsTest {
    private static final String MODULE = "--add-modules=jdk.incubator.vector";
    private static final int STEPS = 40;

    @Test
    void trainedWeightsDoNotDependOnVectorWidthOrCompiler(@TempDir Path folder) throws Exception {
        List<List<String>> machines = List.of(
                List.of(MODULE),
                List.of(MODULE, "-XX:MaxVectorSize=32"),
                List.of(MODULE, "-XX:MaxVectorSize=16"),
                List.of(MODULE, "-XX:TieredStopAtLevel=1"),
                List.of(MODULE, "-Xint"),
                List.of());
        String expected = train(machines.getFirst(), folder.resolve("0"));
        for (int i = 1; i < machines.size(); i++) {
            assertEquals(
                    expected,
                    train(machines.get(i), folder.resolve(String.valueOf(i))),
                    "weights with java " + machines.get(i));
        }
    }

    private static String train(List<String> flags, Path directory) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.addAll(List.of(
                "-cp",
                System.getProperty("java.class.path"),
                KilledRun.class.getName(),
                directory.toString(),
                String.valueOf(STEPS)));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertTrue(process.waitFor(120, TimeUnit.SECONDS), "a run of " + flags + " did not end in two minutes");
        assertEquals(0, process.exitValue(), "exit code with java " + flags);
        return Files.readString(directory.resolve("weights.txt"));
    }
}
