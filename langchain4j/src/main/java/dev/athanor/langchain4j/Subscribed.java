package dev.athanor.langchain4j;

import dev.athanor.generate.batch.Ticket;
import dev.langchain4j.model.chat.response.ChatModelStreamingEvent;
import dev.langchain4j.model.chat.response.CompleteResponse;
import java.util.concurrent.Flow;

/** One subscriber's answer: as many events as it asked for, on one virtual thread. */
final class Subscribed implements Flow.Subscription {
    private final Telling telling;
    private final Ticket ticket;
    private final Flow.Subscriber<? super ChatModelStreamingEvent> subscriber;
    private final Object lock = new Object();
    private long wanted;
    private boolean wrong; // asked for fewer than one event
    private boolean cancelled;

    Subscribed(Telling telling, Ticket ticket, Flow.Subscriber<? super ChatModelStreamingEvent> subscriber) {
        this.telling = telling;
        this.ticket = ticket;
        this.subscriber = subscriber;
    }

    void start() {
        Thread.ofVirtual().name("athanor-telling").start(this::tell);
    }

    @Override
    public void request(long n) {
        synchronized (lock) {
            wrong |= n < 1;
            wanted = n > Long.MAX_VALUE - wanted ? Long.MAX_VALUE : wanted + Math.max(0, n);
            lock.notifyAll();
        }
    }

    @Override
    public void cancel() {
        synchronized (lock) {
            cancelled = true;
            lock.notifyAll();
        }
        ticket.cancel();
    }

    private void tell() {
        try {
            subscriber.onSubscribe(this);
            while (told(telling.next())) {
                // until the answer ends
            }
        } catch (InterruptedException e) {
            ticket.cancel();
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            ticket.cancel(); // a subscriber that throws is told nothing more (Reactive Streams 2.13)
        }
    }

    /** Whether more may follow. */
    private boolean told(Telling.Item item) throws InterruptedException {
        return switch (item) {
            case Telling.Failure failure -> {
                if (!isCancelled()) {
                    subscriber.onError(failure.reason());
                }
                yield false;
            }
            case Telling.Event event -> {
                if (!allowed()) {
                    yield false;
                }
                subscriber.onNext(event.event());
                boolean last = event.event() instanceof CompleteResponse;
                if (last && !isCancelled()) {
                    subscriber.onComplete();
                }
                yield !last;
            }
        };
    }

    private boolean isCancelled() {
        synchronized (lock) {
            return cancelled;
        }
    }

    /** Waits until an event is wanted; false when none ever will be. */
    private boolean allowed() throws InterruptedException {
        synchronized (lock) {
            while (wanted == 0 && !cancelled && !wrong) {
                lock.wait();
            }
            if (!cancelled && !wrong) {
                wanted -= wanted == Long.MAX_VALUE ? 0 : 1;
                return true;
            }
        }
        if (!isCancelled()) {
            ticket.cancel();
            subscriber.onError(new IllegalArgumentException(
                    "request: expected at least 1 event, found fewer (Reactive Streams 3.9)"));
        }
        return false;
    }
}
