package dev.athanor.cli;

import dev.athanor.chat.Assistant;
import dev.athanor.chat.ChatRequest;
import dev.athanor.chat.Reply;
import dev.athanor.chat.ReplyListener;
import dev.athanor.generate.batch.Spoken;
import dev.athanor.generate.batch.Ticket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Waits for answers and shows them on the thread that asks: the engine's never waits for a terminal. */
final class Asking {
    /** Where an answer is shown while it is written. */
    interface View {
        void said(String piece);

        default void thought(String piece) {}

        /** Whether anybody still reads. */
        default boolean open() {
            return true;
        }
    }

    /**
     * An answer, and the tokens it is made of.
     *
     * @param prompt tokens before it
     * @param ids its tokens, one that ended it included
     */
    record Answered(int[] prompt, int[] ids, Reply reply) {}

    private sealed interface Event permits Said, Thought, Done, Failed {}

    private record Said(String piece) implements Event {}

    private record Thought(String piece) implements Event {}

    private record Done(Reply reply, List<Integer> ids) implements Event {}

    private record Failed(RuntimeException reason) implements Event {}

    private final Assistant assistant;
    private volatile Optional<Ticket> ticket = Optional.empty();
    private volatile boolean interrupted;

    Asking(Assistant assistant) {
        this.assistant = assistant;
    }

    /** Forgets interruptions so far. */
    void listen() {
        interrupted = false;
    }

    /** Ends the answer being written, or the next one where none is. From any thread. */
    void interrupt() {
        interrupted = true;
        ticket.ifPresent(Ticket::cancel);
    }

    /**
     * Shows and returns an answer, its text so far where it was interrupted.
     *
     * @throws RuntimeException as {@link Assistant#ask(ChatRequest)}
     */
    Answered ask(ChatRequest request, View view) {
        int[] prompt = assistant.request(request).prompt();
        Hearing hearing = new Hearing();
        Ticket asked = assistant.ask(request, hearing);
        ticket = Optional.of(asked);
        try {
            while (true) {
                if (interrupted || !view.open()) {
                    asked.cancel();
                }
                switch (hearing.next()) {
                    case Said(String piece) -> view.said(piece);
                    case Thought(String piece) -> view.thought(piece);
                    case Failed(RuntimeException reason) -> throw reason;
                    case Done(Reply reply, List<Integer> ids) -> {
                        return new Answered(
                                prompt, ids.stream().mapToInt(id -> id).toArray(), reply);
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("chat: expected to wait for the answer, found the thread interrupted", e);
        } finally {
            asked.cancel(); // harmless where it has ended
            ticket = Optional.empty();
        }
    }

    /** Called on the engine's thread. */
    private final class Hearing implements ReplyListener {
        private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
        private final List<Integer> ids = new ArrayList<>();

        Event next() throws InterruptedException {
            return events.take();
        }

        @Override
        public void text(String piece) {
            events.add(new Said(piece));
        }

        @Override
        public void thinking(String piece) {
            events.add(new Thought(piece));
        }

        @Override
        public void token(Spoken token) {
            ids.add(token.id());
        }

        @Override
        public void done(Reply reply) {
            events.add(new Done(reply, List.copyOf(ids)));
        }

        @Override
        public void failed(RuntimeException reason) {
            events.add(new Failed(reason));
        }
    }
}
