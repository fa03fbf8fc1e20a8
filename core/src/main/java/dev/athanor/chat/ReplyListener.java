package dev.athanor.chat;

import dev.athanor.generate.batch.Spoken;

/** Hears an answer being written. Must not wait: one thread writes all answers. */
public interface ReplyListener {
    /** One more token, before what it adds to the text is heard. */
    default void token(Spoken token) {}

    /** More of the answer's own text; thinking and tool calls are not part of it. */
    void text(String piece);

    /** More of what the model thinks before it answers. */
    default void thinking(String piece) {}

    /** A tool call that is complete. */
    default void call(ToolCall call) {}

    /** The last call. */
    void done(Reply reply);

    /** The last call: there is no answer, in one sentence. */
    void failed(RuntimeException reason);
}
