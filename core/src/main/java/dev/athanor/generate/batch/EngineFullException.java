package dev.athanor.generate.batch;

/** The queue is full; asking again later may help. */
public final class EngineFullException extends RuntimeException {
    public EngineFullException(String message) {
        super(message);
    }
}
