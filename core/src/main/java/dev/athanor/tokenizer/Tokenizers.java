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
        if (!Files.exists(path)) {
            throw new TokenizerFormatException(
                    path + ": expected a tokenizer.json or a model directory that has one, found nothing there");
        }
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

    /**
     * The tokenizer of a GGUF file.
     *
     * @throws TokenizerFormatException if it is malformed or of a kind Athanor does not have
     */
    public static Tokenizer fromGguf(GgufVocabulary vocabulary) {
        return GgufReader.read(vocabulary);
    }

    /**
     * The vocabulary of {@code tokenizer} for a GGUF file. Some rules have no place in such files (flags of added
     * tokens, Unicode composition beside some cuts, more than one token before a text): {@link #fromGguf} gives the
     * same tokenizer where {@link TokenizerJson#write} of both is equal.
     *
     * @throws TokenizerFormatException if GGUF has no name for how it cuts text
     */
    public static GgufVocabulary toGguf(Tokenizer tokenizer) {
        return GgufWriter.write(tokenizer);
    }
}
