package dev.athanor.generate.constraint;

import java.util.Arrays;

/**
 * An automaton that reads bytes. Where it stands is a set of places, sorted: each the state within a code point's bytes
 * and, below it, the position that is being entered.
 */
final class Reader {
    /** Where a reader stands after a byte, and whether it may end there. */
    record Step(long[] places, boolean ends) {}

    private final Automaton automaton;
    private final int[] starts;
    private final Encoder encoder;
    private final long[] first;

    private Reader(Automaton automaton, int[] starts, Encoder encoder) {
        this.automaton = automaton;
        this.starts = starts;
        this.encoder = encoder;
        this.first = sorted(placesOf(automaton.first()), automaton.first().length);
    }

    static Reader of(Automaton automaton, Encoder encoder) {
        int[] starts = new int[automaton.size()];
        for (int p = 0; p < starts.length; p++) {
            starts[p] = encoder.start(automaton.labels()[p], automaton.escaped().get(p));
        }
        return new Reader(automaton, starts, encoder);
    }

    long[] first() {
        return first;
    }

    boolean nullable() {
        return automaton.nullable();
    }

    Step step(long[] places, int b) {
        long[] found = new long[Math.max(8, places.length)];
        int n = 0;
        boolean ends = false;
        for (long place : places) {
            int position = (int) place;
            int next = encoder.next((int) (place >>> 32), b);
            if (next == Encoder.DONE) {
                ends |= automaton.last().get(position);
                int[] follow = automaton.follow()[position];
                if (n + follow.length > found.length) {
                    found = Arrays.copyOf(found, 2 * found.length + follow.length);
                }
                for (int q : follow) {
                    found[n++] = place(starts[q], q);
                }
            } else if (next != Encoder.DEAD) {
                if (n == found.length) {
                    found = Arrays.copyOf(found, 2 * n);
                }
                found[n++] = place(next, position);
            }
        }
        return new Step(sorted(found, n), ends);
    }

    private long[] placesOf(int[] positions) {
        long[] places = new long[positions.length];
        for (int i = 0; i < places.length; i++) {
            places[i] = place(starts[positions[i]], positions[i]);
        }
        return places;
    }

    private static long place(int state, int position) {
        return (long) state << 32 | position;
    }

    private static long[] sorted(long[] places, int count) {
        if (count > 1) {
            Arrays.sort(places, 0, count);
        }
        int n = 0;
        for (int i = 0; i < count; i++) {
            if (n == 0 || places[n - 1] != places[i]) {
                places[n++] = places[i];
            }
        }
        return Arrays.copyOf(places, n);
    }
}
