package dev.athanor.checkpoint.gguf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.athanor.checkpoint.Fixtures;
import dev.athanor.checkpoint.ModelFormatException;
import dev.athanor.checkpoint.OpenModel;
import dev.athanor.tensor.DType;
import dev.athanor.tensor.Stored;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Smaller weights of a directory, kept in it: made once, of it and nothing else. */
class QuantisedCopyTest {
    @TempDir
    Path folder;

    private Path model() throws IOException {
        Path model = Files.createDirectory(folder.resolve("small"));
        try (Stream<Path> files = Files.list(Fixtures.directory("llama-gqa"))) {
            for (Path file : (Iterable<Path>) files.filter(f -> !f.toString().endsWith(".gguf"))::iterator) {
                Files.copy(file, model.resolve(String.valueOf(file.getFileName())));
            }
        }
        return model;
    }

    private static Path copy(Path model) {
        return QuantisedCopy.of(model, DType.Q8_0, progress -> {}).file();
    }

    @Test
    void theCopyIsMadeOnceAndOpensWithItsRows() throws IOException {
        Path model = model();
        Path copy = copy(model);
        assertEquals(model.resolve("small-q8_0.gguf"), copy);
        FileTime made = FileTime.fromMillis(1_000_000);
        Files.setLastModifiedTime(copy, made);
        assertEquals(copy, copy(model));
        assertEquals(made, Files.getLastModifiedTime(copy), "a copy that is up to date is left as it is");
        try (OpenModel open = ModelFiles.open(model, Optional.of(DType.Q8_0));
                OpenModel whole = ModelFiles.open(model)) {
            assertEquals(whole.notes(), open.notes());
            assertEquals(whole.endTokens(), open.endTokens());
            assertEquals(whole.path(), open.path());
            long rows = open.parameters().list().stream()
                    .filter(p -> p.weight() instanceof Stored s && s.laidOut().isPresent())
                    .count();
            assertTrue(rows > 0, "expected rows beside the copy, found " + rows);
        }
    }

    @Test
    void aDirectoryThatChangedGetsANewCopy() throws IOException {
        Path model = model();
        Path copy = copy(model);
        Path weights = model.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        bytes[bytes.length - 2] ^= 1;
        byte[] before = Files.readAllBytes(copy);
        Files.write(weights, bytes);
        copy(model);
        assertNotEquals(-1, mismatch(before, Files.readAllBytes(copy)), "expected another copy, found the same");
    }

    private static int mismatch(byte[] a, byte[] b) {
        return Arrays.mismatch(a, b);
    }

    @Test
    void aFileOfThatNameThatIsNoCopyIsLeftAlone() throws IOException {
        Path model = model();
        Path other = model.resolve("small-q8_0.gguf");
        Files.copy(Fixtures.directory("llama-gqa").resolve("model.gguf"), other);
        byte[] before = Files.readAllBytes(other);
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> copy(model));
        assertTrue(String.valueOf(e.getMessage()).contains("found another model; rename it"), e.getMessage());
        assertEquals(-1, mismatch(before, Files.readAllBytes(other)));
        Files.write(other, new byte[100]);
        assertThrows(ModelFormatException.class, () -> copy(model));
    }

    @Test
    void aGgufFileHasItsTypes() {
        Path file = Fixtures.directory("llama-gqa").resolve("model.gguf");
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> copy(file));
        assertTrue(String.valueOf(e.getMessage()).contains("found a GGUF file"), e.getMessage());
    }

    @Test
    void rowsThatAreMissingAreMadeAgainAndLeftoversOfDeadProcessesAreNotKept() throws IOException {
        Path model = model();
        Path copy = copy(model);
        assertTrue(RowsWriter.remove(copy));
        Path left = model.resolve("tmp-999999999.small-q8_0.gguf");
        Files.write(left, new byte[10]);
        Files.delete(copy);
        copy(model);
        assertTrue(Files.exists(RowsFile.beside(copy)));
        assertTrue(RowsWriter.remove(copy));
        copy(model);
        assertTrue(Files.exists(RowsFile.beside(copy)));
        try (Stream<Path> files = Files.list(model)) {
            assertEquals(
                    0,
                    files.filter(f -> f.getFileName().toString().startsWith("tmp-"))
                            .count());
        }
    }

    @Test
    void rowsOfAnotherLayoutAreWrittenAnew() throws IOException {
        Path model = model();
        Path rows = RowsFile.beside(copy(model));
        byte[] bytes = Files.readAllBytes(rows);
        byte[] old = bytes.clone();
        old[old.length - RowsFile.TRAILER + RowsFile.LAYOUT_AT]++;
        Files.write(rows, old);
        assertEquals(
                Optional.of(rows),
                QuantisedCopy.of(model, DType.Q8_0, progress -> {}).rows());
        assertArrayEquals(bytes, Files.readAllBytes(rows));
        assertEquals(
                Optional.empty(),
                QuantisedCopy.of(model, DType.Q8_0, progress -> {}).rows(),
                "written once");
    }

    @Test
    void whatIsNoModelIsSaidAsWithoutAType() {
        Path nothing = folder.resolve("nothing");
        ModelFormatException without = assertThrows(
                ModelFormatException.class, () -> ModelFiles.open(nothing).close());
        ModelFormatException with = assertThrows(ModelFormatException.class, () -> copy(nothing));
        assertEquals(without.getMessage(), with.getMessage());
    }
}
