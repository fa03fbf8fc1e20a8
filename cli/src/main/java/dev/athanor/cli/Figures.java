package dev.athanor.cli;

import java.util.Locale;

/** Speeds beside what the machine can do. */
final class Figures {
    private Figures() {}

    /** @param peak 0 where the scalar kernels run, whose speed has no measured limit */
    static String share(double flops, double peak) {
        return peak > 0
                ? String.format(Locale.ROOT, "%.1f %% of the FMA peak of %.0f", 100 * flops / peak, peak / 1e9)
                : "no FMA peak without vector kernels; athanor doctor says why";
    }
}
