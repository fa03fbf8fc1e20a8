package dev.athanor.cli;

import java.util.Locale;

/** Large quantities in words: three digits and a decimal prefix. */
final class Units {
    private static final String[] PREFIXES = {"", "k", "M", "G", "T", "P", "E"};
    private static final double STEP = 1000;

    private Units() {}

    static String bytes(long bytes) {
        return scaled(bytes, "B");
    }

    static String flops(long operations) {
        return scaled(operations, "FLOP");
    }

    private static String scaled(long value, String unit) {
        double scaled = value;
        int prefix = 0;
        while (scaled >= STEP && prefix < PREFIXES.length - 1) {
            scaled /= STEP;
            prefix++;
        }
        if (prefix == 0) {
            return value + " " + unit;
        }
        String digits = scaled < 10 ? "%.2f" : scaled < 100 ? "%.1f" : "%.0f";
        return String.format(Locale.ROOT, digits + " %s%s", scaled, PREFIXES[prefix], unit);
    }
}
