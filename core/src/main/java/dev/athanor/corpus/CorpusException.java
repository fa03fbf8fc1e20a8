package dev.athanor.corpus;

/**
 * Text that cannot be trained on; the message says what was expected, what was found and what to do, in one sentence.
 */
public final class CorpusException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CorpusException(String message) {
        super(message);
    }

    public CorpusException(String message, Throwable cause) {
        super(message, cause);
    }
}
