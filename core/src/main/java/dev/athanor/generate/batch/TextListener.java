package dev.athanor.generate.batch;

import java.util.List;

/** Hears a text being written. Called by the one thread that writes all texts: it must not wait. */
public interface TextListener {
    /**
     * Scores of the prompt's tokens from the second on, where asked for; comes before the first token.
     *
     * @param scores one per token but the first
     */
    default void prompt(List<Scored> scores) {}

    /** One more token. Throwing ends this text, and no other. */
    void token(Spoken token);

    /** The last call: the text is complete. */
    void ended(Ended ended);

    /** The last call: the text could not be written, in one sentence. */
    void failed(RuntimeException reason);
}
