package dev.athanor.checkpoint.gguf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.checkpoint.OpenModel;
import dev.athanor.kernel.Compute;
import dev.athanor.model.KvCache;
import dev.athanor.model.ModelConfig;
import dev.athanor.model.Parameter;
import dev.athanor.model.Transformer;
import dev.athanor.tensor.DType;
import dev.athanor.tensor.Stored;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows kept in a file beside a model: the same answers, and never those of another model or of a damaged file. */
class RowsFileTest {
    private static final long SEED = 5;

    @TempDir
    Path folder;

    private Path model(DType type, long seed) {
        Path file = folder.resolve(type + "-" + seed + ".gguf");
        RandomModel.write(
                new ModelConfig(
                        ModelConfig.Family.LLAMA,
                        300,
                        64,
                        2,
                        256,
                        4,
                        2,
                        64,
                        512,
                        ModelConfig.NormKind.RMS_NORM,
                        1e-5f,
                        ModelConfig.Activation.SILU_GATED,
                        new ModelConfig.Positions.Rotary(10_000, 64),
                        false,
                        false,
                        false,
                        false,
                        false,
                        false,
                        OptionalInt.empty(),
                        0f,
                        OptionalInt.of(1),
                        OptionalInt.of(2)),
                type,
                seed,
                file);
        return file;
    }

    private static float[] answer(OpenModel open) {
        try (Compute compute = Compute.create(2)) {
            Transformer transformer = new Transformer(open.parameters(), compute);
            KvCache cache = transformer.newCache(16);
            transformer.nextLogits(new int[] {5, 6, 7, 8, 9, 10, 11, 12, 13}, cache);
            return transformer.nextLogits(new int[] {42}, cache).toArray();
        }
    }

    private static long laidOut(OpenModel open) {
        return open.parameters().list().stream()
                .map(Parameter::weight)
                .filter(w -> w instanceof Stored s && s.laidOut().isPresent())
                .count();
    }

    @ParameterizedTest
    @EnumSource(names = {"Q8_0", "Q4_0", "Q4_K", "Q6_K"})
    void answersAreTheSameToTheBitWithAndWithoutTheFile(DType type) {
        Path file = model(type, SEED);
        float[] without;
        try (OpenModel open = GgufModel.open(file)) {
            without = answer(open);
        }
        RowsWriter.Result written = RowsWriter.write(file).orElseThrow();
        try (OpenModel open = GgufModel.open(file)) {
            assertEquals(List.of(), open.notes());
            assertEquals(written.matrices(), laidOut(open), "7 matrices of each of 2 layers and the head");
            assertEquals(15, written.matrices());
            assertArrayEquals(without, answer(open), type.name());
        }
        assertTrue(RowsWriter.remove(file));
        assertFalse(RowsWriter.remove(file));
        try (OpenModel open = GgufModel.open(file)) {
            assertEquals(0, laidOut(open));
        }
    }

    @Test
    void rowsOfAnotherModelAreNotUsed() throws IOException {
        Path first = model(DType.Q4_0, SEED);
        Path second = model(DType.Q4_0, SEED + 1);
        RowsWriter.write(first);
        Files.move(RowsFile.beside(first), RowsFile.beside(second));
        requireUnused(second, "found those of another");
    }

    @Test
    void rowsOfALayoutThatChangedAreNotUsed() throws IOException {
        Path file = model(DType.Q4_0, SEED);
        RowsWriter.write(file);
        byte[] bytes = Files.readAllBytes(RowsFile.beside(file));
        bytes[bytes.length - 12] = 99;
        Files.write(RowsFile.beside(file), bytes);
        requireUnused(file, "expected rows in layout 2, found layout 99");
    }

    @Test
    void aByteThatChangedAnywhereIsFound() throws IOException {
        Path file = model(DType.Q4_0, SEED);
        RowsWriter.write(file);
        Path rows = RowsFile.beside(file);
        byte[] good = Files.readAllBytes(rows);
        SplittableRandom random = new SplittableRandom(SEED);
        for (int round = 0; round < 200; round++) {
            // every byte of the table and the trailer once, then some of the matrices
            int at = round < 100 ? good.length - 1 - round : random.nextInt(good.length);
            byte[] bad = good.clone();
            bad[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(rows, bad);
            try (OpenModel open = GgufModel.open(file)) {
                String what = "seed " + SEED + ", byte " + at + " of " + good.length + ": " + open.notes();
                assertEquals(0, laidOut(open), what);
                assertEquals(1, open.notes().size(), what);
                assertTrue(open.notes().getFirst().contains("it was not used: athanor repack"), what);
            }
        }
    }

    @Test
    void aFileThatEndsEarlyIsNotUsed() throws IOException {
        Path file = model(DType.Q4_0, SEED);
        RowsWriter.write(file);
        byte[] good = Files.readAllBytes(RowsFile.beside(file));
        for (int length : new int[] {0, 1, 31, 32, 100, good.length / 2, good.length - 1}) {
            Files.write(RowsFile.beside(file), Arrays.copyOf(good, length));
            requireUnused(file, "expected");
        }
    }

    /** Tables of any content, under a checksum that is right, must be refused or read, and never be believed. */
    @Test
    void aTableOfAnyContentIsRefusedOrHarmless() throws IOException {
        Path file = model(DType.Q4_0, SEED);
        RowsWriter.write(file);
        Path rows = RowsFile.beside(file);
        byte[] good = Files.readAllBytes(rows);
        int table = ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN).getInt(good.length - RowsFile.TRAILER + 8);
        int begin = good.length - RowsFile.TRAILER - table;
        SplittableRandom random = new SplittableRandom(SEED);
        int used = 0;
        for (int round = 0; round < 500; round++) {
            byte[] bad = good.clone();
            for (int i = random.nextInt(1, 4); i > 0; i--) {
                int at = begin + random.nextInt(table + 16);
                bad[at] = (byte) (random.nextBoolean() ? random.nextInt() : random.nextInt(3) - 1);
            }
            CRC32C crc = new CRC32C();
            crc.update(bad, begin, table + 16);
            ByteBuffer.wrap(bad).order(ByteOrder.LITTLE_ENDIAN).putInt(good.length - RowsFile.TRAILER + 16, (int)
                    crc.getValue());
            Files.write(rows, bad);
            try (OpenModel open = GgufModel.open(file)) {
                used += laidOut(open) > 0 ? 1 : 0;
                for (String note : open.notes()) {
                    assertTrue(note.length() < 600 && note.chars().noneMatch(Character::isISOControl), note);
                }
                if (round % 50 == 0) {
                    answer(open);
                }
            }
        }
        // most changes hit a name, a number or a checksum; those that change nothing leave the file in use
        assertTrue(used < 250, "seed " + SEED + ": expected most tables to be refused, found " + used + " used");
    }

    private static void requireUnused(Path file, String sentence) {
        try (OpenModel open = GgufModel.open(file)) {
            assertEquals(0, laidOut(open));
            assertEquals(1, open.notes().size(), open.notes().toString());
            assertTrue(open.notes().getFirst().contains(sentence), open.notes().toString());
        }
    }

    @Test
    void aModelWithoutQuantisedMatricesHasNoRows() {
        Path file = model(DType.F16, SEED);
        assertEquals(Optional.empty(), RowsWriter.write(file));
        assertThrows(IllegalArgumentException.class, () -> RowsWriter.write(folder));
    }
}
