package dev.athanor.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Texts to train on. */
final class Texts {
    private Texts() {}

    /** A few kilobytes of 20 characters in a file whose name has a space. */
    static Path small(Path folder) throws IOException {
        String line = "the cat sat on the mat, and the dog sat on the log.\n";
        return Files.writeString(folder.resolve("a text.txt"), line.repeat(60));
    }
}
