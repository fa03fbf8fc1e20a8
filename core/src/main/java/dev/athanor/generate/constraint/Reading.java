package dev.athanor.generate.constraint;

import java.util.Arrays;

/** One way to read the text so far: inside {@code reader}, and after it what {@code after} says. */
final class Reading {
    final Reader reader;
    final long[] places;
    final Frame after;
    private final int hash;

    Reading(Reader reader, long[] places, Frame after) {
        this.reader = reader;
        this.places = places;
        this.after = after;
        this.hash = (Arrays.hashCode(places) * 31 + System.identityHashCode(reader)) * 31 + after.hashCode();
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // a reader belongs to one rule of one grammar
    public boolean equals(Object other) {
        return other instanceof Reading that
                && hash == that.hash
                && reader == that.reader
                && Arrays.equals(places, that.places)
                && after.equals(that.after);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
