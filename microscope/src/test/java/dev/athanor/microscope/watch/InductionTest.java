package dev.athanor.microscope.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.microscope.score.HeadScores.Role;
import dev.athanor.train.TrainingResult;
import dev.athanor.train.TrainingRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The recipe of repeated symbols: two layers learn to repeat, and it is seen which head does it. */
class InductionTest {
    private static final long SEED = 1;

    /** 15 of 31 predictions are chance among 64 symbols. */
    private static final double FLOOR = 15.0 / 31 * Math.log(64);

    @TempDir
    private Path room = Path.of("");

    @Test
    void theLossComesToItsFloorWhileAHeadIsBorn() {
        List<Double> losses = new ArrayList<>();
        Path directory = room.resolve("induction");
        TrainingResult result;
        try (TrainingRun run = TrainingRun.begin(
                directory, new TrainingRun.Options(List.of("repeats:"), "induction", 0, 0, 0, SEED, 0), 2)) {
            assertEquals(FLOOR, run.floor().orElseThrow().nats(), 1e-12);
            result = run.run(
                    () -> false,
                    p -> losses.add(p.loss()),
                    new Watcher(
                            directory,
                            new WatchSettings(50, 100, false),
                            run.corpus(),
                            32,
                            Optional.empty(),
                            System::nanoTime));
        }
        Timeline timeline = WatchFile.read(directory);
        WatchRecord first = timeline.records().getFirst();
        WatchRecord last = timeline.records().getLast();
        System.out.printf(
                "seed %d: loss %.3f at step 1, %.3f at step 300; validation %.4f after %d steps, floor %.4f%n",
                SEED, losses.getFirst(), losses.get(299), result.validationLoss(), result.steps(), FLOOR);
        assertTrue(losses.get(299) < 0.7 * losses.getFirst(), losses.get(299) + " of " + losses.getFirst());
        assertTrue(result.validationLoss() >= FLOOR - 0.05, "nothing learns chance: " + result.validationLoss());
        assertTrue(result.validationLoss() < FLOOR + 0.05, result.validationLoss() + " against " + FLOOR);
        double risen = Double.NEGATIVE_INFINITY;
        for (int layer = 0; layer < 2; layer++) {
            risen = Math.max(risen, coherence(last, layer) - coherence(first, layer));
        }
        System.out.printf("coherence of a layer rose by %.3f%n", risen);
        assertTrue(risen > 0.2, "coherence rose by " + risen);
        List<Birth> births = Birth.of(timeline);
        births.forEach(birth -> System.out.println(birth.sentence()));
        Birth head = births.stream()
                .filter(b -> b.role() == Role.INDUCTION && b.last().induction() > 0.5)
                .findFirst()
                .orElseThrow();
        assertTrue(head.step() > 0 && head.step() < result.steps(), "born at step " + head.step());
        double before = timeline.at(0).orElseThrow().loss();
        double after = timeline.records().getLast().loss();
        assertTrue(before - after > 1.5, "loss on the probe batch from " + before + " to " + after);
        assertTrue(
                head.last().effect() > 0.1, "taking it out costs " + head.last().effect());
    }

    /** 1 - entropy / ln T, as TransformerLens' recipe has it. */
    private static double coherence(WatchRecord record, int layer) {
        double entropy = record.heads().stream()
                .filter(h -> h.layer() == layer)
                .mapToDouble(WatchRecord.Head::entropy)
                .average()
                .orElseThrow();
        return 1 - entropy / Math.log(31);
    }

    @Test
    void aModelThatLearnedNothingHasNoBirths() {
        Path directory = room.resolve("null");
        try (TrainingRun run = TrainingRun.begin(
                directory,
                new TrainingRun.Options(List.of("repeats:sequences=200"), "induction", 3, 0, 0, SEED, 0),
                1)) {
            run.run(
                    () -> false,
                    p -> {},
                    new Watcher(
                            directory, WatchSettings.DEFAULT, run.corpus(), 32, Optional.empty(), System::nanoTime));
        }
        assertEquals(List.of(), Birth.of(WatchFile.read(directory)));
    }
}
