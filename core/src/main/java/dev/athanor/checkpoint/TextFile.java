package dev.athanor.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Small text files of a model directory. */
final class TextFile {
    private TextFile() {}

    /** The text of {@code file}, refused when it is longer than {@code most} bytes or not UTF-8. */
    static String read(Path file, long most) {
        if (!Files.isRegularFile(file)) {
            throw new ModelFormatException(file + ": expected a file, found "
                    + (Files.exists(file) ? "something that is no file" : "nothing there"));
        }
        try {
            long size = Files.size(file);
            if (size > most) {
                throw new ModelFormatException(file + ": expected at most " + most + " bytes, found " + size);
            }
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (CharacterCodingException e) {
            throw new ModelFormatException(file + ": expected text in UTF-8, found bytes that are not", e);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be read: " + Checkpoint.describe(e), e);
        }
    }
}
