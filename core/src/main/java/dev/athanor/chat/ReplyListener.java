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

    /** Whether {@link #calling} and {@link #arguments} are to be told. A call that breaks off is then a call, too. */
    default boolean hearsArguments() {
        return false;
    }

    /** A tool call begins; its arguments follow. Not every call is told so: some only when they are complete. */
    default void calling(ToolCall begun) {}

    /** More of the arguments of the call that began last, as the model writes them. */
    default void arguments(String piece) {}

    /** A tool call that is complete, told at the end of the answer. */
    default void call(ToolCall call) {}

    /** The last call. */
    void done(Reply reply);

    /** The last call: there is no answer, in one sentence. */
    void failed(RuntimeException reason);
}
