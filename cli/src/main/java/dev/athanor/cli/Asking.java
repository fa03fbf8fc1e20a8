package dev.athanor.cli;

import dev.athanor.chat.Assistant;
import dev.athanor.chat.ChatRequest;
import dev.athanor.chat.Reply;
import dev.athanor.chat.ReplyListener;
import dev.athanor.generate.batch.Spoken;
import dev.athanor.generate.batch.Ticket;
import java.util.ArrayList;
import java.util.List;
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

    private sealed interface Event permits Said, Thought, Done, Failed, Interrupted {}

    private record Said(String piece) implements Event {}

    private record Thought(String piece) implements Event {}

    private record Done(Reply reply, List<Integer> ids) implements Event {}

    private record Failed(RuntimeException reason) implements Event {}

    private record Interrupted() implements Event {}

    private final Assistant assistant;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

    Asking(Assistant assistant) {
        this.assistant = assistant;
    }

    /** Ends the answer being written; nothing where none is. From any thread. */
    void interrupt() {
        events.add(new Interrupted());
    }

    /**
     * Shows and returns an answer, its text so far where it was interrupted.
     *
     * @throws RuntimeException as {@link Assistant#ask(ChatRequest)}
     */
    Answered ask(ChatRequest request, View view) {
        int[] prompt = assistant.request(request).prompt();
        events.clear();
        Ticket ticket = assistant.ask(request, new Hearing());
        while (true) {
            switch (next()) {
                case Said(String piece) -> view.said(piece);
                case Thought(String piece) -> view.thought(piece);
                case Interrupted() -> ticket.cancel();
                case Failed(RuntimeException reason) -> throw reason;
                case Done(Reply reply, List<Integer> ids) -> {
                    return new Answered(prompt, ids.stream().mapToInt(id -> id).toArray(), reply);
                }
            }
            if (!view.open()) {
                ticket.cancel();
            }
        }
    }

    private Event next() {
        while (true) {
            try {
                return events.take();
            } catch (InterruptedException e) {
                events.add(new Interrupted());
            }
        }
    }

    /** On the engine's thread. */
    private final class Hearing implements ReplyListener {
        private final List<Integer> ids = new ArrayList<>();

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
