package dev.athanor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Every command as a user types it, in this process: what it prints, where, and its exit code. */
class CommandsTest {
    private static final Path PARITY = Path.of("..", "core", "src", "test", "resources", "parity", "qwen3");

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    static Path directory;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static Path model;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static Outcome training;

    @BeforeAll
    static void train() throws IOException {
        model = directory.resolve("a model");
        training = Outcome.of(
                "train",
                "--data",
                Texts.small(directory).toString(),
                "--out",
                model.toString(),
                "--preset",
                "nano-char",
                "--steps",
                "6",
                "--seed",
                "3",
                "--threads",
                "1",
                "--json");
    }

    @Test
    void perplexityIsThatOfTheTextAlone() throws IOException {
        String text = Texts.small(directory).toString();
        Outcome json = Outcome.of("perplexity", "--model", model.toString(), "--data", text, "--json");
        assertEquals(0, json.code(), json.err());
        // A token is a character, one byte of this text, and the first has nothing before it.
        long characters = Files.readString(Path.of(text)).length();
        assertEquals(characters - 1, json.json().path("tokens").asLong());
        double perplexity = json.json().path("perplexity").asDouble();
        assertEquals(
                Math.log(perplexity) / Math.log(2),
                json.json().path("bits_per_byte").asDouble(),
                1e-9);
        Outcome some = Outcome.of(
                "perplexity", "--model", model.toString(), "--data", text, "--max-tokens", "100", "--context", "16");
        assertEquals(0, some.code(), some.err());
        assertTrue(some.out().contains("tokens         99 (99 bytes)"), some.out());
        assertEquals(
                2,
                Outcome.of("perplexity", "--model", model.toString(), "--data", text, "--stride", "65")
                        .code());
    }

    @Test
    void keysAndValuesAreKeptInTheTypeAskedFor() throws IOException {
        String text = Texts.small(directory).toString();
        double exact = perplexity(text, "f32");
        for (String type : List.of("f16", "bf16", "q8_0")) {
            double found = perplexity(text, type);
            assertTrue(found != exact && Math.abs(found / exact - 1) < 0.01, type + " " + found + ", f32 " + exact);
            Outcome written = Outcome.of(
                    "generate", "--model", model.toString(), "--prompt", "the", "--max-tokens", "8", "--kv", type);
            assertEquals(0, written.code(), written.err());
        }
        Outcome.of("generate", "--model", model.toString(), "--prompt", "the", "--kv", "q4_0")
                .assertFailure(2, "--kv: expected f32, f16, bf16 or q8_0, found q4_0");
        Outcome.of("generate", "--model", PARITY.toString(), "--prompt", "the", "--kv", "q8_0")
                .assertFailure(
                        2,
                        "KV cache: expected heads of a multiple of 32 numbers for q8_0, found 16 in this model; choose f16, bf16 or f32");
    }

    private static double perplexity(String text, String kv) {
        Outcome outcome = Outcome.of(
                "perplexity", "--model", model.toString(), "--data", text, "--max-tokens", "500", "--kv", kv, "--json");
        assertEquals(0, outcome.code(), outcome.err());
        return outcome.json().path("perplexity").asDouble();
    }

    @Test
    void trainPrintsOneObjectAndLeavesAHuggingFaceDirectory() {
        assertEquals(0, training.code(), training.err());
        JsonNode json = training.json();
        assertEquals(6, json.path("steps").asInt());
        for (String field : List.of("seconds", "train_loss", "val_loss", "val_bits_per_byte", "parameters")) {
            assertTrue(json.path(field).isNumber(), field + " in " + training.out());
        }
        for (String name : List.of(
                "config.json",
                "model.safetensors",
                "tokenizer.json",
                "generation_config.json",
                "metrics.jsonl",
                "report.html",
                "run.json")) {
            assertTrue(Files.isRegularFile(model.resolve(name)), name);
        }
    }

