package dev.athanor.server;

import dev.athanor.generate.batch.Ticket;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Server-sent events of one request. Who writes texts puts events and never waits; this request's thread sends them. A
 * client that does not read fast enough, or is gone, ends its texts and nobody else's.
 */
public final class EventStream {
    /** Events that wait to be sent: some seconds of a fast text. */
    private static final int ROOM = 1024;

    /** A comment now and then tells a client that waits, and this server, that both are there. */
    private static final long PING_SECONDS = 15;

    private static final String END = "";

    private final BlockingQueue<String> events = new ArrayBlockingQueue<>(ROOM);
    private final List<Ticket> tickets = new ArrayList<>();
    private final Thread sender = Thread.currentThread();
    private volatile boolean over;
    private boolean sending;

    /** A text to be ended when nobody listens. */
    public synchronized void add(Ticket ticket) {
        tickets.add(ticket);
        if (over) {
            ticket.cancel();
        }
    }

    /** One more event; called by the thread that writes all texts. */
    public void put(String data) {
        offer("data: " + data + "\n\n");
    }

    /** One more event with a name. */
    public void put(String name, String data) {
        offer("event: " + name + "\ndata: " + data + "\n\n");
    }

    private void offer(String event) {
        if (!over && !events.offer(event)) {
            stop(); // a client that does not read
        }
    }

    /** The last event has been put. */
    public void end() {
        offer(END);
    }

    /** Ends the texts and whoever waits to send them. */
    private synchronized void stop() {
        over = true;
        tickets.forEach(Ticket::cancel);
        if (sending) {
            sender.interrupt();
        }
    }

    /** Whether there is still something to send. */
    private synchronized boolean begin() {
        sending = !over;
        return sending;
    }

    /** No interrupt that was meant for this stream reaches the connection's next request. */
    private synchronized void done() {
        sending = false;
        stop();
        Thread.interrupted();
    }

    /** Sends events until the end; returns when the client has them all or is gone. */
    public void send(ServerResponse response) {
        response.header("Content-Type", "text/event-stream; charset=utf-8");
        response.header("Cache-Control", "no-store");
        response.header("X-Accel-Buffering", "no");
        Optional<Line> line = Line.current();
        line.ifPresent(l -> l.watch(this::stop));
        try (OutputStream out = response.outputStream()) {
            while (begin()) {
                String event = events.poll(PING_SECONDS, TimeUnit.SECONDS);
                if (event == null) {
                    out.write(": waiting\n\n".getBytes(StandardCharsets.UTF_8));
                } else if (event.equals(END)) {
                    break;
                } else {
                    out.write(event.getBytes(StandardCharsets.UTF_8));
                }
                if (events.isEmpty()) {
                    out.flush();
                }
            }
        } catch (IOException | UncheckedIOException e) {
            stop(); // nobody listens any more
        } catch (InterruptedException e) {
            stop();
        } finally {
            line.ifPresent(Line::unwatch);
            done();
        }
    }
}
