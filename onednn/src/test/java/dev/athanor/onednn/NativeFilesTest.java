package dev.athanor.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Only the library that this version was tested with is loaded. */
class NativeFilesTest {
    @Test
    void aFileThatWasChangedIsReplaced(@TempDir Path folder) throws IOException {
        Here.assumed();
        NativeFiles.unpack(folder);
        Path gomp = folder.resolve("libgomp.so.1");
        byte[] right = Files.readAllBytes(gomp);
        byte[] wrong = right.clone();
        wrong[wrong.length / 2] ^= 1;
        Files.write(gomp, wrong);
        NativeFiles.unpack(folder);
        assertEquals(-1, java.util.Arrays.mismatch(right, Files.readAllBytes(gomp)), "first byte that differs");
        try (var files = Files.list(folder)) {
            assertEquals(2, files.count(), "files left in the folder");
        }
    }

    @Test
    void aFolderThatCannotBeMadeIsOneSentence(@TempDir Path folder) throws IOException {
        Here.assumed();
        Path taken = Files.writeString(folder.resolve("taken"), "a file");
        IllegalStateException e =
                assertThrows(IllegalStateException.class, () -> NativeFiles.unpack(taken.resolve("below")));
        assertTrue(String.valueOf(e.getMessage()).contains("set XDG_CACHE_HOME"), e.getMessage());
    }

    @Test
    void theCacheIsWhereTheUserWantsCaches() {
        Path home = Path.of("/home/a");
        assertEquals(Path.of("/home/a/.cache/athanor/onednn-3.13-1.5.14"), NativeFiles.cache(Map.of(), home));
        assertEquals(Path.of("/c/athanor/onednn-3.13-1.5.14"), NativeFiles.cache(Map.of("XDG_CACHE_HOME", "/c"), home));
        assertEquals(
                Path.of("/home/a/.cache/athanor/onednn-3.13-1.5.14"),
                NativeFiles.cache(Map.of("XDG_CACHE_HOME", "relative"), home));
    }
}
