package dev.athanor.cli;

import dev.athanor.train.Progress;
import java.util.Locale;

/** Where a training stands, in one line that fits a narrow terminal. */
final class ProgressLine {
    /** A longer line would wrap and could not be rewritten in place. */
    private static final int WIDTH = 79;

    private ProgressLine() {}

    /** @param peak floating-point operations per second the machine can do, 0 where unknown */
    static String of(Progress p, double peak) {
        StringBuilder line = new StringBuilder();
        line.append(String.format(Locale.ROOT, "step %d  loss %.3f", p.step(), p.smoothedLoss()));
        if (!Double.isNaN(p.validationLoss())) {
            line.append(String.format(Locale.ROOT, "  val %.3f", p.validationLoss()));
        }
        line.append(String.format(Locale.ROOT, "  %,.0f tokens/s", p.tokensPerSecond()));
        if (peak > 0) {
            line.append(String.format(Locale.ROOT, "  %.0f %% of peak", 100 * p.flopsPerSecond() / peak));
        }
        line.append("  ").append(duration(p.seconds()));
        if (Double.isFinite(p.secondsLeft())) {
            line.append(", ").append(duration(p.secondsLeft())).append(" left");
        }
        return line.length() <= WIDTH ? line.toString() : line.substring(0, WIDTH - 1) + "…";
    }

    /** Two digits or so: {@code 95 s}, {@code 12 min}, {@code 3.4 h}. */
    static String duration(double seconds) {
        if (seconds < 100) {
            return String.format(Locale.ROOT, "%.0f s", seconds);
        }
        return seconds < 100 * 60
                ? String.format(Locale.ROOT, "%.0f min", seconds / 60)
                : String.format(Locale.ROOT, "%.1f h", seconds / 3600);
    }
}
