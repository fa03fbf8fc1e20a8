package dev.athanor.checkpoint;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random changes to good files: the readers accept them or refuse them, and nothing else, in little memory. */
class FormatFuzzTest {
    private static final long SEED = 8128;

    private long seed = SEED;

    /** A file of some kilobytes may cost at most this much; the largest cost measured is a quarter of it. */
    private static final long MOST_BYTES = 4 << 20;

    private static final List<String> PIECES = List.of(
            "{",
            "}",
            "[",
            "]",
            "\"",
            ":",
            ",",
            "0",
            "-1",
            "9223372036854775807",
            "1e9",
            "null",
            "true",
            "\"dtype\"",
            "\"shape\"",
            "\"data_offsets\"",
            "\"F64\"",
            "\"BOOL\"",
            "\"__metadata__\"",
            "\\u0000",
            " ",
            "4294967296",
            "\"rope_scaling\"",
            "\"model_type\"",
            "\"head_dim\"");

    @TempDir
    Path directory;

    private interface Reader {
        void read(byte[] bytes) throws IOException;
    }

    private static byte[] mutate(byte[] good, Random random) {
        byte[] bytes = good.clone();
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            if (bytes.length == 0) {
                return bytes;
            }
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(7)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt(256);
                case 2 -> bytes = Arrays.copyOf(bytes, Math.max(1, at));
                case 3 -> bytes = splice(bytes, at, random.nextInt(9), new byte[0]);
                case 4 ->
                    bytes = splice(
                            bytes,
                            at,
                            0,
                            PIECES.get(random.nextInt(PIECES.size())).getBytes(StandardCharsets.UTF_8));
                case 5 -> {
                    byte[] piece = PIECES.get(random.nextInt(PIECES.size())).getBytes(StandardCharsets.UTF_8);
                    bytes = splice(bytes, at, piece.length, piece);
                }
                default ->
                    bytes = splice(
                            bytes,
                            at,
                            0,
                            Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + random.nextInt(60))));
            }
        }
        return bytes;
    }

    private static byte[] splice(byte[] bytes, int at, int removed, byte[] inserted) {
        int rest = Math.max(0, bytes.length - at - removed);
        byte[] out = new byte[at + inserted.length + rest];
        System.arraycopy(bytes, 0, out, 0, at);
        System.arraycopy(inserted, 0, out, at, inserted.length);
        System.arraycopy(bytes, bytes.length - rest, out, at + inserted.length, rest);
        return out;
    }

    private void fuzz(byte[] good, int rounds, Reader reader) throws IOException {
        Random random = new Random(seed);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        reader.read(good);
        int refused = 0;
        for (int i = 0; i < rounds; i++) {
            byte[] bytes = mutate(good, random);
            long before = threads.getCurrentThreadAllocatedBytes();
            try {
                reader.read(bytes);
            } catch (ModelFormatException e) {
                Sentences.assertContains(e, "expected");
                refused++;
            } catch (RuntimeException | Error e) {
                throw new AssertionError(
                        "seed " + seed + ", round " + i + ": " + new String(bytes, StandardCharsets.ISO_8859_1), e);
            }
            long cost = threads.getCurrentThreadAllocatedBytes() - before;
            assertTrue(cost < MOST_BYTES, "seed " + seed + ", round " + i + ": " + cost + " bytes allocated");
        }
        assertTrue(refused > rounds / 4, "refused: " + refused + " of " + rounds);
    }

    @Test
    void mutatedSafetensorsHeadersAreReadOrRefused() throws IOException {
        String header =
                "{\"__metadata__\":{\"format\":\"pt\"},\"a\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
                        + "\"b\":{\"dtype\":\"BF16\",\"shape\":[4],\"data_offsets\":[24,32]},\"c\":{\"dtype\":\"I64\",\"shape\":[],"
                        + "\"data_offsets\":[32,40]},\"d\":{\"dtype\":\"U8\",\"shape\":[0,7],\"data_offsets\":[40,40]}}  ";
        Path name = Path.of("x.safetensors");
        fuzz(header.getBytes(StandardCharsets.UTF_8), 20_000, bytes -> {
            byte[] json = bytes.length < 2 ? new byte[2] : bytes;
            long size = 8L + json.length + 40;
            for (TensorEntry e : SafetensorsHeader.parse(name, json, size, Limits.DEFAULT)
                    .entries()
                    .values()) {
                assertTrue(e.begin() >= 8 + json.length && e.begin() + e.bytes() <= size, e.toString());
                assertTrue(e.bytes() == e.shape().elements() * e.dtype().blockBytes(), e.toString());
            }
        });
    }

    @Test
    void mutatedSafetensorsFilesAreReadOrRefused() throws IOException {
        byte[] header =
                "{\"a\":{\"dtype\":\"F16\",\"shape\":[5],\"data_offsets\":[0,10]}}".getBytes(StandardCharsets.UTF_8);
        Path file = directory.resolve("x.safetensors");
        byte[] good = ByteBuffer.wrap(SafetensorsHostileTest.file(header, 10))
                .order(ByteOrder.LITTLE_ENDIAN)
                .array();
        fuzz(good, 1_000, bytes -> {
            Files.write(file, bytes);
            readAll(file);
        });
    }

    private static void readAll(Path file) {
        try (Safetensors open = Safetensors.open(file)) {
            for (TensorEntry e : open.entries().values()) {
                switch (e.dtype()) {
                    case F64, F32, BF16, F16 -> open.readFloats(e.name());
                    default -> open.readLongs(e.name());
                }
            }
        }
    }

    @Test
    void mutatedConfigurationsAreReadOrRefused() throws IOException {
        for (String name : Fixtures.CASES) {
            byte[] good = Files.readAllBytes(Fixtures.directory(name).resolve("config.json"));
            fuzz(good, 1_500, bytes -> HfConfig.notes(new String(bytes, StandardCharsets.UTF_8), "config.json"));
        }
    }

    @Test
    void mutatedIndexesAreReadOrRefused() throws IOException {
        Files.copy(
                Fixtures.directory("qwen3").resolve("model.safetensors"),
                directory.resolve("model-00001-of-00002.safetensors"));
        Files.copy(
                Fixtures.directory("gpt2").resolve("model.safetensors"),
                directory.resolve("model-00002-of-00002.safetensors"));
        Path index = directory.resolve(ShardIndex.NAME);
        String good =
                "{\"metadata\":{\"total_size\":7},\"weight_map\":{\"model.norm.weight\":\"model-00001-of-00002.safetensors\","
                        + "\"transformer.ln_f.bias\":\"model-00002-of-00002.safetensors\"}}";
        fuzz(good.getBytes(StandardCharsets.UTF_8), 1_500, bytes -> {
            Files.write(index, bytes);
            ShardIndex.read(index, Limits.DEFAULT);
        });
    }

    @Test
    void mutatedManifestsAreRefused() throws IOException {
        StateManifest good = new StateManifest(
                7,
                100,
                "ab",
                List.of(
                        new SectionChecksums.Section("header", 60, "0"),
                        new SectionChecksums.Section("tensor w", 40, "1")),
                java.util.Map.of("rng", "1"));
        fuzz(good.text().getBytes(StandardCharsets.UTF_8), 3_000, bytes -> {
            try {
                StateManifest.parse(new String(bytes, StandardCharsets.UTF_8), "manifest.json");
            } catch (UncheckedIOException e) {
                throw new AssertionError(e);
            }
        });
    }

    /** Searches on demand, for ten minutes or as many as the first argument says, from a seed that is printed. */
    public static void main(String[] arguments) throws IOException {
        long minutes = arguments.length == 0 ? 10 : Long.parseLong(arguments[0]);
        FormatFuzzTest fuzz = new FormatFuzzTest();
        fuzz.seed = System.nanoTime();
        PrintStream out = System.out;
        out.println("seed " + fuzz.seed);
        for (long end = System.nanoTime() + minutes * 60_000_000_000L; System.nanoTime() < end; fuzz.seed++) {
            fuzz.directory = Files.createTempDirectory("format-fuzz");
            fuzz.mutatedSafetensorsHeadersAreReadOrRefused();
            fuzz.mutatedSafetensorsFilesAreReadOrRefused();
            fuzz.mutatedConfigurationsAreReadOrRefused();
            fuzz.mutatedIndexesAreReadOrRefused();
            fuzz.mutatedManifestsAreRefused();
        }
        out.println("every file was read or refused, up to seed " + (fuzz.seed - 1));
    }
}
