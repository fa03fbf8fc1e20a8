package dev.athanor.tokenizer;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where tokenizers come from. */
public final class Tokenizers {
    private Tokenizers() {}

    /**
     * The tokenizer in {@code path}: a tokenizer.json, or a folder that has one.
     *
     * @throws TokenizerFormatException if it is malformed or asks for something Athanor does not do
     */
    public static Tokenizer load(Path path) {
        if (!Files.isDirectory(path)) {
            return TokenizerJson.load(path);
        }
        Path file = path.resolve("tokenizer.json");
        if (!Files.exists(file)) {
            String other = Files.exists(path.resolve("tokenizer.model"))
                    ? "found tokenizer.model only, which is a SentencePiece file; save the model again with its fast tokenizer"
                    : "found none";
            throw new TokenizerFormatException(path + ": expected a file tokenizer.json, " + other);
        }
        return TokenizerJson.load(file);
    }
}
