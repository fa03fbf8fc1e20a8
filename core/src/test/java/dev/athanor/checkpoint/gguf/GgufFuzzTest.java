package dev.athanor.checkpoint.gguf;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufFuzzTest {
    private static final long SEED = 496;
    private static final int ROUNDS = 1_500;

    @TempDir
    Path directory;

    @Test
    void mutatedFilesAreReadOrRefused() throws IOException {
        GgufFuzz fuzz = new GgufFuzz(directory, SEED);
        for (int i = 0; i < ROUNDS; i++) {
            fuzz.round(SEED);
        }
        // A changed token or score leaves a sound file; most changes do not.
        assertTrue(fuzz.refused() > ROUNDS / 4, "refused: " + fuzz.refused() + " of " + ROUNDS + ", seed " + SEED);
        assertTrue(fuzz.refused() < ROUNDS, "every file was refused, seed " + SEED);
    }
}
