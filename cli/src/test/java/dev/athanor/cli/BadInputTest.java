package dev.athanor.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything a user can get wrong: one sentence, the right exit code, no stack trace, nothing half-written. */
class BadInputTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    static Path directory;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static Path model;

    private static Path file(String name, byte[] content) throws IOException {
        return Files.write(directory.resolve(name), content);
    }

    @BeforeAll
    static void train() throws IOException {
        model = directory.resolve("a model");
        Outcome training = trainOn(Texts.small(directory).toString(), model);
        assertEquals(0, training.code(), training.err());
    }

    @Test
    void wrongUsageIsCodeTwoAndNamesTheMistake() {
        String m = model.toString();
        String x = directory.resolve("x").toString();
        Outcome.of("trian").assertFailure(2, "'trian'; did you mean train or verify or describe?");
        Outcome.of("train", "--dta", "x").assertFailure(2, "'--dta', 'x'; did you mean --data");
        Outcome.of().assertFailure(2, "Expected a command");
        Outcome.of("train", "--out", x).assertFailure(2, "Expected --data SRC and --out DIR");
        Outcome.of("next", "--model", m, "--prompt", "the", "--top", "0")
                .assertFailure(2, "--top: expected at least 1, found 0");
        Outcome.of("generate", "--model", m, "--prompt", "the", "--temperature", "-1")
                .assertFailure(2, "temperature: expected between");
        Outcome.of("generate", "--model", m, "--prompt", "the ".repeat(40))
                .assertFailure(2, "the model's context, found 160");
        Outcome.of("train", "--data", "tales:", "--preset", "huge", "--out", x).assertFailure(2, "\"huge\"");
        Outcome.of("train", "--data", "tales:", "--steps", "-4", "--out", x)
                .assertFailure(2, "--steps: expected at least 1, found -4");
        Outcome.of("doctor", "--threads", "-1").assertFailure(2, "--threads: expected between 1 and 1024, found -1");
        Outcome.of("doctor", "--threads", "0").assertFailure(2, "--threads: expected between 1 and 1024, found 0");
        Outcome.of("train", "--data", "tales:", "--steps", "0", "--out", x)
                .assertFailure(2, "--steps: expected at least 1, found 0");
        Outcome.of("train", "--data", "tales:", "--steps", "1e3", "--out", x).assertFailure(2, "'1e3' is not a long");
        Outcome.of("train", "--data", "tales:", "--minutes", "NaN", "--out", x)
                .assertFailure(2, "--minutes: expected a number above 0");
        Outcome.of("train", "--data", "tales:", "--minutes", "1", "--steps", "2", "--out", x)
                .assertFailure(2, "expected one of steps, tokens or minutes");
        Outcome.of("train", "--data", "tales:", "--save-every", "0", "--out", x)
                .assertFailure(2, "--save-every: expected at least 1");
        Outcome.of("train", "--data", "", "--out", x)
                .assertFailure(2, "--data: expected a source, found an empty name");
        Outcome.of("train", "--resume", m, "--seed", "4").assertFailure(2, "--resume: expected no --seed beside it");
        Outcome.of("train", "--resume", m, "--out", x).assertFailure(2, "--resume: expected no --out beside it");
        Outcome.of("generate", "--model", m).assertFailure(2, "--prompt");
        Outcome.of("generate", "--model", m, "--prompt", "the", "--max-tokens", "0")
                .assertFailure(2, "max-tokens: expected at least 1");
        Outcome.of("generate", "--model", m, "--prompt", "the", "--top-p", "1.1")
                .assertFailure(2, "top-p: expected between");
        Outcome.of("generate", "--model", m, "--prompt", "the", "--stop", "")
                .assertFailure(2, "stop: expected texts that are not empty");
        for (String way : List.of("guess", "lookup:0", "lookup:x", "lookup:65")) {
            Outcome.of("generate", "--model", m, "--prompt", "the", "--speculate", way)
                    .assertFailure(
                            2, "--speculate: expected lookup, or lookup:N with N between 1 and 64, found " + way);
        }
        Outcome.of("chat", "--model", m, "--speculate", "lookup", "--draft", m)
                .assertFailure(2, "--speculate, --draft: expected one of them, found both");
        Outcome.of("bench").assertFailure(2, "Expected run, train, kernels, generate, model, serve or trace");
        Outcome.of("bench", "train", "--shape", "gpt5", "--batch", "1", "--context", "8")
                .assertFailure(2, "found gpt5");
        Outcome.of("bench", "train", "--shape", "nano-char", "--batch", "100000", "--context", "100000")
                .assertFailure(2, "--batch times --context: expected between");
        Outcome.of("bench", "kernels", "--seconds", "-1").assertFailure(2, "--seconds: expected a number above 0");
        assertFalse(Files.exists(Path.of(x)), "a refused command leaves nothing");
    }

    @Test
    void everyUsageErrorNamesTheHelpOfItsCommand() {
        assertTrue(Outcome.of("bench", "train", "--shape").err().contains("See: athanor bench train --help"));
        assertTrue(Outcome.of("next").err().contains("See: athanor next --help"));
    }

    @Test
    void promptsThatLookLikeFilesOrOptionsAreText() {
        Outcome at = Outcome.of("next", "--model", model.toString(), "--prompt", "@nothing");
        at.assertFailure(2, "found \"@\"");
        Outcome dash = Outcome.of("next", "--model", model.toString(), "--prompt=--the");
        dash.assertFailure(2, "found \"-\"");
    }

    @Test
    void badInputIsOneSentenceWithoutAStackTraceAndLeavesNothing() throws IOException {
        Path out = directory.resolve("bad");
        String binary = file("binary.txt", new byte[] {'a', 'b', 0, 'c'}).toString();
        String latin =
                file("latin.txt", new byte[] {'a', (byte) 0xE9, 'b', 'c'}).toString();
        String empty = file("empty.txt", new byte[0]).toString();
        String small = file("small.txt", "abc".getBytes(StandardCharsets.UTF_8)).toString();
        trainOn("nothing-here.txt", out).assertFailure(1, "nothing-here.txt: expected a file");
        trainOn(binary, out).assertFailure(1, "found a zero byte at byte 2");
        trainOn(latin, out).assertFailure(1, "expected text in UTF-8");
        trainOn(empty, out).assertFailure(1, "empty.txt: expected text");
        trainOn(small, out).assertFailure(1, "expected at least context + 1 = 65 training tokens");
        trainOn("tales:sed=4", out).assertFailure(1, "found \"sed=4\"");
        assertFalse(Files.exists(out), "nothing half-written may remain");
        Outcome.of("next", "--model", directory.toString(), "--prompt", "a").assertFailure(1, "config.json");
        Outcome.of("train", "--resume", directory.toString()).assertFailure(2, "expected a training run");
        trainOn(Texts.small(directory).toString(), model).assertFailure(2, "found run.json; continue it with --resume");
        Outcome.of("quickstart", "--out", model.toString()).assertFailure(2, "found a run of preset nano-char");
    }

    @Test
    void aPlaceThatCannotHoldTheRunIsNamedBeforeAnyWork() throws IOException {
        Path taken = file("taken", new byte[] {'x'});
        trainOn("tales:", taken).assertFailure(2, "expected a folder, found the file " + taken.toAbsolutePath());
        trainOn("tales:", taken.resolve("below"))
                .assertFailure(2, "expected a folder, found the file " + taken.toAbsolutePath());
        assertEquals("x", Files.readString(taken));
    }

    @Test
    void expectedValuesThatDoNotFitTheModelAreRefused() throws IOException {
        Path parity = Path.of("..", "core", "src", "test", "resources", "parity");
        Path expected = parity.resolve("llama-tied").resolve("expected.safetensors");
        Outcome.of("verify", "--model", parity.resolve("qwen3").toString(), "--expected", expected.toString())
                .assertFailure(1, "expected.safetensors: expected");
        String missing = directory.resolve("none.safetensors").toString();
        Outcome.of("verify", "--model", parity.resolve("qwen3").toString(), "--expected", missing)
                .assertFailure(1, "none.safetensors: expected a safetensors file, found nothing there");
        Outcome.of(
                        "verify",
                        "--model",
                        parity.resolve("qwen3").toString(),
                        "--expected",
                        Texts.small(directory).toString())
                .assertFailure(1, "is this a safetensors file?");
        Outcome.of(
                        "verify",
                        "--model",
                        parity.resolve("qwen3").toString(),
                        "--expected",
                        model.resolve("model.safetensors").toString())
                .assertFailure(1, "expected a tensor input_ids");
    }

    @Test
    void damagedWeightsAreRefused() throws IOException {
        Path broken = Files.createDirectories(directory.resolve("broken"));
        for (String name : List.of("config.json", "tokenizer.json", "model.safetensors")) {
            Files.copy(model.resolve(name), broken.resolve(name));
        }
        byte[] weights = Files.readAllBytes(broken.resolve("model.safetensors"));
        Files.write(broken.resolve("model.safetensors"), Arrays.copyOf(weights, weights.length - 100));
        Outcome cut = Outcome.of("next", "--model", broken.toString(), "--prompt", "the");
        cut.assertFailure(1, "model.safetensors");
        String config = Files.readString(broken.resolve("config.json"));
        Files.writeString(broken.resolve("config.json"), config.replaceAll("\"n_layer\"\\s*:\\s*4", "\"n_layer\": 3"));
        Files.write(broken.resolve("model.safetensors"), weights);
        Outcome.of("next", "--model", broken.toString(), "--prompt", "the").assertFailure(1, "transformer.h.3.");
        Files.delete(broken.resolve("tokenizer.json"));
        Files.writeString(broken.resolve("config.json"), config);
        Outcome.of("next", "--model", broken.toString(), "--prompt", "the").assertFailure(1, "tokenizer.json");
    }

    @Test
    void weightsThatAreNotFiniteAreNamed() throws IOException {
        Path broken = Files.createDirectories(directory.resolve("not finite"));
        for (String name : List.of("config.json", "tokenizer.json")) {
            Files.copy(model.resolve(name), broken.resolve(name));
        }
        byte[] weights = Files.readAllBytes(model.resolve("model.safetensors"));
        for (int i = weights.length - 4000; i < weights.length; i++) {
            weights[i] = (byte) 0xFF; // F32 NaN
        }
        Files.write(broken.resolve("model.safetensors"), weights);
        for (String command : List.of("next", "generate")) {
            Outcome.of(command, "--model", broken.toString(), "--prompt", "the").assertFailure(1, "finite");
        }
    }

    @Test
    void debugShowsWhere() {
        Outcome debug = Outcome.of("next", "--model", "nowhere", "--prompt", "a", "--debug");
        assertTrue(debug.err().contains("\tat dev.athanor."), debug.err());
        Outcome deep = Outcome.of("bench", "train", "--shape", "gpt5", "--batch", "1", "--context", "8", "--debug");
        assertTrue(deep.err().contains("\tat dev.athanor."), deep.err());
    }

    private static Outcome trainOn(String data, Path out) {
        return Outcome.of(
                "train",
                "--data",
                data,
                "--out",
                out.toString(),
                "--preset",
                "nano-char",
                "--steps",
                "2",
                "--threads",
                "1");
    }
}
