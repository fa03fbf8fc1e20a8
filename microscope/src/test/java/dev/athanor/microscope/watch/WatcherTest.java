package dev.athanor.microscope.watch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.tokenizer.TokenizerJson;
import dev.athanor.train.TrainingRun;
import dev.athanor.train.TrainingWatcher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Watching changes nothing, costs no more than it may, and survives crashes. */
class WatcherTest {
    private static final int STEPS = 12;

    @TempDir
    private Path room = Path.of("");

    private static TrainingRun.Options options() {
        return new TrainingRun.Options(List.of("repeats:sequences=400"), "induction", STEPS, 0, 0, 1, 4);
    }

    private static Watcher watcher(Path directory, TrainingRun run, WatchSettings settings, LongSupplier clock) {
        return new Watcher(
                directory,
                settings,
                run.corpus(),
                run.trainer().model().config().contextLength(),
                Optional.of(TokenizerJson.write(run.tokenizer())),
                clock);
    }

    private static List<Long> steps(Path directory) {
        return WatchFile.read(directory).records().stream()
                .map(WatchRecord::step)
                .toList();
    }

    private Path train(String name, WatchSettings settings, int stopAfter) {
        Path directory = room.resolve(name);
        try (TrainingRun run = TrainingRun.begin(directory, options(), 2)) {
            run.run(
                    () -> run.trainer().step() >= stopAfter,
                    p -> {},
                    watcher(directory, run, settings, System::nanoTime));
        }
        return directory;
    }

    private static float[][] weights(Path directory) {
        return Checkpoint.load(directory).list().stream()
                .map(p -> p.value().toArray())
                .toArray(float[][]::new);
    }

    @Test
    void aWatchedRunTrainsToTheSameBits() {
        Path plain = room.resolve("plain");
        try (TrainingRun run = TrainingRun.begin(plain, options(), 2)) {
            run.run(() -> false, p -> {}, TrainingWatcher.NONE);
        }
        Path watched = train("watched", new WatchSettings(1, 100, false), STEPS);
        assertEquals(STEPS + 1, steps(watched).size(), "records of every step and of the beginning");
        float[][] expected = weights(plain);
        float[][] found = weights(watched);
        for (int i = 0; i < expected.length; i++) {
            assertArrayEquals(expected[i], found[i], "tensor " + i);
        }
    }

    @Test
    void recordsStandAtPowersOfTwoAndThenEveryNSteps() {
        WatchSettings settings = new WatchSettings(100, 0.1, false);
        long[] steps = {0, 1, 2, 3, 4, 63, 64, 99, 100, 127, 199, 200, 1050};
        long[] due = {0, 1, 2, 2, 4, 32, 64, 64, 100, 100, 100, 200, 1000};
        for (int i = 0; i < steps.length; i++) {
            assertEquals(due[i], settings.due(steps[i]), "due at step " + steps[i]);
        }
        assertEquals(
                List.of(0L, 1L, 2L, 4L, 5L, 10L, 12L), steps(train("every5", new WatchSettings(5, 100, false), STEPS)));
    }

    @Test
    void aRecordThatWouldCostTooMuchIsPutOffAndTheShareIsKept() {
        Path directory = room.resolve("slow");
        AtomicLong now = new AtomicLong();
        try (TrainingRun run = TrainingRun.begin(directory, options(), 1)) {
            // Every look at the clock takes half a second: a look at the model one second, from tick to tick.
            Watcher watcher =
                    watcher(directory, run, new WatchSettings(4, 0.1, false), () -> now.addAndGet(500_000_000));
            watcher.begin(0, run.trainer().model());
            for (int step = 1; step <= 40; step++) {
                watcher.after(step, 0.5, run.trainer().model());
            }
            assertTrue(watcher.cost().contains("of at most 10.0 %"), watcher.cost());
        }
        List<WatchRecord> records = WatchFile.read(directory).records();
        assertTrue(records.size() > 2, "records: " + records.size());
        for (WatchRecord r : records) {
            assertTrue(
                    r.watchedSeconds() <= 0.1 * r.trainedSeconds() + 1e-9,
                    "step " + r.step() + ": " + r.watchedSeconds() + " s of " + r.trainedSeconds());
        }
        assertEquals(0, records.get(0).step());
        assertEquals(10, records.get(1).step(), "half a second of watching has room after 10 steps of half a second");
        assertEquals(8, records.get(1).due(), "it was meant for an earlier step");
    }

