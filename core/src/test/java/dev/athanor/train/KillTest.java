package dev.athanor.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.checkpoint.RunDirectory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills training processes without warning, as a power cut or the out-of-memory killer would. */
class KillTest {
    private static final long SEED = System.nanoTime();
    private static final int RUNS = 5;
    private static final int KILLS_PER_RUN = 4;

    @Test
    void killedAtRandomMomentsARunEndsWithTheBitsOfAnUndisturbedOne(@TempDir Path folder) throws Exception {
        SplittableRandom random = new SplittableRandom(SEED);
        Path undisturbed = folder.resolve("undisturbed");
        finish(undisturbed);
        String expected = Files.readString(undisturbed.resolve("weights.txt"));
        int kills = 0;
        for (int run = 0; run < RUNS; run++) {
            Path directory = folder.resolve("run " + run);
            for (int i = 0; i < KILLS_PER_RUN; i++) {
                kills += kill(directory, random.nextInt(60)) ? 1 : 0;
            }
            finish(directory);
            assertEquals(expected, Files.readString(directory.resolve("weights.txt")), "run " + run + ", seed " + SEED);
        }
        assertTrue(kills >= 20, "expected at least 20 processes killed in mid-run, found " + kills + ", seed " + SEED);
    }

    private static Process start(Path directory) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-modules",
                        "jdk.incubator.vector",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledRun.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private static void finish(Path directory) throws Exception {
        Process process = start(directory);
        process.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "the run did not end in a minute");
        assertEquals(0, process.exitValue());
    }

    /** Kills a run some steps and some microseconds after it begins; what it had saved by then must still be there. */
    private static boolean kill(Path directory, int steps) throws Exception {
        Process process = start(directory);
        AtomicLong last = new AtomicLong();
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (int i = 0; i <= steps; i++) {
                String line = out.readLine();
                if (line == null) {
                    break;
                }
                last.set(Long.parseLong(line));
            }
            Thread.sleep(0, steps * 10_000); // anywhere between two steps, saves included
            boolean alive = process.isAlive();
            process.destroyForcibly();
            process.waitFor();
            // Step k is announced before its state is saved, so the one before k is certain.
            long certain = (last.get() - 1) / KilledRun.SAVE_EVERY * KilledRun.SAVE_EVERY;
            if (certain > 0) {
                long newest = RunDirectory.of(directory.resolve("state"))
                        .newest()
                        .orElseThrow()
                        .step();
                assertTrue(newest >= certain, "expected a state of step " + certain + " or later, found " + newest);
            }
            return alive;
        }
    }
}
