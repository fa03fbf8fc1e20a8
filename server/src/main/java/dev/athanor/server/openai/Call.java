package dev.athanor.server.openai;

import dev.athanor.generate.FinishReason;
import dev.athanor.generate.batch.Ticket;
import dev.athanor.generate.batch.Usage;
import dev.athanor.server.Line;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import tools.jackson.databind.node.ObjectNode;

/** What several texts of one request have in common: that all are waited for, and what they cost together. */
final class Call {
    private final CountDownLatch open;
    private final Queue<RuntimeException> failures = new ConcurrentLinkedQueue<>();
    private int prompt;
    private int cached;
    private int completion;

    Call(int texts) {
        this.open = new CountDownLatch(texts);
    }

    /** @param first whether this is the first text behind its prompt, whose tokens count once */
    synchronized void ended(Usage usage, boolean first) {
        prompt += first ? usage.promptTokens() : 0;
        cached += first ? usage.cachedTokens() : 0;
        completion += usage.completionTokens();
        open.countDown();
    }

    void failed(RuntimeException reason) {
        failures.add(reason);
        open.countDown();
    }

    /** Whether this was the last text. */
    boolean done() {
        return open.getCount() == 0;
    }

    /** Waits for all texts; when the client goes away meanwhile, they end. */
    void await(List<Ticket> tickets) {
        Optional<Line> line = Line.current();
        line.ifPresent(l -> l.watch(() -> tickets.forEach(Ticket::cancel)));
        try {
            open.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a text was written", e);
        } finally {
            line.ifPresent(Line::unwatch);
        }
        RuntimeException reason = failures.peek();
        if (reason != null) {
            throw reason;
        }
    }

    synchronized ObjectNode usage() {
        ObjectNode usage = ApiJson.object();
        usage.put("prompt_tokens", prompt);
        usage.put("completion_tokens", completion);
        usage.put("total_tokens", prompt + completion);
        usage.putObject("prompt_tokens_details").put("cached_tokens", cached);
        return usage;
    }

    /** OpenAI's word for why a text ended. */
    static String reason(FinishReason reason, boolean calls) {
        return switch (reason) {
            case LENGTH, CONTEXT -> "length";
            case EOS, STOP, CANCELLED -> calls ? "tool_calls" : "stop";
        };
    }
}
