package dev.athanor.cli;

import dev.athanor.hub.PullListener;
import dev.athanor.hub.PullProgress;
import dev.athanor.hub.PulledFile;
import java.util.Locale;

/** A download on standard error: one line that is rewritten on a terminal, one line a file elsewhere. */
final class PullView implements PullListener {
    /** A longer line would wrap and could not be rewritten in place. */
    private static final int WIDTH = 79;

    private static final int LONGEST_NAME = 36;

    private final boolean terminal;
    private volatile boolean stopped;

    PullView(boolean terminal) {
        this.terminal = terminal;
    }

    @Override
    public void progress(PullProgress progress) {
        if (terminal && !stopped) {
            System.err.print("\r\033[K" + line(progress));
            System.err.flush();
        }
    }

    static String line(PullProgress p) {
        String file = Visible.line(p.file());
        String name = file.length() <= LONGEST_NAME ? file : "…" + file.substring(file.length() - LONGEST_NAME + 1);
        double percent = p.total() == 0 ? 100 : 100.0 * p.done() / p.total();
        StringBuilder line = new StringBuilder();
        line.append(String.format(Locale.ROOT, "%s  %.1f %% of %s", name, percent, size(p.total())));
        if (p.bytesPerSecond() > 0) {
            line.append(String.format(Locale.ROOT, "  %s/s", size((long) p.bytesPerSecond())));
        }
        if (Double.isFinite(p.secondsLeft())) {
            line.append("  ").append(ProgressLine.duration(p.secondsLeft())).append(" left");
        }
        return line.length() <= WIDTH ? line.toString() : line.substring(0, WIDTH - 1) + "…";
    }

    @Override
    public void done(PulledFile file, double seconds) {
        clear();
        System.err.printf(
                Locale.ROOT,
                "%s  %s%n",
                Visible.line(file.name()),
                file.cached()
                        ? size(file.bytes()) + ", already here"
                        : size(file.bytes()) + " in " + String.format(Locale.ROOT, "%.1f s", seconds) + ", checked");
    }

    @Override
    public void note(String sentence) {
        clear();
        System.err.println("athanor: " + sentence);
    }

    /** Says the last word, after which the download shows nothing more. */
    void stopped(String sentence) {
        stopped = true;
        clear();
        System.err.println(sentence);
    }

    /** Leaves no half line for what is printed next. */
    void close() {
        clear();
    }

    private void clear() {
        if (terminal) {
            System.err.print("\r\033[K");
            System.err.flush();
        }
    }

    private static String size(long bytes) {
        if (bytes < 1000) {
            return bytes + " B";
        }
        if (bytes < 1_000_000) {
            return String.format(Locale.ROOT, "%.1f kB", bytes / 1e3);
        }
        return bytes < 1_000_000_000
                ? String.format(Locale.ROOT, "%.1f MB", bytes / 1e6)
                : String.format(Locale.ROOT, "%.2f GB", bytes / 1e9);
    }
}
