package dev.athanor.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.tensor.Shape;
import dev.athanor.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process dies before or after every single file operation of a run that saves, saves a step again, and prunes. */
class RunDirectoryCrashTest {
    /** Step and content of every save; step 3 is saved twice, as at the end of a budget. */
    private static final long[][] SAVES = {{1, 10}, {2, 20}, {3, 30}, {3, 31}, {4, 40}};

    private static final long SEED = 20260101;

    @TempDir
    Path temporary;

    private int runs;

    /** A run up to its end or its death. */
    private record Run(SimulatedDisk disk, Path states, int announced, boolean failed) {}

    static Map<String, Tensor> tensors(long content) {
        float[] data = new float[11];
        for (int i = 0; i < data.length; i++) {
            data[i] = content * 100 + i;
        }
        return Map.of("weight", Tensor.view(data, 0, Shape.of(11)));
    }

    private Run run(int dieAt, boolean after, boolean throwInstead) throws IOException {
        Path base = Files.createDirectory(temporary.resolve("disk" + runs++));
        SimulatedDisk disk = new SimulatedDisk(base, dieAt, after, throwInstead);
        Path states = base.resolve("run/state");
        RunDirectory directory = RunDirectory.of(states, disk);
        int announced = -1;
        boolean failed = false;
        for (int i = 0; i < SAVES.length && !failed; i++) {
            try {
                directory.save(SAVES[i][0], tensors(SAVES[i][1]), Map.of("cursor", String.valueOf(SAVES[i][1])));
                announced = i;
            } catch (SimulatedDisk.Death | UncheckedIOException e) {
                failed = true;
            }
        }
        return new Run(disk, states, announced, failed);
    }

    /**
     * A run that dies before operation {@code i}, which is also after the one before; past the last, after the last.
     */
    private Run runUntil(int i, int operations) throws IOException {
        return i < operations ? run(i, false, false) : run(operations - 1, true, false);
    }

    /** What was announced last is there, or the save that was under way; and the run can go on. */
    private static void assertRecovers(Path states, int announced, String where) throws IOException {
        Optional<RunDirectory.Saved> newest = RunDirectory.of(states).newest();
        int found = announced;
        if (announced >= 0 || newest.isPresent()) {
            RunDirectory.Saved saved =
                    newest.orElseThrow(() -> new AssertionError(where + ": the announced save is gone"));
            int next = Math.min(announced + 1, SAVES.length - 1);
            String cursor = String.valueOf(saved.values().get("cursor"));
            found = cursor.equals(String.valueOf(SAVES[next][1])) ? next : announced;
            assertTrue(found >= 0, where);
            assertEquals(String.valueOf(SAVES[found][1]), cursor, where);
            assertEquals(SAVES[found][0], saved.step(), where);
            assertArrayEquals(
                    tensors(SAVES[found][1]).values().iterator().next().toArray(),
                    saved.tensors().get("weight"),
                    where);
            assertEquals(List.of(), saved.warnings(), where);
        }
        RunDirectory.of(states, new UnforcedFiles()).save(5, tensors(50), Map.of("cursor", "50"));
        assertEquals(5, RunDirectory.of(states).newest().orElseThrow().step(), where);
        try (Stream<Path> list = Files.list(states)) {
            List<String> names =
                    list.map(p -> String.valueOf(p.getFileName())).sorted().toList();
            assertTrue(
                    names.size() <= 2 && names.stream().allMatch(n -> n.matches("step-\\d+(\\.old)?")),
                    where + ": " + names);
        }
    }

    @Test
    void theRunMeetsManyOperations() throws IOException {
        Run whole = run(Integer.MAX_VALUE, false, false);
        assertEquals(SAVES.length - 1, whole.announced);
        assertTrue(whole.disk.operations() >= 60, "operations: " + whole.disk.operations());
        assertRecovers(whole.states, whole.announced, "undisturbed");
    }

    @Test
    void deathAtAnyOperationLosesNothingAnnounced() throws IOException {
        int operations = run(Integer.MAX_VALUE, false, false).disk.operations();
        for (int i = 0; i <= operations; i++) {
            Run run = runUntil(i, operations);
            assertTrue(run.failed);
            assertRecovers(run.states, run.announced, "death before operation " + i);
        }
    }

    @Test
    void aPowerCutAtAnyOperationLosesNothingAnnounced() throws IOException {
        int operations = run(Integer.MAX_VALUE, false, false).disk.operations();
        Random random = new Random(SEED);
        for (int i = 0; i <= operations; i++) {
            Run run = runUntil(i, operations);
            for (SimulatedDisk.Loss loss : losses()) {
                Path target = Files.createDirectory(temporary.resolve("after" + runs++));
                run.disk.afterPowerLoss(target, loss, random);
                assertRecovers(
                        target.resolve("run/state"),
                        run.announced,
                        "power cut before operation " + i + ", " + loss + ", seed " + SEED);
            }
        }
    }

    private static List<SimulatedDisk.Loss> losses() {
        List<SimulatedDisk.Loss> losses = new ArrayList<>(List.of(SimulatedDisk.Loss.values()));
        losses.add(SimulatedDisk.Loss.REORDERED);
        return losses;
    }

    @Test
    void aFailingOperationLeavesTheStatesBeforeAndNothingHalfWritten() throws IOException {
        int operations = run(Integer.MAX_VALUE, false, false).disk.operations();
        for (int i = 0; i < operations; i++) {
            Run run = run(i, false, true);
            assertTrue(run.failed, "operation " + i);
            if (Files.isDirectory(run.states)) {
                try (Stream<Path> list = Files.list(run.states)) {
                    List<String> names =
                            list.map(p -> String.valueOf(p.getFileName())).toList();
                    assertFalse(names.stream().anyMatch(n -> n.endsWith(".tmp")), "operation " + i + ": " + names);
                }
            }
            assertRecovers(run.states, run.announced, "failure of operation " + i);
        }
    }
}
