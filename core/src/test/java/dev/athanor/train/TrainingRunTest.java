package dev.athanor.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.checkpoint.Checkpoint;
import dev.athanor.model.Parameters;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class TrainingRunTest {
    @TempDir
    private Path room = Path.of("");

    private Path text = room;
    private Path preset = room;

    @BeforeEach
    void write() throws IOException {
        text = room.resolve("text.txt");
        Files.writeString(text, "the <cat> sat & the \"dog\" ran. ".repeat(60));
        preset = room.resolve("mine.json");
        Files.writeString(preset, PresetFiles.write(Presets.small("qwen3", "muon")));
    }

    private TrainingRun.Options options() {
        return new TrainingRun.Options(List.of(text.toString()), preset.toString(), 0, 0, 0, 3, 0);
    }

    private static float[][] weights(Path directory) {
        Parameters parameters = Checkpoint.load(directory);
        return parameters.list().stream().map(p -> p.value().toArray()).toArray(float[][]::new);
    }

    @Test
    void anInterruptedRunLeavesAModelAndResumesToTheSameBitsWithoutItsPresetFile() throws IOException {
        Path straight = room.resolve("straight");
        try (TrainingRun run = TrainingRun.begin(straight, options(), 2)) {
            assertFalse(run.run(() -> false, p -> {}).interrupted());
        }
        Path broken = room.resolve("broken");
        try (TrainingRun run = TrainingRun.begin(broken, options(), 1)) {
            AtomicInteger steps = new AtomicInteger();
            TrainingResult result = run.run(() -> steps.get() >= 8, p -> steps.incrementAndGet());
            assertTrue(result.interrupted());
            assertEquals(8, result.steps());
        }
        assertTrue(weights(broken).length > 0, "a model after the interruption");
        Files.delete(preset);
        try (TrainingRun run = TrainingRun.resume(broken, 2)) {
            assertEquals(8, run.resumedAt().orElseThrow());
            TrainingResult result = run.run(() -> false, p -> {});
            assertEquals(20, result.steps());
            assertFalse(result.interrupted());
        }
        float[][] expected = weights(straight);
        float[][] found = weights(broken);
        for (int i = 0; i < expected.length; i++) {
            assertArrayEquals(expected[i], found[i], "tensor " + i);
        }
    }

    @Test
    void metricsAreOneWholeObjectPerLineAndATornLastLineIsDropped() throws IOException {
        Path directory = room.resolve("run");
        try (TrainingRun run = TrainingRun.begin(directory, options(), 1)) {
            AtomicInteger steps = new AtomicInteger();
            run.run(() -> steps.get() >= 11, p -> steps.incrementAndGet());
        }
        Path metrics = directory.resolve("metrics.jsonl");
        Files.writeString(metrics, "{\"step\":12,\"loss\":2.1}\n{\"step\":13,\"lo", StandardOpenOption.APPEND);
        try (TrainingRun run = TrainingRun.resume(directory, 1)) {
            run.run(() -> false, p -> {});
        }
        List<JsonNode> lines = Metrics.read(metrics);
        assertEquals(20, lines.size());
        assertEquals(20, Files.readAllLines(metrics).size());
        for (int i = 0; i < lines.size(); i++) {
            JsonNode line = lines.get(i);
            assertEquals(i + 1, line.path("step").asLong());
            for (String field : List.of("loss", "learning_rate", "gradient_norm", "tokens_per_second", "seconds")) {
                assertTrue(line.path(field).isNumber(), field + " in " + line);
            }
            assertEquals((i + 1) % 5 == 0, line.path("val_loss").isNumber(), line.toString());
        }
        // Two steps warm up, the last eight cool down to a tenth; the rate written is the one used.
        assertEquals(0, lines.get(0).path("learning_rate").asDouble());
        assertEquals(5e-3, lines.get(7).path("learning_rate").asDouble(), 1e-9);
        assertEquals(
                5e-3 * (0.1 + 0.9 * 0.05 / 0.4),
                lines.get(19).path("learning_rate").asDouble(),
                1e-9);
    }

    @Test
    void theReportIsWellFormedAsksNobodyAndShowsSamplesAndEverySetting() throws Exception {
        Path directory = room.resolve("run");
        try (TrainingRun run = TrainingRun.begin(directory, options(), 1)) {
            run.run(() -> false, p -> {
                if (p.step() == 10) {
                    run.addSample("<script>alert('&')</script>");
                }
            });
        }
        String page = Files.readString(directory.resolve("report.html"));
        assertFalse(page.matches("(?s).*(https?:|//[a-z]|<script|<link|<img|@import|url\\().*"), page);
        assertTrue(page.contains("&lt;script&gt;alert(&#39;&amp;&#39;)"), page);
        for (String setting : List.of(
                "optimizer.matrixLearningRate", "schedule.cooldown", "model.headSize", "seed", "text.txt", "java")) {
            assertTrue(page.contains(setting), setting + " in " + page);
        }
        assertTrue(
                page.contains("<th scope=\"col\">Validation loss</th>"), "a table for those who cannot see the curve");
        // HTML is not XML, but what lies between is written as XML, so that a missing end tag shows here.
        String body =
                page.substring(page.indexOf("<body>"), page.indexOf("</html>")).replace("&ensp;", " ");
        DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aRunThatCannotBeginLeavesNothing() throws IOException {
        Files.writeString(text, "too short");
        Path directory = room.resolve("run");
        assertThrows(RuntimeException.class, () -> TrainingRun.begin(directory, options(), 1));
        assertFalse(Files.exists(directory), "directory");
    }

    @Test
    void aDirectoryThatHoldsAModelIsNotOverwritten() throws IOException {
        Path directory = Files.createDirectories(room.resolve("model"));
        Files.writeString(directory.resolve("config.json"), "{}");
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> TrainingRun.begin(directory, options(), 1));
        assertTrue(
                String.valueOf(e.getMessage()).contains("found config.json; choose another directory"), e.getMessage());
        try (Stream<Path> files = Files.list(directory)) {
            assertEquals(1, files.count());
        }
    }

    @Test
    void settingsThatAreDamagedAreRefused() throws IOException {
        Path directory = room.resolve("run");
        TrainingRun.begin(directory, options(), 1).close();
        String settings = Files.readString(directory.resolve("run.json"));
        for (String bad : List.of("", "[]", settings.substring(0, 20), settings.replace("\"seed\"", "\"sead\""))) {
            Files.writeString(directory.resolve("run.json"), bad);
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class,
                    () -> TrainingRun.resume(directory, 1).close(),
                    bad);
            assertTrue(
                    String.valueOf(e.getMessage()).contains("run.json: expected the settings of a run"),
                    e.getMessage());
        }
    }

    @Test
    void optionsOutOfRangeAreRefused() {
        List<String> data = List.of("x");
        assertThrows(IllegalArgumentException.class, () -> new TrainingRun.Options(data, "tales", 5, 5, 0, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> new TrainingRun.Options(data, "tales", -5, 0, 0, 1, 0));
        assertThrows(
                IllegalArgumentException.class, () -> new TrainingRun.Options(data, "tales", 0, 0, Double.NaN, 1, 0));
        assertThrows(
                IllegalArgumentException.class,
                () -> new TrainingRun.Options(data, "tales", 0, 0, Double.POSITIVE_INFINITY, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> new TrainingRun.Options(data, "tales", 0, 0, 0, 1, -1));
    }
}