    @Test
    void aModelIsConvertedAndQuantisedAndStaysTheSameModel() throws IOException {
        Path gguf = directory.resolve("small.gguf");
        Path back = directory.resolve("back");
        Outcome there = Outcome.of("convert", "--from", model.toString(), "--to", gguf.toString(), "--json");
        assertEquals(0, there.code(), there.err());
        assertEquals(
                Files.size(model.resolve("model.safetensors")),
                there.json().path("tensor_bytes").asLong(),
                20_000);
        assertEquals(
                0,
                Outcome.of("convert", "--from", gguf.toString(), "--to", back.toString())
                        .code());
        for (String name : List.of("config.json", "tokenizer.json", "generation_config.json", "model.safetensors")) {
            assertEquals(-1, Files.mismatch(model.resolve(name), back.resolve(name)), name);
        }
        Outcome again = Outcome.of("convert", "--from", model.toString(), "--to", gguf.toString());
        assertEquals(2, again.code());
        assertTrue(again.err().contains("expected a new name to write to"), again.err());
        String text = Texts.small(directory).toString();
        Outcome small = Outcome.of(
                "quantize",
                "--model",
                gguf.toString(),
                "--type",
                "q8_0",
                "--out",
                directory.resolve("q8.gguf").toString(),
                "--data",
                text,
                "--json");
        assertEquals(0, small.code(), small.err());
        double before = small.json().path("perplexity_before").asDouble();
        double after = small.json().path("perplexity_after").asDouble();
        assertTrue(before > 1 && Math.abs(after / before - 1) < 0.02, small.out());
        Outcome unread = Outcome.of(
                "quantize",
                "--model",
                model.toString(),
                "--type",
                "q4_0",
                "--out",
                directory.resolve("q4.gguf").toString());
        assertEquals(0, unread.code(), unread.err());
        assertTrue(unread.err().contains("perplexity was not measured, name a text with --data"), unread.err());
        String rows = directory.resolve("q8.gguf").toString();
        Outcome repacked = Outcome.of("repack", "--model", rows, "--json");
        assertEquals(0, repacked.code(), repacked.err());
        assertEquals(rows + ".rows", repacked.json().path("file").asString());
        assertTrue(Outcome.of("repack", "--model", rows, "--remove").out().contains("deleted"));
        Outcome wrong = Outcome.of("quantize", "--model", model.toString(), "--type", "q9", "--out", "x.gguf");
        assertEquals(2, wrong.code());
        assertTrue(wrong.err().contains("found q9"), wrong.err());
    }

    @Test
    void nextIsADistribution() {
        Outcome next = Outcome.of(
                "next",
                "--model",
                model.toString(),
                "--prompt",
                "the cat",
                "--top",
                "1000",
                "--json",
                "--threads",
                "1");
        assertEquals(0, next.code(), next.err());
        double sum = 0;
        for (JsonNode row : next.json()) {
            assertTrue(row.path("id").isIntegralNumber() && row.path("text").isString(), row.toString());
            sum += row.path("p").asDouble();
        }
        assertEquals(1, sum, 1e-9);
        assertTrue(Outcome.of("next", "--model", model.toString(), "--prompt", "the cat", "--threads", "1")
                .out()
                .contains("%"));
    }

    @Test
    void generateIsRepeatableAndSaysWhyItEnded() {
        String[] command = {
            "generate",
            "--model",
            model.toString(),
            "--prompt",
            "the",
            "--max-tokens",
            "12",
            "--temperature",
            "0",
            "--json",
            "--threads",
            "1"
        };
        Outcome first = Outcome.of(command);
        assertEquals(0, first.code(), first.err());
        assertEquals(12, first.json().path("ids").size());
        assertEquals("length", first.json().path("finish_reason").asString());
        assertTrue(first.json().path("tokens_per_second").isNumber());
        assertEquals(first.json().path("ids"), Outcome.of(command).json().path("ids"));
    }

