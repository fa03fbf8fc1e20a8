package dev.athanor.hub;

import java.util.function.LongSupplier;

/** Turns bytes into a progress that never goes backwards, with a rate that does not jump. */
final class Meter {
    private static final double REPORT_SECONDS = 0.1;
    /** The rate forgets what is this much older than now by a factor of e. */
    private static final double MEMORY_SECONDS = 5;
    /** A rate of less time says nothing. */
    private static final double FIRST_SECONDS = 0.5;

    private final LongSupplier nanoTime;
    private final PullListener listener;
    private String file = "";
    private long total;
    private long before;
    private long shown;
    private long received;
    private long receivedThen;
    private long reported;
    private double recentBytes;
    private double recentSeconds;

    Meter(long total, LongSupplier nanoTime, PullListener listener) {
        this.total = total;
        this.nanoTime = nanoTime;
        this.listener = listener;
        this.reported = nanoTime.getAsLong();
    }

    /** The next file, of which {@code have} bytes are here. */
    void begin(String name, long have) {
        file = name;
        shown = Math.max(shown, before + have);
        report();
    }

    /** {@code bytes} more came, and {@code have} of the file are here. */
    void received(int bytes, long have) {
        received += bytes;
        shown = Math.max(shown, Math.min(total, before + have));
        double seconds = (nanoTime.getAsLong() - reported) / 1e9;
        if (seconds >= REPORT_SECONDS) {
            double kept = Math.exp(-seconds / MEMORY_SECONDS);
            recentBytes = kept * recentBytes + (received - receivedThen);
            recentSeconds = kept * recentSeconds + seconds;
            reported = nanoTime.getAsLong();
            receivedThen = received;
            report();
        }
    }

    /** The file is complete. */
    void end(long size) {
        before += size;
        shown = Math.max(shown, before);
    }

    /** A file has another size than planned. */
    void replan(long difference) {
        total += difference;
    }

    /** Bytes that came over the network. */
    long received() {
        return received;
    }

    private void report() {
        double rate = recentSeconds >= FIRST_SECONDS ? recentBytes / recentSeconds : 0;
        double left = rate > 0 ? (total - shown) / rate : Double.POSITIVE_INFINITY;
        listener.progress(new PullProgress(file, Math.min(shown, total), total, rate, left));
    }
}
