package dev.athanor.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.checkpoint.OpenModel;
import dev.athanor.checkpoint.gguf.ModelFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** A stored model's speed in a fixed form that scripts read, and the files it is measured with. */
class BenchRunTest {
    @TempDir
    private static Path folder;

    /** Weights of llama-tiny outside the embedding of 512 x 256: two layers, the last norm, the head. */
    private static final long LAYER = 256 * 256 * 2 + 256 * 128 * 2 + 3 * 256 * 512;

    private static final long HEAD = 512 * 256;
    private static final long NORMS = 5 * 256;

    @BeforeAll
    static void write() {
        for (String type : List.of("q8_0", "q4_0", "f32")) {
            assertEquals(0, model(file(type), type, 1).code());
        }
    }

    private static Path file(String type) {
        return folder.resolve(type + ".gguf");
    }

    private static Outcome model(Path file, String type, int seed) {
        return Outcome.of(
                "bench", "model", "--shape", "llama-tiny", "--type", type, "--seed", "" + seed, "--out", "" + file);
    }

    private static Outcome run(Path file, String... more) {
        List<String> arguments = Stream.concat(
                        Stream.of("bench", "run", "--model", "" + file, "--prefill", "32", "--decode", "4"),
                        Stream.concat(Stream.of("--rounds", "1", "--threads", "2"), Stream.of(more)))
                .toList();
        return Outcome.of(arguments.toArray(String[]::new));
    }

    @Test
    void theJsonHasExactlyTheseSixKeysInThisOrder() {
        Outcome bench = run(file("q8_0"), "--json");
        assertEquals(0, bench.code(), bench.err());
        JsonNode found = bench.json();
        assertEquals(
                List.of(
                        "format",
                        "prefill_tokens_per_second",
                        "decode_tokens_per_second",
                        "memory_gb_per_second",
                        "memory_peak_gb_per_second",
                        "matmul"),
                List.copyOf(found.propertyNames()));
        assertEquals("Q8_0", found.path("format").asString());
        assertEquals("vector", found.path("matmul").asString());
        assertTrue(found.path("prefill_tokens_per_second").asDouble() > 0, bench.out());
        assertTrue(found.path("memory_peak_gb_per_second").asDouble() > 0, bench.out());
        double bytes = (2 * LAYER + HEAD) * 34.0 / 32 + 4 * NORMS;
        double tokens = found.path("decode_tokens_per_second").asDouble();
        assertEquals(bytes, found.path("memory_gb_per_second").asDouble() / tokens * 1e9, bytes * 1e-9);
    }

    /** Matrices in their type, the head of Q4_0 in Q6_K (210 bytes for 256), norms in F32, no embedding. */
    @ParameterizedTest
    @ValueSource(strings = {"f32", "q8_0", "q4_0"})
    void bytesOfATokenAreThoseOfAllWeightsButTheEmbedding(String type) {
        double matrices = switch (type) {
            case "f32" -> 4 * (2 * LAYER + HEAD);
            case "q8_0" -> (2 * LAYER + HEAD) * 34.0 / 32;
            default -> 2 * LAYER * 18.0 / 32 + HEAD * 210.0 / 256;
        };
        try (OpenModel model = ModelFiles.open(file(type))) {
            WeightTraffic traffic = WeightTraffic.of(model.parameters());
            assertEquals(matrices + 4 * NORMS, traffic.bytes());
            assertEquals(type.toUpperCase(Locale.ROOT), traffic.main().name());
        }
    }

    @Test
    void aPersonReadsARowWithThePeaksBesideIt() {
        Outcome bench = run(file("q8_0"));
        assertTrue(bench.out().contains("memory peak") && bench.out().contains("FMA peak"), bench.out());
        assertTrue(bench.out().lines().skip(1).anyMatch(row -> row.startsWith("Q8_0    vector")), bench.out());
    }

    @Test
    void whatCannotBeMeasuredIsRefusedInOneSentence() {
        run(file("q8_0"), "--matmul", "onednn").assertFailure(2, "--matmul: expected vector");
        run(file("q8_0"), "--matmul", "blas").assertFailure(2, "--matmul: expected vector or onednn, found blas");
        Outcome.of("bench", "run", "--model", "" + file("q8_0"), "--prefill", "257")
                .assertFailure(2, "--prefill: expected between 1 and 256, found 257");
        Outcome.of("bench", "model", "--shape", "llama-9t", "--type", "f16", "--out", "" + folder.resolve("x.gguf"))
                .assertFailure(2, "--shape: expected llama-1.1b or llama-tiny, found llama-9t");
        model(file("q8_0"), "q8_0", 1).assertFailure(2, "expected a new name");
    }

    @Test
    void sameSeedSameFileAndAnotherSeedAnother() throws IOException {
        Path again = folder.resolve("again.gguf");
        Path other = folder.resolve("other.gguf");
        model(again, "q8_0", 1);
        model(other, "q8_0", 2);
        byte[] expected = Files.readAllBytes(file("q8_0"));
        assertArrayEquals(expected, Files.readAllBytes(again));
        byte[] different = Files.readAllBytes(other);
        int differing = 0;
        for (int i = 0; i < expected.length; i++) {
            differing += expected[i] == different[i] ? 0 : 1;
        }
        assertTrue(differing > expected.length / 2, differing + " of " + expected.length + " bytes differ");
    }

    @Test
    void everyTextHasTokensThatGiveItBack() {
        try (OpenModel model = ModelFiles.open(file("q8_0"))) {
            String text = "the furnace Athanor, ä €";
            assertEquals(text, model.tokenizer().decode(model.tokenizer().encode(text)));
        }
    }
}