    @Test
    void guessingLeavesTheTextAndSaysWhatItBrought() {
        List<String> command = List.of(
                "generate", "--model", model.toString(), "--prompt", "the", "--max-tokens", "30", "--temperature", "0");
        Outcome plain = Outcome.of(command.toArray(new String[0]));
        assertEquals(0, plain.code(), plain.err());
        for (List<String> way : List.of(
                List.of("--speculate", "lookup"),
                List.of("--speculate", "lookup:3"),
                List.of("--draft", model.toString()))) {
            List<String> with = new ArrayList<>(command);
            with.addAll(way);
            Outcome guessed = Outcome.of(with.toArray(new String[0]));
            assertEquals(0, guessed.code(), guessed.err());
            assertEquals(plain.out(), guessed.out(), way.toString());
            assertTrue(guessed.err().contains(" guesses right; ended because"), guessed.err());
            with.add("--json");
            Outcome json = Outcome.of(with.toArray(new String[0]));
            assertTrue(
                    json.json().path("accepted").asInt()
                            <= json.json().path("drafted").asInt(-1),
                    json.out());
        }
    }

    @Test
    void verifyPrintsTheLargestDifferences() {
        Outcome verify = Outcome.of(
                "verify",
                "--model",
                PARITY.toString(),
                "--expected",
                PARITY.resolve("expected.safetensors").toString(),
                "--json");
        assertEquals(0, verify.code(), verify.err());
        assertTrue(verify.json().path("logits_max_abs").asDouble() <= 2e-5, verify.out());
        assertTrue(verify.json().path("loss_abs").asDouble() <= 1e-6, verify.out());
        assertTrue(verify.json().path("gradient_max_rel").asDouble() <= 1e-4, verify.out());
        assertTrue(verify.json().path("worst_tensor").asString().startsWith("model."), verify.out());
    }

    @Test
    void generateStreamsThePromptAndTheTextAndSaysWhyItEnded() {
        String[] command = {
            "generate",
            "--model",
            model.toString(),
            "--prompt",
            "the",
            "--max-tokens",
            "9",
            "--seed",
            "4",
            "--threads",
            "1"
        };
        Outcome streamed = Outcome.of(command);
        assertEquals(0, streamed.code(), streamed.err());
        String[] json = Arrays.copyOf(command, command.length + 1);
        json[command.length] = "--json";
        assertEquals("the" + Outcome.of(json).json().path("text").asString() + System.lineSeparator(), streamed.out());
        assertTrue(streamed.err().contains("ended because --max-tokens are written"), streamed.err());
    }

    @Test
    void generateGoesOnBeyondTheContextOnlyWhenAskedAndSaysSo() {
        String[] command = {
            "generate", "--model", model.toString(), "--prompt", "the", "--max-tokens", "100", "--threads", "1"
        };
        Outcome ended = Outcome.of(command);
        assertTrue(ended.err().contains("the context is full; --shift goes on"), ended.err());
        String[] asked = Arrays.copyOf(command, command.length + 1);
        asked[command.length] = "--shift";
        Outcome shifted = Outcome.of(asked);
        assertTrue(shifted.err().contains("the oldest half of the text was forgotten 2 times"), shifted.err());
    }

    @Test
    void stopTextsEndTheTextAndAreNotPrinted() {
        String[] command = {
            "generate",
            "--model",
            model.toString(),
            "--prompt",
            "the",
            "--max-tokens",
            "40",
            "--temperature",
            "1",
            "--threads",
            "1",
            "--json"
        };
        String free = Outcome.of(command).json().path("text").asString();
        String stop = free.substring(10, 12);
        String[] stopped = Arrays.copyOf(command, command.length + 2);
        stopped[command.length] = "--stop";
        stopped[command.length + 1] = stop;
        Outcome g = Outcome.of(stopped);
        assertEquals("stop", g.json().path("finish_reason").asString());
        assertEquals(
                free.substring(0, free.indexOf(stop)), g.json().path("text").asString());
    }

