package dev.athanor.generate.batch;

/** A text that was asked for. */
public interface Ticket {
    /** Ends it after the token being computed now, with {@code CANCELLED}. Harmless when it has ended. */
    void cancel();
}
