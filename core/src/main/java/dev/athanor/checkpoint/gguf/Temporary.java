package dev.athanor.checkpoint.gguf;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * Names for files that are being made and then take their place at once: one to a process, so that two that make the
 * same file do not write into each other's.
 */
final class Temporary {
    private Temporary() {}

    /**
     * This process' name for what will be {@code file}; it ends as that does. What processes that are gone have left of
     * it is deleted.
     */
    static Path beside(Path file) {
        String name = String.valueOf(file.getFileName());
        Path directory = file.toAbsolutePath().getParent();
        String suffix = "." + name;
        try (DirectoryStream<Path> left = Files.newDirectoryStream(
                directory == null ? Path.of(".") : directory,
                entry -> String.valueOf(entry.getFileName()).matches("tmp-[0-9]{1,18}" + Pattern.quote(suffix)))) {
            for (Path old : left) {
                String entry = String.valueOf(old.getFileName());
                long process = Long.parseLong(entry.substring(4, entry.length() - suffix.length()));
                if (ProcessHandle.of(process).isEmpty()) {
                    Files.deleteIfExists(old);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be written: " + e.getMessage(), e);
        }
        return file.resolveSibling("tmp-" + ProcessHandle.current().pid() + suffix);
    }
}
