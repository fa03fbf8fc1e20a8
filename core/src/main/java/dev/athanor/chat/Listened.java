package dev.athanor.chat;

import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/** An answer that one thread waits for, hearing its pieces itself: whoever listens slowly delays nobody else. */
final class Listened implements ReplyListener {
    private final BlockingQueue<Optional<String>> pieces = new LinkedBlockingQueue<>();
    private final CompletableFuture<Reply> reply = new CompletableFuture<>();

    @Override
    public void text(String piece) {
        pieces.add(Optional.of(piece));
    }

    @Override
    public void done(Reply done) {
        reply.complete(done);
        pieces.add(Optional.empty());
    }

    @Override
    public void failed(RuntimeException reason) {
        reply.completeExceptionally(reason);
        pieces.add(Optional.empty());
    }

    /** Hands over pieces until the answer is complete. */
    Reply hear(Consumer<String> listener) throws InterruptedException {
        for (Optional<String> piece = pieces.take(); piece.isPresent(); piece = pieces.take()) {
            listener.accept(piece.get());
        }
        try {
            return reply.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }
}
