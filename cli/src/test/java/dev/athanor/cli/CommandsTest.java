package dev.athanor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every command as a user types it, in this process: what it prints, where, and its exit code. */
class CommandsTest {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final Path PARITY = Path.of("..", "core", "src", "test", "resources", "parity", "qwen3");

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    static Path directory;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static Path model;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static Outcome training;

    /** What one command did. */
    private record Outcome(int code, String out, String err) {
        JsonNode json() {
            return MAPPER.readTree(out);
        }
    }

    private static Outcome run(String... arguments) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream capturedOut = new ByteArrayOutputStream();
        ByteArrayOutputStream capturedErr = new ByteArrayOutputStream();
        try {
            System.setOut(new PrintStream(capturedOut, true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(capturedErr, true, StandardCharsets.UTF_8));
            int code = Main.execute(arguments);
            return new Outcome(
                    code, capturedOut.toString(StandardCharsets.UTF_8), capturedErr.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }

    private static Path file(String name, byte[] content) throws IOException {
        return Files.write(directory.resolve(name), content);
    }

    private static Path text() throws IOException {
        String line = "the cat sat on the mat, and the dog sat on the log.\n";
        return file("a text.txt", line.repeat(60).getBytes(StandardCharsets.UTF_8));
    }

    @BeforeAll
    static void train() throws IOException {
        model = directory.resolve("a model");
        training = run("train", "--data", text().toString(), "--out", model.toString(), "--preset", "nano-char", "--steps", "6",
                "--seed", "3", "--threads", "1", "--json");
    }

    @Test
    void trainPrintsOneObjectAndLeavesAHuggingFaceDirectory() {
        assertEquals(0, training.code, training.err);
        JsonNode json = training.json();
        assertEquals(6, json.path("steps").asInt());
        for (String field : List.of("seconds", "train_loss", "val_loss", "val_bits_per_byte", "parameters")) {
            assertTrue(json.path(field).isNumber(), field + " in " + training.out);
        }
        for (String name : List.of("config.json", "model.safetensors", "tokenizer.json", "generation_config.json", "metrics.jsonl",
                "report.html", "run.json")) {
            assertTrue(Files.isRegularFile(model.resolve(name)), name);
        }
    }

    @Test
    void nextIsADistribution() {
        Outcome next = run("next", "--model", model.toString(), "--prompt", "the cat", "--top", "1000", "--json", "--threads", "1");
        assertEquals(0, next.code, next.err);
        double sum = 0;
        for (JsonNode row : next.json()) {
            assertTrue(row.path("id").isIntegralNumber() && row.path("text").isString(), row.toString());
            sum += row.path("p").asDouble();
        }
        assertEquals(1, sum, 1e-9);
        assertTrue(run("next", "--model", model.toString(), "--prompt", "the cat", "--threads", "1").out.contains("%"));
    }

    @Test
    void generateIsRepeatableAndSaysWhyItEnded() {
        String[] command = {"generate", "--model", model.toString(), "--prompt", "the", "--max-tokens", "12", "--temperature", "0",
            "--json", "--threads", "1"};
        Outcome first = run(command);
        assertEquals(0, first.code, first.err);
        assertEquals(12, first.json().path("ids").size());
        assertEquals("length", first.json().path("finish_reason").asString());
        assertTrue(first.json().path("tokens_per_second").isNumber());
        assertEquals(first.json().path("ids"), run(command).json().path("ids"));
    }

    @Test
    void verifyPrintsTheLargestDifferences() {
        Outcome verify = run("verify", "--model", PARITY.toString(), "--expected",
                PARITY.resolve("expected.safetensors").toString(), "--json");
        assertEquals(0, verify.code, verify.err);
        assertTrue(verify.json().path("logits_max_abs").asDouble() <= 2e-5, verify.out);
        assertTrue(verify.json().path("loss_abs").asDouble() <= 1e-6, verify.out);
        assertTrue(verify.json().path("gradient_max_rel").asDouble() <= 1e-4, verify.out);
        assertTrue(verify.json().path("worst_tensor").asString().startsWith("model."), verify.out);
    }

    @Test
    void everyCommandHasHelp() {
        for (String command : List.of("quickstart", "train", "generate", "next", "verify", "bench", "doctor")) {
            Outcome help = run(command, "--help");
            assertEquals(0, help.code, command);
            assertTrue(help.out.contains("Usage: athanor " + command), help.out);
        }
    }

    @Test
    void wrongUsageIsCodeTwoAndNamesTheMistake() {
        String m = model.toString();
        String x = directory.resolve("x").toString();
        assertFailure(2, run("trian"), "trian");
        assertFailure(2, run("train", "--dta", "x"), "--dta");
        assertFailure(2, run(), "Expected a command");
        assertFailure(2, run("train", "--out", x), "Expected --data SRC and --out DIR");
        assertFailure(2, run("next", "--model", m, "--prompt", "the", "--top", "0"), "--top: expected at least 1, found 0");
        assertFailure(2, run("generate", "--model", m, "--prompt", "the", "--temperature", "-1"), "temperature: expected between");
        assertFailure(2, run("generate", "--model", m, "--prompt", "the ".repeat(40)), "the model's context, found 160");
        assertFailure(2, run("train", "--data", "tales:", "--preset", "huge", "--out", x), "\"huge\"");
        assertFailure(2, run("train", "--data", "tales:", "--steps", "-4", "--out", x), "steps=-4");
        assertFailure(2, run("doctor", "--threads", "-1"), "--threads: expected between 1 and 1024, found -1");
    }

    @Test
    void badInputIsOneSentenceWithoutAStackTraceAndLeavesNothing() throws IOException {
        Path out = directory.resolve("bad");
        String binary = file("binary.txt", new byte[] {'a', 'b', 0, 'c'}).toString();
        String latin = file("latin.txt", new byte[] {'a', (byte) 0xE9, 'b', 'c'}).toString();
        String empty = file("empty.txt", new byte[0]).toString();
        String small = file("small.txt", "abc".getBytes(StandardCharsets.UTF_8)).toString();
        assertFailure(1, trainOn("nothing-here.txt", out), "nothing-here.txt: expected a file");
        assertFailure(1, trainOn(binary, out), "found a zero byte at byte 2");
        assertFailure(1, trainOn(latin, out), "expected text in UTF-8");
        assertFailure(1, trainOn(empty, out), "empty.txt: expected text");
        assertFailure(1, trainOn(small, out), "expected at least context + 1 = 65 training tokens");
        assertFailure(1, trainOn("tales:sed=4", out), "found \"sed=4\"");
        assertFalse(Files.exists(out), "nothing half-written may remain");
        assertFailure(1, run("next", "--model", directory.toString(), "--prompt", "a"), "config.json");
        assertFailure(2, run("train", "--resume", directory.toString()), "expected a training run");
        assertFailure(2, trainOn(text().toString(), model), "found run.json; continue it with --resume");
    }

    @Test
    void damagedWeightsAreRefused() throws IOException {
        Path broken = Files.createDirectories(directory.resolve("broken"));
        for (String name : List.of("config.json", "tokenizer.json", "model.safetensors")) {
            Files.copy(model.resolve(name), broken.resolve(name));
        }
        byte[] weights = Files.readAllBytes(broken.resolve("model.safetensors"));
        Files.write(broken.resolve("model.safetensors"), Arrays.copyOf(weights, weights.length - 100));
        Outcome cut = run("next", "--model", broken.toString(), "--prompt", "the");
        assertFailure(1, cut, "model.safetensors");
        assertEquals(1, cut.err.lines().filter(line -> line.startsWith("athanor: ")).count(), cut.err);
        String config = Files.readString(broken.resolve("config.json"));
        Files.writeString(broken.resolve("config.json"), config.replaceAll("\"n_layer\"\\s*:\\s*4", "\"n_layer\": 3"));
        Files.write(broken.resolve("model.safetensors"), weights);
        assertFailure(1, run("next", "--model", broken.toString(), "--prompt", "the"), "transformer.h.3.");
    }

    @Test
    void debugShowsWhere() {
        Outcome debug = run("next", "--model", "nowhere", "--prompt", "a", "--debug");
        assertTrue(debug.err.contains("\tat dev.athanor."), debug.err);
    }

    private static Outcome trainOn(String data, Path out) {
        return run("train", "--data", data, "--out", out.toString(), "--preset", "nano-char", "--steps", "2", "--threads", "1");
    }

    private static void assertFailure(int code, Outcome outcome, String part) {
        assertEquals(code, outcome.code, outcome.err);
        assertTrue(outcome.err.contains(part), "expected \"" + part + "\" in: " + outcome.err);
        assertFalse(outcome.err.contains("\tat "), outcome.err);
    }
}
