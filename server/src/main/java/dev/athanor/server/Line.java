package dev.athanor.server;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.Router;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A client's connection: what it has to do until when, and whether it is still there. Everything but {@link #overdue},
 * {@link #cut} and what {@link #watch} starts is for the connection's own thread.
 */
public final class Line implements ConnectionContext {
    private static final ScopedValue<Line> CURRENT = ScopedValue.newInstance();
    private static final long NEVER = Long.MAX_VALUE;
    private static final Runnable NOTHING = () -> {};

    /** What the client is doing. */
    private enum Phase {
        IDLE,
        HEAD,
        BODY,
        ANSWER
    }

    private final ConnectionContext context;
    private final Deadlines deadlines;
    private final DataReader reader = DataReader.create(this::next);
    private final DataWriter writer = new Timed();
    private final long opened = System.nanoTime();
    private final AtomicReference<Runnable> gone = new AtomicReference<>(NOTHING);
    private Optional<CompletableFuture<byte[]>> ahead = Optional.empty();
    private Phase phase = Phase.IDLE;
    private long bodyDue;
    private volatile long readDue;
    private volatile long writeDue = NEVER;

    public Line(ConnectionContext context, Deadlines deadlines) {
        this.context = context;
        this.deadlines = deadlines;
        this.readDue = deadlines.idle().toNanos();
    }

    /** The connection whose request this thread answers; none where it is not guarded. */
    public static Optional<Line> current() {
        return CURRENT.isBound() ? Optional.of(CURRENT.get()) : Optional.empty();
    }

    /** Binds {@link #current}. */
    public ScopedValue.Carrier bound() {
        return ScopedValue.where(CURRENT, this);
    }

    private long now() {
        return System.nanoTime() - opened;
    }

    /** Whether the client took too long. */
    public boolean overdue() {
        long now = now();
        return now > readDue || now > writeDue;
    }

    /** Closes the socket under whoever waits for it. */
    public void cut() {
        context.serverSocket().close();
    }

    public void headRead() {
        phase = Phase.BODY;
        bodyDue = now() + deadlines.body().toNanos();
        readDue = bodyDue;
    }

    public void bodyRead() {
        phase = Phase.ANSWER;
        readDue = NEVER;
    }

    public void answered() {
        phase = Phase.IDLE;
        readDue = now() + deadlines.idle().toNanos();
    }

    /**
     * Calls {@code whenGone} from another thread when the client closes its side before {@link #unwatch}. To see that,
     * the next bytes are read ahead; the next request finds them.
     */
    public void watch(Runnable whenGone) {
        gone.set(whenGone);
        if (ahead.isEmpty()) {
            CompletableFuture<byte[]> bytes = new CompletableFuture<>();
            ahead = Optional.of(bytes);
            Thread.ofVirtual().name("athanor-watch").start(() -> readAhead(bytes));
        } else if (ahead.get().isCompletedExceptionally()) {
            whenGone.run();
        }
    }

    public void unwatch() {
        gone.set(NOTHING);
    }

    private void readAhead(CompletableFuture<byte[]> bytes) {
        try {
            bytes.complete(pull());
        } catch (RuntimeException e) {
            bytes.completeExceptionally(e);
            gone.get().run();
        }
    }

    private byte[] pull() {
        DataReader from = context.dataReader();
        from.ensureAvailable();
        return from.readBuffer(from.available()).readBytes();
    }

    private byte[] next() {
        byte[] bytes = ahead.isPresent() ? awaited(ahead.get()) : pull();
        ahead = Optional.empty();
        if (phase == Phase.IDLE) {
            phase = Phase.HEAD;
            readDue = now() + deadlines.head().toNanos();
        } else if (phase == Phase.BODY) {
            bodyDue += deadlines.nanos(bytes.length);
            readDue = bodyDue;
        }
        return bytes;
    }

    private static byte[] awaited(CompletableFuture<byte[]> bytes) {
        try {
            return bytes.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CloseConnectionException("interrupted between two requests", e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
        }
    }

    /** Writes that must not take for ever. */
    private final class Timed implements DataWriter {
        private void timed(long bytes, Runnable write) {
            writeDue = now() + deadlines.write().toNanos() + deadlines.nanos(bytes);
            try {
                write.run();
            } finally {
                writeDue = NEVER;
            }
        }

        private static long bytes(BufferData... buffers) {
            long bytes = 0;
            for (BufferData buffer : buffers) {
                bytes += buffer.available();
            }
            return bytes;
        }

        @Override
        public void write(BufferData... buffers) {
            timed(bytes(buffers), () -> context.dataWriter().write(buffers));
        }

        @Override
        public void write(BufferData buffer) {
            timed(bytes(buffer), () -> context.dataWriter().write(buffer));
        }

        @Override
        public void writeNow(BufferData... buffers) {
            timed(bytes(buffers), () -> context.dataWriter().writeNow(buffers));
        }

        @Override
        public void writeNow(BufferData buffer) {
            timed(bytes(buffer), () -> context.dataWriter().writeNow(buffer));
        }

        @Override
        public void flush() {
            timed(0, () -> context.dataWriter().flush());
        }

        @Override
        public void close() {
            context.dataWriter().close();
        }
    }

    @Override
    public DataReader dataReader() {
        return reader;
    }

    @Override
    public DataWriter dataWriter() {
        return writer;
    }

    @Override
    public ListenerContext listenerContext() {
        return context.listenerContext();
    }

    @Override
    public ExecutorService executor() {
        return context.executor();
    }

    @Override
    public Router router() {
        return context.router();
    }

    @Override
    public Optional<ProxyProtocolData> proxyProtocolData() {
        return context.proxyProtocolData();
    }

    @Override
    public HelidonSocket serverSocket() {
        return context.serverSocket();
    }

    @Override
    public PeerInfo remotePeer() {
        return context.remotePeer();
    }

    @Override
    public PeerInfo localPeer() {
        return context.localPeer();
    }

    @Override
    public boolean isSecure() {
        return context.isSecure();
    }

    @Override
    public String socketId() {
        return context.socketId();
    }

    @Override
    public String childSocketId() {
        return context.childSocketId();
    }
}
