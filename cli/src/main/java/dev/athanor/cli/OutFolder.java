package dev.athanor.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where results go, checked before hours of work. */
final class OutFolder {
    private OutFolder() {}

    /** @throws IllegalArgumentException where {@code folder} is empty, is a file, lies in one, or cannot be written */
    static void require(Path folder) {
        if (folder.toString().isEmpty()) {
            throw new IllegalArgumentException("--out: expected the name of a folder, found an empty one");
        }
        Path existing = folder.toAbsolutePath();
        while (!Files.exists(existing) && existing.getParent() instanceof Path parent) {
            existing = parent;
        }
        if (!Files.isDirectory(existing)) {
            throw new IllegalArgumentException(
                    "--out " + folder + ": expected a folder, found the file " + existing + "; choose another name");
        }
        if (!Files.isWritable(existing)) {
            throw new IllegalArgumentException("--out " + folder + ": expected permission to write in " + existing
                    + ", found none; choose a folder of your own");
        }
    }
}
