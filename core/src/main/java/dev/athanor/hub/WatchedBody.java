package dev.athanor.hub;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;

/** A body whose server may not fall silent: the client of the JDK waits for bytes without end. */
final class WatchedBody implements AutoCloseable {
    private final InputStream in;
    private final Duration patience;
    private final Thread watcher;
    private volatile long heard = System.nanoTime();
    private volatile boolean silent;

    WatchedBody(InputStream in, Duration patience) {
        this.in = in;
        this.patience = patience;
        this.watcher = Thread.ofVirtual().name("hub-silence").unstarted(this::watch);
    }

    static WatchedBody of(Answer answer, Duration patience) {
        WatchedBody body = new WatchedBody(answer.response().body(), patience);
        body.watcher.start();
        return body;
    }

    int read(byte[] buffer) throws IOException {
        heard = System.nanoTime();
        try {
            int n = in.read(buffer);
            if (n < 0 && silent) {
                throw silence();
            }
            return n;
        } catch (IOException e) {
            throw silent ? silence() : e;
        }
    }

    private IOException silence() {
        return new IOException("the server sent nothing for " + patience.toMillis() / 1000.0 + " s");
    }

    private void watch() {
        try {
            while (true) {
                Thread.sleep(patience.dividedBy(4));
                if (System.nanoTime() - heard > patience.toNanos()) {
                    silent = true;
                    in.close();
                    return;
                }
            }
        } catch (InterruptedException | IOException e) {
            // Nobody reads any more.
        }
    }

    @Override
    public void close() {
        watcher.interrupt();
    }
}
