package dev.athanor.generate.constraint;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** Numerals without sign and exponent, by their size: whole ones, or also ones with a point. */
final class Magnitudes {
    private static final Regex DIGIT = digits('0', '9');
    private static final Regex DIGITS = Regex.repeat(DIGIT, 0, Regex.UNBOUNDED);

    private final boolean fractions;

    Magnitudes(boolean fractions) {
        this.fractions = fractions;
    }

    Regex any() {
        return Regex.sequence(Regex.choice(Regex.text("0"), longer(0, Regex.UNBOUNDED)), tail());
    }

    /** Numerals from {@code bound} on, or only above it. */
    Regex atLeast(BigDecimal bound, boolean strict) {
        String whole = whole(bound);
        String fraction = fraction(bound);
        List<Regex> options = new ArrayList<>();
        options.add(Regex.sequence(longer(whole.length(), Regex.UNBOUNDED), tail()));
        for (int i = 0; i < whole.length(); i++) {
            if (whole.charAt(i) < '9') {
                options.add(Regex.sequence(
                        Regex.text(whole.substring(0, i)),
                        digits((char) (whole.charAt(i) + 1), '9'),
                        Regex.repeat(DIGIT, whole.length() - 1 - i, whole.length() - 1 - i),
                        tail()));
            }
        }
        if (!fractions) {
            options.add(strict ? Regex.choice() : Regex.text(whole));
            return Regex.choice(options);
        }
        for (int i = 0; i < fraction.length(); i++) {
            if (fraction.charAt(i) < '9') {
                options.add(Regex.sequence(
                        Regex.text(whole + "." + fraction.substring(0, i)),
                        digits((char) (fraction.charAt(i) + 1), '9'),
                        DIGITS));
            }
        }
        Regex more = Regex.sequence(DIGITS, digits('1', '9'), DIGITS);
        if (strict) {
            options.add(Regex.sequence(Regex.text(whole + "." + fraction), more));
        } else if (fraction.isEmpty()) {
            options.add(Regex.sequence(Regex.text(whole), tail()));
        } else {
            options.add(Regex.sequence(Regex.text(whole + "." + fraction), DIGITS));
        }
        return Regex.choice(options);
    }

    /** Numerals up to {@code bound}, or only below it. */
    Regex atMost(BigDecimal bound, boolean strict) {
        String whole = whole(bound);
        String fraction = fraction(bound);
        List<Regex> options = new ArrayList<>();
        if (whole.length() > 1) {
            options.add(Regex.sequence(Regex.text("0"), tail()));
            options.add(Regex.sequence(longer(0, whole.length() - 1), tail()));
        }
        for (int i = 0; i < whole.length(); i++) {
            char least = i == 0 && whole.length() > 1 ? '1' : '0';
            if (whole.charAt(i) > least) {
                options.add(Regex.sequence(
                        Regex.text(whole.substring(0, i)),
                        digits(least, (char) (whole.charAt(i) - 1)),
                        Regex.repeat(DIGIT, whole.length() - 1 - i, whole.length() - 1 - i),
                        tail()));
            }
        }
        if (!fractions) {
            options.add(strict ? Regex.choice() : Regex.text(whole));
            return Regex.choice(options);
        }
        for (int i = 0; i < fraction.length(); i++) {
            options.add(Regex.text(i == 0 ? whole : whole + "." + fraction.substring(0, i)));
            if (fraction.charAt(i) > '0') {
                options.add(Regex.sequence(
                        Regex.text(whole + "." + fraction.substring(0, i)),
                        digits('0', (char) (fraction.charAt(i) - 1)),
                        DIGITS));
            }
        }
        if (!strict) {
            Regex zeros = Regex.repeat(Regex.text("0"), 0, Regex.UNBOUNDED);
            options.add(
                    fraction.isEmpty()
                            ? Regex.choice(Regex.text(whole), Regex.sequence(Regex.text(whole + ".0"), zeros))
                            : Regex.sequence(Regex.text(whole + "." + fraction), zeros));
        }
        return Regex.choice(options);
    }

    /** More than {@code digits} digits and at most {@code most}, the first of them not zero. */
    private static Regex longer(int digits, int most) {
        return Regex.sequence(digits('1', '9'), Regex.repeat(DIGIT, digits, most == Regex.UNBOUNDED ? most : most - 1));
    }

    /** A point and digits, where there may be any. */
    private Regex tail() {
        return fractions ? Regex.repeat(Regex.sequence(Regex.text("."), DIGIT, DIGITS), 0, 1) : Regex.NOTHING;
    }

    private static Regex digits(char first, char last) {
        return Regex.set(CodeSet.range(first, last));
    }

    private static String whole(BigDecimal bound) {
        return bound.toBigInteger().toString();
    }

    private static String fraction(BigDecimal bound) {
        BigDecimal rest = bound.remainder(BigDecimal.ONE);
        return rest.signum() == 0
                ? ""
                : rest.stripTrailingZeros().toPlainString().substring(2);
    }
}
