package dev.athanor.server.openai;

import dev.athanor.server.Deadlines;
import dev.athanor.server.Line;
import io.helidon.common.buffers.BufferData;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.task.InterruptableTask;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** All connections of a server, each a {@link Line}; those that are overdue are cut. */
final class Lines implements ServerConnectionSelector, AutoCloseable {
    private static final Duration ROUND = Duration.ofMillis(500);

    private final ServerConnectionSelector http;
    private final Deadlines deadlines;
    private final Set<Line> open = ConcurrentHashMap.newKeySet();
    private final Thread guard;

    /** @param http what speaks HTTP on a connection */
    Lines(ServerConnectionSelector http, Deadlines deadlines) {
        this.http = http;
        this.deadlines = deadlines;
        this.guard = Thread.ofVirtual().name("athanor-deadlines").start(this::guard);
    }

    private void guard() {
        try {
            for (; ; ) {
                Thread.sleep(ROUND);
                open.stream().filter(Line::overdue).forEach(this::cut);
            }
        } catch (InterruptedException e) {
            // closed
        }
    }

    private void cut(Line line) {
        open.remove(line);
        try {
            line.cut();
        } catch (RuntimeException e) {
            System.getLogger(Lines.class.getName())
                    .log(System.Logger.Level.DEBUG, "a connection was closed already", e);
        }
    }

    int count() {
        return open.size();
    }

    @Override
    public void close() {
        guard.interrupt();
    }

    @Override
    public int bytesToIdentifyConnection() {
        return http.bytesToIdentifyConnection();
    }

    @Override
    public Support supports(BufferData data) {
        return http.supports(data);
    }

    @Override
    public Set<String> supportedApplicationProtocols() {
        return http.supportedApplicationProtocols();
    }

    @Override
    public ServerConnection connection(ConnectionContext context) {
        Line line = new Line(context, deadlines);
        return new Guarded(line, http.connection(line));
    }

    /** A connection in the list while it lasts. */
    private final class Guarded implements ServerConnection, InterruptableTask<Void> {
        private final Line line;
        private final ServerConnection inside;

        Guarded(Line line, ServerConnection inside) {
            this.line = line;
            this.inside = inside;
        }

        @Override
        public void handle(Limit limit) throws InterruptedException {
            open.add(line);
            try {
                line.bound().call(() -> {
                    inside.handle(limit);
                    return line;
                });
            } finally {
                open.remove(line);
            }
        }

        @Override
        public Duration idleTime() {
            return inside.idleTime();
        }

        @Override
        public void close(boolean interrupt) {
            inside.close(interrupt);
        }

        @Override
        public boolean canInterrupt() {
            return inside instanceof InterruptableTask<?> task && task.canInterrupt();
        }
    }
}
