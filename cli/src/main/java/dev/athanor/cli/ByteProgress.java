package dev.athanor.cli;

import dev.athanor.checkpoint.gguf.Conversion;
import java.io.PrintStream;
import java.util.Locale;
import java.util.function.Consumer;

/** How many bytes are written and how fast: one live line on a terminal, nothing in a log. */
final class ByteProgress implements Consumer<Conversion.Progress> {
    private static final long PAUSE_NANOS = 200_000_000;

    private final PrintStream err;
    private final boolean live;
    private final long start = System.nanoTime();
    private long shown = start;
    private long done;

    ByteProgress(PrintStream err, boolean live) {
        this.err = err;
        this.live = live;
    }

    @Override
    public void accept(Conversion.Progress p) {
        done = p.done();
        long now = System.nanoTime();
        if (live && (now - shown > PAUSE_NANOS)) {
            shown = now;
            String line = String.format(
                    Locale.ROOT, "%3d %%  %s  %s", 100 * p.done() / Math.max(1, p.total()), speed(now), p.tensor());
            err.print("\r" + (line.length() > 79 ? line.substring(0, 78) + "…" : line) + "\u001b[K");
            err.flush();
        }
    }

    /** Clears the live line and says what was written in what time. */
    void finish() {
        err.println((live ? "\r\u001b[K" : "") + "athanor: wrote " + speed(System.nanoTime()));
    }

    private String speed(long now) {
        double seconds = (now - start) / 1e9;
        return String.format(
                Locale.ROOT, "%.1f MB in %.1f s, %.0f MB/s", done / 1e6, seconds, done / 1e6 / Math.max(1e-3, seconds));
    }
}