    @Test
    void aResumedRunHasTheRecordsOfAnUndisturbedOneAndATornLineIsDropped() throws IOException {
        WatchSettings all = new WatchSettings(2, 100, true);
        Path straight = train("straight", all, STEPS);
        Path broken = train("broken", all, 8);
        // As a crash leaves it: a record and a model behind the last state, and a line that was cut off.
        Path file = broken.resolve("watch.jsonl");
        String last = Files.readAllLines(file).getLast();
        Files.writeString(
                file, last.replace("\"step\":8", "\"step\":10") + "\n{\"step\":12,\"lo", StandardOpenOption.APPEND);
        Path later = broken.resolve("watch").resolve("step-10");
        Files.createDirectories(later);
        try (TrainingRun run = TrainingRun.resume(broken, 1)) {
            assertEquals(8, run.resumedAt().orElseThrow());
            Watcher watcher = watcher(broken, run, WatchFile.settings(broken), System::nanoTime);
            watcher.begin(8, run.trainer().model());
            assertEquals(8, steps(broken).getLast(), "records behind the state are dropped");
            assertFalse(Files.exists(later), "and their models");
            run.run(() -> false, p -> {}, watcher);
        }
        List<WatchRecord> expected = WatchFile.read(straight).records();
        List<WatchRecord> found = WatchFile.read(broken).records();
        assertEquals(steps(straight), steps(broken));
        for (int i = 0; i < expected.size(); i++) {
            assertEquals(expected.get(i).loss(), found.get(i).loss(), "loss at record " + i);
            assertEquals(expected.get(i).heads(), found.get(i).heads(), "heads at record " + i);
        }
        assertArrayEquals(
                weights(straight)[0], weights(broken.resolve("watch").resolve("step-12"))[0], "the model of a record");
    }

    @Test
    void numbersAreAskedForByNameAndIndexAndTheLastLensIsTheLoss() {
        Path directory = train("asked", new WatchSettings(4, 100, false), STEPS);
        Timeline timeline = WatchFile.read(directory);
        WatchRecord r = timeline.at(8).orElseThrow();
        assertEquals(r.loss(), r.lens().getLast(), 1e-5, "the lens after the last layer is the model");
        assertEquals(
                r.loss(),
                timeline.figure("watch.loss", List.of(8)).orElseThrow().value());
        assertEquals(
                r.heads().get(3).effect(),
                timeline.figure("watch.head.effect", List.of(8, 1, 1))
                        .orElseThrow()
                        .value());
        assertEquals(
                r.norms().get(2),
                timeline.figure("watch.norm", List.of(8, 2)).orElseThrow().value());
        assertTrue(timeline.figure("watch.head.effect", List.of(8, 2, 0)).isEmpty(), "there is no layer 2");
        assertTrue(timeline.figure("watch.lens", List.of(3, 0)).isEmpty(), "step 3 was not recorded");
    }

    @Test
    void whatIsNotATimelineIsRefusedInOneSentence() throws IOException {
        IllegalArgumentException none =
                assertThrows(IllegalArgumentException.class, () -> WatchFile.read(room.resolve("nobody")));
        assertTrue(String.valueOf(none.getMessage()).contains("train with --watch"), none.getMessage());
        Path directory = train("bad", new WatchSettings(4, 100, false), 4);
        Path file = directory.resolve("watch.jsonl");
        String text = Files.readString(file);
        for (String wrong : List.of(
                text.replace("\"version\":1", "\"version\":2"),
                text.replace("\"lens\":[", "\"lens\":[1.0,"),
                text.replace("\"norms\"", "\"norm\""),
                "",
                "hello\n")) {
            Files.writeString(file, wrong);
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> WatchFile.read(directory), wrong);
            assertTrue(String.valueOf(e.getMessage()).contains("expected"), e.getMessage());
        }
    }
}
