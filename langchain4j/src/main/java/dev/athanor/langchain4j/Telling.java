package dev.athanor.langchain4j;

import static dev.langchain4j.internal.InternalStreamingChatResponseHandlerUtils.onCompleteResponse;
import static dev.langchain4j.internal.InternalStreamingChatResponseHandlerUtils.onCompleteToolCall;
import static dev.langchain4j.internal.InternalStreamingChatResponseHandlerUtils.onPartialResponse;
import static dev.langchain4j.internal.InternalStreamingChatResponseHandlerUtils.onPartialThinking;
import static dev.langchain4j.internal.InternalStreamingChatResponseHandlerUtils.onPartialToolCall;
import static dev.langchain4j.internal.InternalStreamingChatResponseHandlerUtils.withLoggingExceptions;

import dev.athanor.chat.Reply;
import dev.athanor.chat.ReplyListener;
import dev.athanor.chat.ToolCall;
import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.model.chat.response.ChatModelStreamingEvent;
import dev.langchain4j.model.chat.response.CompleteResponse;
import dev.langchain4j.model.chat.response.CompleteToolCall;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialThinking;
import dev.langchain4j.model.chat.response.PartialToolCall;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * What is told of one answer, in order. The engine's thread only puts it down here; whoever listens is told on a thread
 * of its own and may be slow. An answer has a most length, and so has what waits here.
 */
final class Telling implements ReplyListener {
    /** One thing to tell. */
    sealed interface Item {}

    record Event(ChatModelStreamingEvent event) implements Item {}

    record Failure(RuntimeException reason) implements Item {}

    private final BlockingQueue<Item> waiting = new LinkedBlockingQueue<>();
    private final Replies replies;
    private int calls; // of the engine's thread

    Telling(Replies replies) {
        this.replies = replies;
    }

    @Override
    public void text(String piece) {
        if (!piece.isEmpty()) {
            waiting.add(new Event(new PartialResponse(piece)));
        }
    }

    @Override
    public void thinking(String piece) {
        if (!piece.isEmpty()) {
            waiting.add(new Event(new PartialThinking(piece)));
        }
    }

    /** The engine knows a call when it is complete; its arguments are told in one part. */
    @Override
    public void call(ToolCall call) {
        ToolExecutionRequest request = replies.call(call);
        waiting.add(new Event(PartialToolCall.builder()
                .index(calls)
                .id(request.id())
                .name(request.name())
                .partialArguments(request.arguments())
                .build()));
        waiting.add(new Event(new CompleteToolCall(calls++, request)));
    }

    @Override
    public void done(Reply reply) {
        waiting.add(new Event(new CompleteResponse(replies.response(reply))));
    }

    @Override
    public void failed(RuntimeException reason) {
        waiting.add(new Failure(Failures.translated(reason)));
    }

    /** Waits for the next thing. */
    Item next() throws InterruptedException {
        return waiting.take();
    }

    /** Tells {@code handler} everything up to the end, or until {@code handle} is cancelled. */
    void tell(StreamingChatResponseHandler handler, StreamingHandle handle) {
        try {
            for (boolean more = true; more; ) {
                Item item = next();
                if (handle.isCancelled()) {
                    return;
                }
                more = switch (item) {
                    case Failure failure -> {
                        withLoggingExceptions(() -> handler.onError(failure.reason()));
                        yield false;
                    }
                    case Event event -> tell(event.event(), handler, handle);
                };
            }
        } catch (InterruptedException e) {
            handle.cancel();
            Thread.currentThread().interrupt();
        }
    }

    private static boolean tell(
            ChatModelStreamingEvent event, StreamingChatResponseHandler handler, StreamingHandle handle) {
        switch (event) {
            case PartialResponse part -> onPartialResponse(handler, part.text(), handle);
            case PartialThinking part -> onPartialThinking(handler, part.text(), handle);
            case PartialToolCall part -> onPartialToolCall(handler, part, handle);
            case CompleteToolCall call -> onCompleteToolCall(handler, call);
            case CompleteResponse response -> {
                onCompleteResponse(handler, response.chatResponse());
                return false;
            }
            default -> throw new IllegalStateException("expected one of the five events told here, found " + event);
        }
        return true;
    }
}
