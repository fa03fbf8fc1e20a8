package dev.athanor.langchain4j;

import dev.athanor.generate.batch.Ticket;
import dev.langchain4j.model.chat.response.StreamingHandle;

/** Ends an answer under way; nothing more is told of it. */
final class Cancelling implements StreamingHandle {
    private final Ticket ticket;
    private volatile boolean cancelled;

    Cancelling(Ticket ticket) {
        this.ticket = ticket;
    }

    @Override
    public void cancel() {
        cancelled = true;
        ticket.cancel();
    }

    @Override
    public boolean isCancelled() {
        return cancelled;
    }
}
