package dev.athanor.generate.batch;

/** The queue is full; asking again later may help. */
public final class EngineFullException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public EngineFullException(String message) {
        super(message);
    }
}
