package dev.athanor.tokenizer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads and writes tokenizer.json of Hugging Face's tokenizers: byte-level BPE, SentencePiece-style BPE and single
 * characters. A component that is not understood is refused by its name.
 */
public final class TokenizerJson {
    /** The largest in use have 34 million bytes. */
    private static final long MAX_FILE = 64L << 20;

    /** Bytes beside vocabulary and merges that are worth reading twice where the first try fails. */
    private static final int MOST_BESIDE = 1 << 18;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(32)
                    .maxTokenCount(16L << 20)
                    .maxStringLength(1 << 16)
                    .maxNameLength(1 << 16)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            // A vocabulary's names come once each: a table of them would only fill up.
            .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
            .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
            .build();

    private TokenizerJson() {}

    /**
     * The tokenizer in a file.
     *
     * @throws TokenizerFormatException if it is malformed or asks for something Athanor does not do
     */
    public static Tokenizer load(Path file) {
        try {
            if (Files.size(file) > MAX_FILE) {
                throw new TokenizerFormatException(
                        file + ": expected at most " + MAX_FILE + " bytes, found " + Files.size(file));
            }
            Optional<Tokenizer> quick = quickly(Files.readAllBytes(file));
            return quick.isPresent()
                    ? quick.get()
                    : slowly(Files.readString(file, StandardCharsets.UTF_8), file.toString());
        } catch (CharacterCodingException e) {
            throw new TokenizerFormatException(file + ": expected UTF-8, found bytes that are not", e);
        } catch (IOException e) {
            throw new UncheckedIOException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * The tokenizer in {@code text}; {@code where} names the file in errors.
     *
     * @throws TokenizerFormatException if it is malformed or asks for something Athanor does not do
     */
    public static Tokenizer parse(String text, String where) {
        try {
            ByteBuffer json = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            Optional<Tokenizer> quick = quickly(Arrays.copyOf(json.array(), json.limit()));
            return quick.isPresent() ? quick.get() : slowly(text, where);
        } catch (CharacterCodingException e) {
            return slowly(text, where);
        }
    }

    /** A byte-level tokenizer without surprises; empty where the file has any, as where it has mistakes. */
    private static Optional<Tokenizer> quickly(byte[] json) {
        VocabularyCut cut = new VocabularyCut(json);
        if (!cut.find() || cut.restLength() > MOST_BESIDE) {
            return Optional.empty();
        }
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text(cut.rest()))) {
            return Optional.of(new TokenizerReader(parser, Optional.of(new VocabularyScanner(json, cut))).read());
        } catch (CharacterCodingException
                | JacksonException
                | TokenizerFormatException
                | VocabularyScanner.Unusual unusual) {
            return Optional.empty();
        }
    }

    /** Bytes that are not UTF-8 are an exception. */
    private static String text(byte[] json) throws CharacterCodingException {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString();
    }

    private static Tokenizer slowly(String text, String where) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            return new TokenizerReader(parser).read();
        } catch (JacksonException e) {
            throw new TokenizerFormatException(
                    where + ": expected JSON of a tokenizer, found at " + place(e) + ": "
                            + Fields.beginning(e.getOriginalMessage()),
                    e);
        } catch (TokenizerFormatException e) {
            throw new TokenizerFormatException(where + ": " + Fields.line(String.valueOf(e.getMessage())), e);
        }
    }

    /** Limits that are passed have no place. */
    private static String place(JacksonException e) {
        TokenStreamLocation location = e.getLocation();
        return location == null ? "a limit" : "line " + location.getLineNr() + ", column " + location.getColumnNr();
    }

    /** The text of a tokenizer.json that Hugging Face's library reads to the same ids. */
    public static String write(Tokenizer tokenizer) {
        return switch (tokenizer) {
            case BpeTokenizer bpe -> TokenizerWriter.write(bpe);
            case SentencePieceTokenizer pieces -> SentencePieceWriter.write(pieces);
            case CharTokenizer characters -> TokenizerWriter.write(characters);
            default ->
                throw new IllegalArgumentException(
                        "tokenizer: expected one Athanor made, found " + tokenizer.getClass());
        };
    }
}
