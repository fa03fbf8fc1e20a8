package dev.athanor.tokenizer;

/**
 * A tokenizer.json that is malformed or asks for something Athanor does not do; the message says what, in one sentence.
 */
public final class TokenizerFormatException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TokenizerFormatException(String message) {
        super(message);
    }

    public TokenizerFormatException(String message, Throwable cause) {
        super(message, cause);
    }
}
