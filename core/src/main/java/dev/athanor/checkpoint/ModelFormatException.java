package dev.athanor.checkpoint;

/**
 * A file that is not what its format says; the message is one sentence with what was expected, what was found and
 * where.
 */
public final class ModelFormatException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ModelFormatException(String message) {
        super(message);
    }

    public ModelFormatException(String message, Throwable cause) {
        super(message, cause);
    }
}