    @Test
    void quickstartGoesOnWithItsRunAndAnswersTheTwoBareSentencesFirst() {
        Path out = directory.resolve("quick start");
        Outcome begun = Outcome.of(
                "train",
                "--data",
                "tales:seed=5,stories=300",
                "--preset",
                "tales",
                "--steps",
                "2",
                "--seed",
                "5",
                "--out",
                out.toString());
        assertEquals(0, begun.code(), begun.err());
        Outcome quick = Outcome.of("quickstart", "--out", out.toString(), "--stories", "300", "--seed", "5", "--json");
        assertEquals(0, quick.code(), quick.err());
        assertFields(quick.json(), "train_seconds", "val_loss");
        JsonNode prompts = quick.json().path("prompts");
        assertEquals(
                "Sarah lies still on the bed, feeling",
                prompts.path(0).path("prompt").asString());
        assertEquals(
                "Sarah lies to the judge, feeling",
                prompts.path(1).path("prompt").asString());
        for (JsonNode prompt : prompts) {
            assertEquals(10, prompt.path("next").size());
            assertTrue(prompt.path("next").path(0).path("text").isString(), prompt.toString());
            assertFields(prompt.path("next").path(0), "p");
        }
        Outcome shown = Outcome.of("quickstart", "--out", out.toString(), "--stories", "300", "--seed", "5");
        assertTrue(shown.out().contains("./athanor next --model '" + out + "'"), shown.out());
        Outcome.of("quickstart", "--out", out.toString(), "--stories", "300", "--seed", "6")
                .assertFailure(2, "choose another folder");
    }

    @Test
    void benchTrainPrintsItsFiveFigures() {
        Outcome bench = Outcome.of(
                "bench",
                "train",
                "--shape",
                "nano-char",
                "--batch",
                "1",
                "--context",
                "8",
                "--seconds",
                "0.1",
                "--json");
        assertEquals(0, bench.code(), bench.err());
        assertFields(bench.json(), "ms_per_step", "tokens_per_second", "gflops", "fma_peak_gflops", "mfu");
        double ms = bench.json().path("ms_per_step").asDouble();
        assertEquals(8 / ms * 1000, bench.json().path("tokens_per_second").asDouble(), 1e-6);
        assertEquals(
                bench.json().path("gflops").asDouble()
                        / bench.json().path("fma_peak_gflops").asDouble(),
                bench.json().path("mfu").asDouble(),
                1e-9);
    }

    @Test
    void benchKernelsPrintsOneRowPerProduct() {
        Outcome bench = Outcome.of("bench", "kernels", "--seconds", "0.01", "--json");
        assertEquals(0, bench.code(), bench.err());
        assertTrue(bench.json().size() >= 6, bench.out());
        for (JsonNode row : bench.json()) {
            assertTrue(row.path("kernel").isString() && row.path("shape").isString(), row.toString());
            assertFields(row, "gflops", "fma_peak_gflops", "share");
        }
        assertTrue(bench.out().contains("1024x1024x1024") && bench.out().contains("512x2048x8192"), bench.out());
    }

    @Test
    void benchGeneratePrintsTheShareOfTheMemory() {
        Outcome bench = Outcome.of("bench", "generate", "--shape", "nano-char", "--tokens", "8", "--json");
        assertEquals(0, bench.code(), bench.err());
        assertFields(bench.json(), "tokens_per_second", "memory_gb_per_second", "memory_peak_gb_per_second", "share");
    }

    @Test
    void doctorMeasuresTheMachine() {
        Outcome doctor = Outcome.of("doctor", "--json");
        assertEquals(0, doctor.code(), doctor.err());
        assertFields(
                doctor.json(),
                "processors",
                "threads",
                "memory_bytes",
                "heap_bytes",
                "fma_peak_gflops_one_thread",
                "fma_peak_gflops",
                "memory_gb_per_second");
        assertTrue(doctor.json().path("jdk").asString().startsWith("25"), doctor.out());
        assertTrue(doctor.json().path("advice").isArray(), doctor.out());
    }

    private static void assertFields(JsonNode node, String... numbers) {
        for (String name : numbers) {
            assertTrue(node.path(name).isNumber() && node.path(name).asDouble() > 0, name + " in " + node);
        }
    }
}
