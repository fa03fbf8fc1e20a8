package dev.athanor.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.model.Parameter;
import dev.athanor.model.Parameters;
import dev.athanor.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CheckpointRoundTripTest {
    @TempDir
    Path directory;

    static List<String> cases() {
        return Fixtures.CASES;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aSavedModelIsTheLoadedOneBitForBit(String name) {
        Path source = Fixtures.directory(name);
        Parameters loaded = Checkpoint.load(source);
        Checkpoint.save(directory, loaded, Optional.empty());
        Parameters again = Checkpoint.load(directory);
        assertEquals(loaded.config(), again.config());
        assertSameBits(loaded, again);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theRewrittenFileHoldsTheSameTensors(String name) {
        Path source = Fixtures.directory(name);
        Checkpoint.save(directory, Checkpoint.load(source), Optional.empty());
        try (Safetensors original = Safetensors.open(source.resolve("model.safetensors"));
                Safetensors rewritten = Safetensors.open(directory.resolve("model.safetensors"))) {
            assertEquals(original.entries().keySet(), rewritten.entries().keySet());
            assertEquals(Map.of("format", "pt"), rewritten.metadata());
            for (String tensor : original.entries().keySet()) {
                assertEquals(
                        original.entry(tensor).shape(), rewritten.entry(tensor).shape(), tensor);
                assertEquals(
                        original.entry(tensor).dtype(), rewritten.entry(tensor).dtype(), tensor);
                assertEquals(-1, original.bytes(tensor).mismatch(rewritten.bytes(tensor)), tensor);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shardsHoldTheSameModel(String name) throws IOException {
        Parameters loaded = Checkpoint.load(Fixtures.directory(name));
        Checkpoint.save(directory, loaded, Optional.empty(), new SaveOptions(DType.F32, 40_000, Map.of()));
        assertFalse(Files.exists(directory.resolve("model.safetensors")));
        assertTrue(Files.exists(directory.resolve("model.safetensors.index.json")));
        try (Stream<Path> files = Files.list(directory)) {
            assertTrue(files.filter(p -> p.toString().matches(".*model-\\d{5}-of-\\d{5}\\.safetensors"))
                            .count()
                    >= 3);
        }
        assertSameBits(loaded, Checkpoint.load(directory));
    }

    @Test
    void anotherSaveLeavesNoWeightsOfTheOneBefore() throws IOException {
        Parameters loaded = Checkpoint.load(Fixtures.directory("qwen3"));
        SaveOptions shards = new SaveOptions(DType.F32, 40_000, Map.of());
        Checkpoint.save(directory, loaded, Optional.of("{}"), shards);
        Checkpoint.save(directory, loaded, Optional.of("{}"));
        assertEquals(
                List.of(
                        "config.json",
                        "generation_config.json",
                        "model.safetensors",
                        "tokenizer.json",
                        "tokenizer_config.json"),
                names());
        Checkpoint.save(directory, loaded, Optional.of("{}"), shards);
        assertFalse(names().contains("model.safetensors"));
        assertSameBits(loaded, Checkpoint.load(directory));
    }

    @Test
    void extraFilesReplaceTheOnesAthanorWouldWrite() throws IOException {
        Parameters loaded = Checkpoint.load(Fixtures.directory("qwen3"));
        SaveOptions options = new SaveOptions(
                DType.F32, 1L << 40, Map.of("tokenizer_config.json", "{\"mine\":1}", "README.md", "hello"));
        Checkpoint.save(directory, loaded, Optional.of("{}"), options);
        assertEquals("{\"mine\":1}", Files.readString(directory.resolve("tokenizer_config.json")));
        assertEquals("hello", Files.readString(directory.resolve("README.md")));
        for (String name : List.of("../x", "a/b", ".hidden", "", "x.safetensors", "x.tmp", "a\\b")) {
            assertThrows(IllegalArgumentException.class, () -> new SaveOptions(DType.F32, 1, Map.of(name, "")), name);
        }
    }

    @Test
    void halfPrecisionRoundsToTheNearestAndReadsBackExactly() {
        Parameters loaded = Checkpoint.load(Fixtures.directory("llama-tied"));
        for (DType dtype : List.of(DType.BF16, DType.F16)) {
            Checkpoint.save(directory, loaded, Optional.empty(), new SaveOptions(dtype, 1L << 40, Map.of()));
            Parameters halved = Checkpoint.load(directory);
            // Half the distance between neighbours: 2^-8 of the number with BF16's 8 bits, 2^-11 with F16's 11 (or
            // 2^-25 near 0).
            double relative = dtype == DType.BF16 ? 0x1p-8 : 0x1p-11;
            double absolute = dtype == DType.BF16 ? 0 : 0x1p-25;
            for (int n = 0; n < halved.list().size(); n++) {
                Parameter p = halved.list().get(n);
                float[] found = p.value().toArray();
                float[] expected = loaded.list().get(n).value().toArray();
                for (int i = 0; i < found.length; i++) {
                    float e = expected[i];
                    assertTrue(
                            Math.abs(found[i] - e) <= Math.max(absolute, Math.abs(e) * relative),
                            dtype + " " + p.name() + "[" + i + "]: expected about " + e + ", found " + found[i]);
                }
            }
            Path second = directory.resolve("again");
            Checkpoint.save(second, halved, Optional.empty(), new SaveOptions(dtype, 1L << 40, Map.of()));
            assertSameBits(halved, Checkpoint.load(second));
        }
    }

    static List<Object[]> notFinite() {
        return List.of(
                new Object[] {Float.NaN, DType.F32},
                new Object[] {Float.POSITIVE_INFINITY, DType.F32},
                new Object[] {Float.NEGATIVE_INFINITY, DType.BF16},
                new Object[] {Float.intBitsToFloat(0x7f800001), DType.BF16},
                new Object[] {Float.MAX_VALUE, DType.BF16},
                new Object[] {65520f, DType.F16},
                new Object[] {Float.NaN, DType.F16});
    }

    @ParameterizedTest
    @MethodSource("notFinite")
    void aNumberThatIsNotFiniteIsNeverSaved(float value, DType dtype) throws IOException {
        Parameters good = Checkpoint.load(Fixtures.directory("qwen3"));
        Checkpoint.save(directory, good, Optional.empty());
        List<String> before = names();
        Parameters bad = Checkpoint.load(Fixtures.directory("qwen3"));
        bad.list().get(3).value().data()[17] = value;
        ModelFormatException e = assertThrows(
                ModelFormatException.class,
                () -> Checkpoint.save(directory, bad, Optional.empty(), new SaveOptions(dtype, 1L << 40, Map.of())));
        Sentences.assertContains(e, "tensor " + bad.list().get(3).name(), "found " + value + " at index 17");
        assertEquals(before, names());
        assertSameBits(good, Checkpoint.load(directory));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    static void assertSameBits(Parameters expected, Parameters found) {
        assertEquals(expected.list().size(), found.list().size());
        for (int i = 0; i < expected.list().size(); i++) {
            Parameter e = expected.list().get(i);
            Parameter f = found.list().get(i);
            assertEquals(e.spec(), f.spec());
            assertArrayEquals(bits(e), bits(f), e.name());
        }
    }

    private static int[] bits(Parameter p) {
        float[] values = p.value().toArray();
        int[] bits = new int[values.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = Float.floatToRawIntBits(values[i]);
        }
        return bits;
    }
}
