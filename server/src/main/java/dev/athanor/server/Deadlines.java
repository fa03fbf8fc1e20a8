package dev.athanor.server;

import java.time.Duration;

/**
 * How long a connection may take. Helidon reads through channels, which know no read timeout, so that one byte now and
 * then would hold a connection for ever.
 *
 * @param idle between two requests, and before the first
 * @param head from a request's first byte to the end of its headers
 * @param body for a request's body, beside its size at {@code rate}
 * @param write for one write, beside its size at {@code rate}
 * @param rate bytes a second that a client must be able to send and to read
 */
public record Deadlines(Duration idle, Duration head, Duration body, Duration write, int rate) {
    /** For people and programs on this machine or near it. */
    public static final Deadlines USUAL = new Deadlines(
            Duration.ofSeconds(25), Duration.ofSeconds(10), Duration.ofSeconds(20), Duration.ofSeconds(25), 16 << 10);

    /** Nanoseconds for {@code bytes} at the least rate. */
    long nanos(long bytes) {
        return (long) (bytes * 1e9 / rate);
    }
}
