package dev.athanor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A run that is watched, and what is shown of it afterwards. */
class WatchCommandsTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    static Path directory;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static String run;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static Outcome training;

    @BeforeAll
    static void train() {
        run = directory.resolve("a run").toString();
        training = Outcome.of(
                "train",
                "--data",
                "repeats:sequences=400",
                "--preset",
                "induction",
                "--steps",
                "4",
                "--watch",
                "--watch-cost",
                "10000",
                "--watch-checkpoints",
                "--out",
                run);
    }

    @Test
    void aWatchedTrainingEndsWithTheFloorAndWhatBecameOfTheHeads() {
        assertEquals(0, training.code(), training.err());
        assertTrue(training.out().contains("less than 2.012 nats here (15/31 · ln 64)"), training.out());
        assertTrue(training.out().contains("no head has a clear role"), training.out());
        assertTrue(training.err().contains("of at most 10000.0 %"), training.err());
    }

    @Test
    void theTimelineIsLinesOrOneObject() {
        Outcome text = Outcome.of("timeline", "--model", run);
        assertEquals(0, text.code(), text.err());
        assertEquals("", text.err());
        assertTrue(text.out().contains("Steps shown: 0 1 2 4"), text.out());
        assertTrue(text.out().contains("Head 1.1"), text.out());
        JsonNode json = Outcome.of("timeline", "--model", run, "--json").json();
        assertEquals(4, json.path("records").size());
        assertEquals(4, json.path("records").get(3).path("heads").size());
        assertEquals(2, json.path("header").path("layers").asInt());
        assertEquals(0, json.path("births").size());
        Outcome none = Outcome.of("timeline", "--model", directory.toString());
        assertEquals(2, none.code(), "what was asked for is not there");
        assertTrue(none.err().contains("train with --watch"), none.err());
    }

    @Test
    void theModelOfARecordOpensAndIsComparedWithTheFirstWeights() throws IOException {
        String first = Path.of(run, "watch", "step-0").toString();
        Outcome same = Outcome.of("compare", "--from", first, "--to", first, "--json");
        assertEquals(0, same.code(), same.err());
        for (JsonNode part : same.json().path("parts")) {
            assertEquals(0, part.path("change").asDouble(), part.toString());
        }
        JsonNode two =
                Outcome.of("compare", "--from", first, "--to", run, "--json").json();
        JsonNode initial =
                Outcome.of("compare", "--initial", "--to", run, "--json").json();
        assertEquals(two.path("parts"), initial.path("parts"), "step 0 is what the run began with");
        assertTrue(two.path("parts").get(0).path("change").asDouble() > 0, two.toString());
        Outcome text = Outcome.of("compare", "--initial", "--to", run, "--top", "3");
        assertTrue(text.out().contains("dictionary") && text.out().contains("moved most"), text.out());
        assertTrue(Files.readString(Path.of(run, "report.html")).contains("Induction score"));
    }

    @Test
    void whatDoesNotGoTogetherIsUsage() {
        List<List<String>> wrong = List.of(
                List.of("train", "--data", "repeats:", "--out", run + "2", "--watch-every", "5"),
                List.of("train", "--data", "repeats:", "--out", run + "2", "--watch", "--watch-cost", "0"),
                List.of("train", "--resume", run, "--watch"),
                List.of("compare", "--to", run),
                List.of("compare", "--to", run, "--from", run, "--initial"));
        for (List<String> words : wrong) {
            Outcome outcome = Outcome.of(words.toArray(new String[0]));
            assertEquals(2, outcome.code(), words + " " + outcome.err());
            assertTrue(outcome.err().toLowerCase(java.util.Locale.ROOT).contains("expected"), outcome.err());
        }
    }
}
