package dev.athanor.finetune;

/** Data or a model that cannot be learned from; the message is a sentence that says what to change. */
public final class FinetuneException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public FinetuneException(String message) {
        super(message);
    }

    public FinetuneException(String message, Throwable cause) {
        super(message, cause);
    }
}
